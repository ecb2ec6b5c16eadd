/** The command line: reads the arguments, runs one command, sets the exit code. `bin/cooperage.js` is the only caller. */
import { CommanderError } from 'commander';
import { EXIT, Failure, toFailure } from './failure.ts';
import { makeProgram } from './program.ts';
import { surviveClosedPipes, Terminal } from './terminal.ts';

/** Commander throws for help and for misuse; it has written the help itself. */
const toUsageFailure = (error: CommanderError): Failure | undefined => {
  if (error.exitCode === 0) return undefined;
  const [message = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const hint = rest.join(' ').trim();
  const help = 'cooperage --help lists the commands, cooperage <command> --help the options';
  return new Failure(EXIT.usage, message === '(outputHelp)' ? 'which command?' : message, {
    remedy: hint === '' ? help : hint,
    cause: error,
  });
};

const setExit = (code: number): void => {
  process.exitCode = code;
};

export const main = async (args: readonly string[]): Promise<void> => {
  surviveClosedPipes();
  let terminal = new Terminal({ json: args.includes('--json'), debug: args.includes('--debug') });
  const program = makeProgram(options => {
    terminal = new Terminal(options);
    return terminal;
  }, setExit);
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    const failure = error instanceof CommanderError ? toUsageFailure(error) : toFailure(error);
    if (failure === undefined) return;
    terminal.tellFailure(failure);
    setExit(failure.exit);
  }
};
