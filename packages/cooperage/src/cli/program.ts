/** The commands and their options. Each command's code is loaded only when it runs: looking at a database stays quick. */
import { Command, InvalidArgumentError } from 'commander';
import type { InspectOptions } from './commands/inspect.ts';
import { EXIT, Failure } from './failure.ts';
import type { ReplayOptions } from './commands/replay.ts';
import type { Terminal, TerminalOptions } from './terminal.ts';

export type OpenTerminal = (options: TerminalOptions) => Terminal;
type SetExit = (code: number) => void;

const parseCount = (text: string): number => {
  if (!/^(0|[1-9][0-9]{0,14})$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 0 or more.');
  return Number(text);
};

const parseLimit = (text: string): number => {
  const limit = parseCount(text);
  if (limit > 10_000) throw new InvalidArgumentError('It must be at most 10000; page on with --skip.');
  return limit;
};

const example = (...lines: readonly string[]): string =>
  `\nExample${lines.length === 1 ? '' : 's'}:\n${lines.map(line => `  ${line}`).join('\n')}`;

const QUESTIONS = `
Questions:
  overview           everything at a glance (when nothing else is asked)
  vats               --state starting|running|suspended|terminated
  objects            --owner <vat> --importer <vat> --vref <prefix>
                     --state root|orphaned|reachable|recognizable|unreferenced
  clist <vat>        --vref <prefix>
  promises           --decider <vat> --state unresolved|fulfilled|rejected
  queue              what will run, and what waits for promises
  gc                 what vats will be told, who is in line, how much dirt there is
  transcript <vat>   --from <n> --to <n> --incarnation <n>
  bundles            vat sources
  sizes              bytes per table and vat
  kinds              stored data by kind: objects, entries, bytes; --owner <vat>
  stats              counters and rows; --prometheus
  crank <n>          one crank: its delivery, its syscalls, the rows that it changed

--at shows what was after an earlier crank, of a kernel that keeps history: objects, holders, queues. Heaps and counters are not kept.
A vat is named by its id (v2) or by its name. Works on a closed database, on a copy, and while a kernel runs; never writes.`;

export const makeProgram = (openTerminal: OpenTerminal, setExit: SetExit): Command => {
  const program = new Command('cooperage')
    .description('Runs kernels of vats, and looks into their databases.')
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
  const add = (usage: string): Command => inherit(program.command(usage), program);
  addInspect(add, terminalOf, setExit);
  addWhy(add, terminalOf, setExit);
  addHeap(add, terminalOf, setExit);
  addServe(add, terminalOf, setExit);
  addAudit(add, terminalOf, setExit);
  addReplay(add, terminalOf, setExit);
  addExport(add, terminalOf, setExit);
  addImport(add, terminalOf, setExit);
  addPrune(add, terminalOf, setExit);
  addTrace(add, terminalOf, setExit);
  addRun(add, terminalOf, setExit);
  addStep(add, terminalOf, setExit);
  addSend(add, terminalOf, setExit);
  addUpgrade(add, terminalOf, setExit);
  addTerminate(add, terminalOf, setExit);
  addCompletion(add, program, terminalOf);
  return program;
};

type Add = (usage: string) => Command;
type TerminalOf = (command: Command) => Terminal;

const inherit = (command: Command, program: Command): Command => command.copyInheritedSettings(program);

const addInspect = (add: Add, terminalOf: TerminalOf, setExit: SetExit): void => {
  add('inspect <database> [question] [subject]')
    .description('Shows what a database holds.')
    .option('--limit <n>', 'rows at most (50)', parseLimit)
    .option('--skip <n>', 'rows to pass over first', parseCount)
    .option('--full', 'shorten nothing')
    .option('--owner <vat>', 'objects of this vat')
    .option('--importer <vat>', 'objects that this vat imports')
    .option('--decider <vat>', 'promises that this vat decides')
    .option('--state <state>', 'only what is in this state')
    .option('--vref <prefix>', "only what a vat's name for it begins with, such as o- or o+d")
    .option('--from <n>', 'first position in the transcript', parseCount)
    .option('--to <n>', 'last position in the transcript', parseCount)
    .option('--incarnation <n>', 'one incarnation of the transcript', parseCount)
    .option('--prometheus', 'stats in the text format of Prometheus')
    .option('--at <crank>', 'show what was after this crank, if its history is kept', parseCount)
    .addHelpText('after', QUESTIONS)
    .addHelpText('after', example('cooperage inspect kernel.sqlite objects --owner alice --state reachable'))
    .action(async (...given: [string, string | undefined, string | undefined, InspectOptions, Command]) => {
      const [database, question = 'overview', subject, options, command] = given;
      const { inspect } = await import('./commands/inspect.ts');
      setExit(await inspect({ database, question, subject, options }, terminalOf(command)));
    });
};

const WHY_HELP = `
<ref> is an object, a promise or a device node (ko20, kp40, kd30), or what a vat has under a name of its own: v3 o+d12/5.
Shows everything that holds it, and the shortest path to it from a root: a pin, a queued message, parameters, the state of a device,
the baggage of a vat. The tables say nothing of heaps: where only a heap can lead to it, the answer says so. A kernel script goes on
through heaps with kernel.why(ref, { heap: true }).
Works on a closed database, on a copy, and while a kernel runs; never writes.`;

const addWhy = (add: Add, terminalOf: TerminalOf, setExit: SetExit): void => {
  add('why <database> <ref...>')
    .description('Says why something is alive. Exit 1 when it is gone, 2 when it never was.')
    .option('--limit <n>', 'holders at most (50)', parseLimit)
    .option('--at <crank>', 'as it was after this crank, if its history is kept', parseCount)
    .option('--dot', 'a graph for Graphviz')
    .option('--full', 'shorten nothing')
    .addHelpText('after', WHY_HELP)
    .addHelpText(
      'after',
      example('cooperage why kernel.sqlite ko20', 'cooperage why kernel.sqlite bob o+d12/5 --dot | dot -Tsvg'),
    )
    .action(async (...given: [string, string[], { limit?: number; at?: number; dot?: boolean; full?: boolean }, Command]) => {
      const [database, words, { limit, at, dot = false, full = false }, command] = given;
      const { why } = await import('./commands/why.ts');
      setExit(await why({ database, ref: words.join(' '), limit, dot, full, at }, terminalOf(command)));
    });
};

const HEAP_HELP = `
Opens the kernel as the database has it and brings the vat into memory, which replays it; runs nothing else.
Counted is what would be gone with the vat alone. In the file, what it shares with others ends at the border: objects without size.`;

const addHeap = (add: Add, terminalOf: TerminalOf, setExit: SetExit): void => {
  add('heap <config> <vat>')
    .description('Shows what a vat keeps in memory, and writes it as a heap snapshot that DevTools opens.')
    .option('--out <file>', 'where to write the heap snapshot; DevTools wants a name that ends in .heapsnapshot')
    .addHelpText('after', NAMED_CONFIG_HELP)
    .addHelpText('after', HEAP_HELP)
    .addHelpText('after', example('cooperage heap . bob', 'cooperage heap greeter/ bob --out bob.heapsnapshot'))
    .action(async (config: string, vat: string, options: { out?: string }, command: Command) => {
      const { heap } = await import('./commands/heap.ts');
      setExit(await heap({ config, vat, out: options.out }, terminalOf(command)));
    });
};

const parsePort = (text: string): number => {
  const port = parseCount(text);
  if (port > 65_535) throw new InvalidArgumentError('It must be at most 65535.');
  return port;
};

const SERVE_HELP = `
Answers this machine only, and no pages of other sites. Works on a closed database, on a copy, and while a kernel runs, which the
page then follows; never writes. An interrupt (Ctrl-C) ends it.`;

const addServe = (add: Add, terminalOf: TerminalOf, setExit: SetExit): void => {
  add('serve <database>')
    .description('Shows what a database holds as a page for the browser.')
    .option('--port <n>', 'port, or 0 for any (7117, or any when that is taken)', parsePort)
    .addHelpText('after', SERVE_HELP)
    .addHelpText('after', example('cooperage serve kernel.sqlite', 'cooperage serve kernel.sqlite --port 0'))
    .action(async (database: string, { port }: { port?: number }, command: Command) => {
      const { serve } = await import('./commands/serve.ts');
      setExit(await serve({ database, port }, terminalOf(command)));
    });
};

const addAudit = (add: Add, terminalOf: TerminalOf, setExit: SetExit): void => {
  add('audit <database>')
    .description('Recounts everything and checks every rule about the tables. Exit 1 when something is wrong. Never writes.')
    .addHelpText('after', example('cooperage audit kernel.sqlite'))
    .action(async (database: string, _options: unknown, command: Command) => {
      const { audit } = await import('./commands/audit.ts');
      setExit(await audit(database, terminalOf(command)));
    });
};

const REPLAY_HELP = `
The vat runs again in a worker of its own: every syscall is compared with the record and answered from it. Nothing is written.
With --inspect-brk the command waits for a debugger on a loopback port, and stops it before delivery --at, as inspect transcript numbers
them. The vat's files are there under their own names. From there on its console output is shown.`;

const addReplay = (add: Add, terminalOf: TerminalOf, setExit: SetExit): void => {
  add('replay <database> <vat>')
    .description(
      'Rebuilds a vat from its transcript, and shows the first syscall that comes out otherwise. Exit 1 when one does.',
    )
    .option('--incarnation <n>', 'an earlier incarnation', parseCount)
    .option('--bundle <id>', 'other source of the database than the incarnation ran; the beginning of its id will do')
    .option('--config <path>', 'config file or directory, for a vat that is given as functions')
    .option('--inspect-brk', 'wait for a debugger, and stop it before a delivery')
    .option('--at <n>', 'the delivery to stop before (0)', parseCount)
    .option('--port <n>', 'where the debugger is awaited (9229); 0 takes any', parseCount)
    .option('--full', 'shorten nothing')
    .addHelpText('after', REPLAY_HELP)
    .addHelpText(
      'after',
      example('cooperage replay kernel.sqlite bob', 'cooperage replay kernel.sqlite bob --inspect-brk --at 12'),
    )
    .action(async (database: string, vat: string, options: ReplayOptions, command: Command) => {
      const { replay } = await import('./commands/replay.ts');
      setExit(await replay({ database, vat, options }, terminalOf(command)));
    });
};

const addExport = (add: Add, terminalOf: TerminalOf, setExit: SetExit): void => {
  add('export <database> <directory>')
    .description('Writes the state of a kernel as files with hashes. Works while a kernel runs.')
    .addHelpText('after', '\n<directory> must be new or empty. The same state gives the same bytes.')
    .addHelpText('after', example('cooperage export kernel.sqlite state/'))
    .action(async (...given: [string, string, unknown, Command]) => {
      const [database, directory, , command] = given;
      const { exportState } = await import('./commands/export.ts');
      setExit(await exportState({ database, directory }, terminalOf(command)));
    });
};

const addImport = (add: Add, terminalOf: TerminalOf, setExit: SetExit): void => {
  add('import <directory> <database>')
    .description('Makes a database of an export. Exit 3 when a file is damaged, foreign or missing; then nothing is left behind.')
    .addHelpText('after', example('cooperage import state/ copy.sqlite'))
    .action(async (...given: [string, string, unknown, Command]) => {
      const [directory, database, , command] = given;
      const { importState } = await import('./commands/import.ts');
      setExit(await importState({ database, directory }, terminalOf(command)));
    });
};

const PRUNE_HELP = `
Takes out the transcripts of ended incarnations, and source that no vat runs and none can ask for, and gives the file's free room back.
No kernel may use the database meanwhile. Takes as much free room on the disk as the database needs.`;

const addPrune = (add: Add, terminalOf: TerminalOf, setExit: SetExit): void => {
  add('prune <database>')
    .description('Makes a database smaller: takes out what no kernel will read again.')
    .option('--dry-run', 'only say what would go')
    .addHelpText('after', PRUNE_HELP)
    .addHelpText('after', example('cooperage prune kernel.sqlite --dry-run'))
    .action(async (database: string, { dryRun = false }: { dryRun?: boolean }, command: Command) => {
      const { prune } = await import('./commands/prune.ts');
      setExit(await prune({ database, dryRun }, terminalOf(command)));
    });
};

const addTrace = (add: Add, terminalOf: TerminalOf, setExit: SetExit): void => {
  add('trace <slog>')
    .description('Turns a slog into a timeline: a track per vat, an arrow from what was queued to what was done.')
    .option('--perfetto', 'for ui.perfetto.dev and chrome://tracing (the only form there is)')
    .addHelpText('after', '\nTime is in cranks, a millisecond each, unless the host adds a time to its events.')
    .addHelpText('after', example('cooperage trace kernel.slog --perfetto > timeline.json'))
    .action(async (slog: string, _options: unknown, command: Command) => {
      const { trace } = await import('./commands/trace.ts');
      setExit(await trace(slog, terminalOf(command)));
    });
};

const CONFIG_HELP = `
[config] is a file or a directory; without it, cooperage.config.ts, .js or .mjs of the working directory.
Its default export holds the options of openKernel.`;

const NAMED_CONFIG_HELP = `
<config> is a file, or a directory with a cooperage.config.ts, .js or .mjs; "." is the working directory.`;

const addRun = (add: Add, terminalOf: TerminalOf, setExit: SetExit): void => {
  add('run [config]')
    .description(
      'Opens the kernel and runs cranks until there is nothing left to do. An interrupt stops it after the crank it is in.',
    )
    .option('--max-cranks <n>', 'stop after so many cranks', parseCount)
    .addHelpText('after', CONFIG_HELP)
    .addHelpText('after', example('cooperage run', 'cooperage run greeter/ --max-cranks 1000'))
    .action(async (config: string | undefined, options: { maxCranks?: number }, command: Command) => {
      const { run } = await import('./commands/run.ts');
      setExit(await run({ config, maxCranks: options.maxCranks }, terminalOf(command)));
    });
};

const addStep = (add: Add, terminalOf: TerminalOf, setExit: SetExit): void => {
  add('step [config]')
    .description('Runs one crank and shows what it did.')
    .option('--count <n>', 'so many cranks instead of one', parseCount)
    .addHelpText('after', CONFIG_HELP)
    .addHelpText('after', example('cooperage step', 'cooperage step --count 5'))
    .action(async (config: string | undefined, options: { count?: number }, command: Command) => {
      const { step } = await import('./commands/step.ts');
      setExit(await step({ config, count: options.count ?? 1 }, terminalOf(command)));
    });
};

const addSend = (add: Add, terminalOf: TerminalOf, setExit: SetExit): void => {
  add('send <vat> <method> [arguments...]')
    .description('Calls a method of a vat’s root object and shows the answer. Arguments are JSON.')
    .option('--config <path>', 'config file or directory, instead of the working directory')
    .option('--queue', 'only queue the message, and show the promise for its answer')
    .addHelpText('after', CONFIG_HELP.replace('[config]', '--config'))
    .addHelpText('after', example(`cooperage send bob greet '"world"'`, `cooperage send bank open '{"name":"alice"}' 3 --json`))
    .action(async (...given: [string, string, string[], { config?: string; queue?: boolean }, Command]) => {
      const [vat, method, texts, { config, queue = false }, command] = given;
      const { send } = await import('./commands/send.ts');
      setExit(await send({ vat, method, arguments: texts, config, queue }, terminalOf(command)));
    });
};

type UpgradeOptions = { message?: string; rehearse?: boolean; discardHeap?: boolean };

const addUpgrade = (add: Add, terminalOf: TerminalOf, setExit: SetExit): void => {
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
      const { upgrade } = await import('./commands/upgrade.ts');
      setExit(await upgrade({ config, vat, message, rehearse, discardHeap }, terminalOf(command)));
    });
};

const addTerminate = (add: Add, terminalOf: TerminalOf, setExit: SetExit): void => {
  add('terminate <config> <vat> [reason]')
    .description('Ends a vat for good, and runs the kernel until the vat is cleaned up and nothing is left to do.')
    .addHelpText('after', NAMED_CONFIG_HELP)
    .addHelpText('after', example('cooperage terminate . bob', `cooperage terminate . bob 'replaced by carol'`))
    .action(async (...given: [string, string, string | undefined, unknown, Command]) => {
      const [config, vat, reason, , command] = given;
      const { terminate } = await import('./commands/terminate.ts');
      setExit(await terminate({ config, vat, reason }, terminalOf(command)));
    });
};

const addCompletion = (add: Add, program: Command, terminalOf: TerminalOf): void => {
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
