/** Commands that open a kernel as a config describes it, and their options. */
import type { Command } from 'commander';
import { example, parseCount, type Registration } from './registration.ts';

const CONFIG_HELP = `
[config] is a file or a directory; without it, cooperage.config.ts, .js or .mjs of the working directory.
Its default export holds the options of openKernel.`;

const NAMED_CONFIG_HELP = `
<config> is a file, or a directory with a cooperage.config.ts, .js or .mjs; "." is the working directory.`;

export const addRun = ({ add, terminalOf, setExit }: Registration): void => {
  add('run [config]')
    .description(
      'Opens the kernel and runs cranks until there is nothing left to do. An interrupt stops it after the crank it is in.',
    )
    .option('--max-cranks <n>', 'stop after so many cranks', parseCount)
    .addHelpText('after', CONFIG_HELP)
    .addHelpText('after', example('cooperage run', 'cooperage run greeter/ --max-cranks 1000'))
    .action(async (config: string | undefined, options: { maxCranks?: number }, command: Command) => {
      const { run } = await import('../commands/run.ts');
      setExit(await run({ config, maxCranks: options.maxCranks }, terminalOf(command)));
    });
};

export const addStep = ({ add, terminalOf, setExit }: Registration): void => {
  add('step [config]')
    .description('Runs one crank and shows what it did.')
    .option('--count <n>', 'so many cranks instead of one', parseCount)
    .option('--full', 'shorten nothing')
    .addHelpText('after', CONFIG_HELP)
    .addHelpText('after', example('cooperage step', 'cooperage step --count 5'))
    .action(async (config: string | undefined, options: { count?: number; full?: boolean }, command: Command) => {
      const { step } = await import('../commands/step.ts');
      setExit(await step({ config, count: options.count ?? 1, full: options.full ?? false }, terminalOf(command)));
    });
};

export const addSend = ({ add, terminalOf, setExit }: Registration): void => {
  add('send <vat> <method> [arguments...]')
    .description('Calls a method of a vat’s root object and shows the answer. Arguments are JSON.')
    .option('--config <path>', 'config file or directory, instead of the working directory')
    .option('--queue', 'only queue the message, and show the promise for its answer')
    .addHelpText('after', CONFIG_HELP.replace('[config]', '--config'))
    .addHelpText('after', example(`cooperage send bob greet '"world"'`, `cooperage send bank open '{"name":"alice"}' 3 --json`))
    .action(async (...given: [string, string, string[], { config?: string; queue?: boolean }, Command]) => {
      const [vat, method, texts, { config, queue = false }, command] = given;
      const { send } = await import('../commands/send.ts');
      setExit(await send({ vat, method, arguments: texts, config, queue }, terminalOf(command)));
    });
};

const ANSWER_HELP = `
An answer is kept until it was told: then the kernel lets go of it, and of all that only the answer holds. Without <promise>: all that are kept.`;

export const addAnswer = ({ add, terminalOf, setExit }: Registration): void => {
  add('answer [promise]')
    .description('Shows the answer to a message that send --queue sent. Exit 1 when it is a rejection, or has not come.')
    .option('--config <path>', 'config file or directory, instead of the working directory')
    .option('--release', 'let go of it unseen')
    .addHelpText('after', ANSWER_HELP)
    .addHelpText('after', CONFIG_HELP.replace('[config]', '--config'))
    .addHelpText('after', example('cooperage answer kp44', 'cooperage answer kp44 --release'))
    .action(async (promise: string | undefined, options: { config?: string; release?: boolean }, command: Command) => {
      const { config, release = false } = options;
      const { answer } = await import('../commands/answer.ts');
      setExit(await answer({ promise, config, release }, terminalOf(command)));
    });
};

export const addCollect = ({ add, terminalOf, setExit }: Registration): void => {
  add('collect [config]')
    .description('Has vats bring out their dead until nothing falls any more, and says what went.')
    .option('--cycles', 'also free cycles, across vats, promises and stored data')
    .option('--vat <vat>', 'only this vat brings out its dead')
    .addHelpText('after', CONFIG_HELP)
    .addHelpText('after', '\nWhat is queued runs first.')
    .addHelpText('after', example('cooperage collect', 'cooperage collect --cycles', 'cooperage collect greeter/ --vat bob'))
    .action(async (config: string | undefined, options: { cycles?: boolean; vat?: string }, command: Command) => {
      const { collect } = await import('../commands/collect.ts');
      setExit(await collect({ config, cycles: options.cycles ?? false, vat: options.vat }, terminalOf(command)));
    });
};

type UpgradeOptions = { message?: string; rehearse?: boolean; discardHeap?: boolean };

export const addUpgrade = ({ add, terminalOf, setExit }: Registration): void => {
  add('upgrade <config> <vat>')
    .description(
      'Gives a vat the source, parameters and options that the config has for it now. Fails without a trace, or not at all.',
    )
    .option('--rehearse', 'only try it: show what it would do, and change nothing')
    .option('--message <text>', 'for those who wait for promises that the vat has not settled (vat upgraded)')
    .option('--discard-heap', 'for a vat that cannot be replayed: what only its heap held stays held')
    .addHelpText('after', NAMED_CONFIG_HELP)
    .addHelpText('after', example('cooperage upgrade . bob --rehearse', 'cooperage upgrade greeter/ bob'))
    .action(async (config: string, vat: string, options: UpgradeOptions, command: Command) => {
      const { message, rehearse = false, discardHeap = false } = options;
      const { upgrade } = await import('../commands/upgrade.ts');
      setExit(await upgrade({ config, vat, message, rehearse, discardHeap }, terminalOf(command)));
    });
};

export const addTerminate = ({ add, terminalOf, setExit }: Registration): void => {
  add('terminate <config> <vat> [reason]')
    .description('Ends a vat for good, and runs the kernel until the vat is cleaned up and nothing is left to do.')
    .addHelpText('after', NAMED_CONFIG_HELP)
    .addHelpText('after', example('cooperage terminate . bob', `cooperage terminate . bob 'replaced by carol'`))
    .action(async (...given: [string, string, string | undefined, unknown, Command]) => {
      const [config, vat, reason, , command] = given;
      const { terminate } = await import('../commands/terminate.ts');
      setExit(await terminate({ config, vat, reason }, terminalOf(command)));
    });
};

const HEAP_HELP = `
Opens the kernel as the database has it and brings the vat into memory, which replays it; runs nothing else.
Counted is what would be gone with the vat alone. In the file, what it shares with others ends at the border: objects without size.`;

export const addHeap = ({ add, terminalOf, setExit }: Registration): void => {
  add('heap <config> <vat>')
    .description('Shows what a vat keeps in memory, and writes it as a heap snapshot that DevTools opens.')
    .option('--out <file>', 'where to write the heap snapshot; DevTools wants a name that ends in .heapsnapshot')
    .addHelpText('after', NAMED_CONFIG_HELP)
    .addHelpText('after', HEAP_HELP)
    .addHelpText('after', example('cooperage heap . bob', 'cooperage heap greeter/ bob --out bob.heapsnapshot'))
    .action(async (config: string, vat: string, options: { out?: string }, command: Command) => {
      const { heap } = await import('../commands/heap.ts');
      setExit(await heap({ config, vat, out: options.out }, terminalOf(command)));
    });
};
