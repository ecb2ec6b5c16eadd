/** The commands, whose options are in the folder beside. Each command's code is loaded only when it runs: looking at a database stays quick. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { EXIT, Failure } from './failure.ts';
import { addExport, addImport, addPrune } from './program/keeping.ts';
import { addAudit, addInspect, addReplay, addServe, addTrace, addWhy } from './program/looking.ts';
import { example, type Registration } from './program/registration.ts';
import { addAnswer, addCollect, addHeap, addRun, addSend, addStep, addTerminate, addUpgrade } from './program/running.ts';
import type { Terminal, TerminalOptions } from './terminal.ts';

export type OpenTerminal = (options: TerminalOptions) => Terminal;

/** As far from here as it is in the build. */
const readVersion = (): string => {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
};

export const makeProgram = (openTerminal: OpenTerminal, setExit: Registration['setExit']): Command => {
  const program = new Command('cooperage')
    .description('Runs kernels of vats, and looks into their databases.')
    .version(readVersion(), '--version', 'show the version')
    .option('--json', 'answer with one JSON document on standard output')
    .option('--debug', 'show the stack of an error')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => {} })
    .addHelpText('after', example('cooperage run', 'cooperage inspect kernel.sqlite', 'cooperage audit kernel.sqlite --json'))
    .addHelpText('after', '\nExit: 0 all is well, 1 findings or failure, 2 wrong usage, 3 cannot open.')
    .exitOverride();
  const terminalOf = (command: Command): Terminal => {
    const { json = false, debug = false } = command.optsWithGlobals<{ json?: boolean; debug?: boolean }>();
    return openTerminal({ json, debug });
  };
  const add = (usage: string): Command => program.command(usage).copyInheritedSettings(program);
  const registration = { add, terminalOf, setExit };
  addInspect(registration);
  addWhy(registration);
  addHeap(registration);
  addServe(registration);
  addAudit(registration);
  addReplay(registration);
  addExport(registration);
  addImport(registration);
  addPrune(registration);
  addTrace(registration);
  addRun(registration);
  addStep(registration);
  addSend(registration);
  addAnswer(registration);
  addCollect(registration);
  addUpgrade(registration);
  addTerminate(registration);
  addCompletion(registration, program);
  return program;
};

const addCompletion = ({ add, terminalOf }: Registration, program: Command): void => {
  add('completion <shell>')
    .description('Writes the completion script for bash, zsh or fish.')
    .addHelpText(
      'after',
      example('eval "$(cooperage completion bash)"', 'cooperage completion fish > ~/.config/fish/completions/cooperage.fish'),
    )
    .action(async (shell: string, _options: unknown, command: Command) => {
      const [{ makeCompletion, SHELLS }, { QUESTION_NAMES }] = await Promise.all([
        import('./completion.ts'),
        import('./commands/inspect.ts'),
      ]);
      const known = SHELLS.find(name => name === shell);
      if (known === undefined) {
        throw new Failure(EXIT.usage, `there is no completion for ${JSON.stringify(shell)}`, {
          remedy: `shells: ${SHELLS.join(', ')}`,
        });
      }
      terminalOf(command).print(
        makeCompletion(known, program, { inspect: [[], QUESTION_NAMES], completion: [SHELLS] }).trimEnd(),
      );
    });
};
