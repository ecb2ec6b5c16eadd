/** Commands that look into a database or a slog, and their options. None writes. */
import type { Command } from 'commander';
import type { InspectOptions } from '../commands/inspect.ts';
import type { ReplayOptions } from '../commands/replay.ts';
import { example, parseCount, parseLimit, parsePort, type Registration } from './registration.ts';

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

export const addInspect = ({ add, terminalOf, setExit }: Registration): void => {
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
      const { inspect } = await import('../commands/inspect.ts');
      setExit(await inspect({ database, question, subject, options }, terminalOf(command)));
    });
};

const WHY_HELP = `
<ref> is an object, a promise or a device node (ko20, kp40, kd30), or what a vat has under a name of its own: v3 o+d12/5.
Shows everything that holds it, and the shortest path to it from a root: a pin, a queued message, parameters, the state of a device,
the baggage of a vat. The tables say nothing of heaps: where only a heap can lead to it, the answer says so. A kernel script goes on
through heaps with kernel.why(ref, { heap: true }).
Works on a closed database, on a copy, and while a kernel runs; never writes.`;

export const addWhy = ({ add, terminalOf, setExit }: Registration): void => {
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
      const { why } = await import('../commands/why.ts');
      setExit(await why({ database, ref: words.join(' '), limit, dot, full, at }, terminalOf(command)));
    });
};

const SERVE_HELP = `
Answers this machine only, and no pages of other sites. Works on a closed database, on a copy, and while a kernel runs, which the
page then follows; never writes. An interrupt (Ctrl-C) ends it.`;

export const addServe = ({ add, terminalOf, setExit }: Registration): void => {
  add('serve <database>')
    .description('Shows what a database holds as a page for the browser.')
    .option('--port <n>', 'port, or 0 for any (7117, or any when that is taken)', parsePort)
    .addHelpText('after', SERVE_HELP)
    .addHelpText('after', example('cooperage serve kernel.sqlite', 'cooperage serve kernel.sqlite --port 0'))
    .action(async (database: string, { port }: { port?: number }, command: Command) => {
      const { serve } = await import('../commands/serve.ts');
      setExit(await serve({ database, port }, terminalOf(command)));
    });
};

export const addAudit = ({ add, terminalOf, setExit }: Registration): void => {
  add('audit <database>')
    .description(
      'Recounts everything, checks every rule about the tables, and hashes all transcripts. Exit 1 when something is wrong. Never writes.',
    )
    .addHelpText('after', example('cooperage audit kernel.sqlite'))
    .action(async (database: string, _options: unknown, command: Command) => {
      const { audit } = await import('../commands/audit.ts');
      setExit(await audit(database, terminalOf(command)));
    });
};

const REPLAY_HELP = `
The vat runs again in a worker of its own: every syscall is compared with the record and answered from it. Nothing is written.
With --inspect-brk the command waits for a debugger on a loopback port, and stops it before delivery --at, as inspect transcript numbers
them. The vat's files are there under their own names. From there on its console output is shown.`;

export const addReplay = ({ add, terminalOf, setExit }: Registration): void => {
  add('replay <database> <vat>')
    .description(
      'Rebuilds a vat from its transcript, and shows the first syscall that comes out otherwise. Exit 1 when one does.',
    )
    .option('--incarnation <n>', 'an earlier incarnation', parseCount)
    .option('--bundle <id>', 'other source of the database than the incarnation ran; the beginning of its id will do')
    .option('--config <path>', 'config file or directory, for a vat that is given as functions')
    .option('--inspect-brk', 'wait for a debugger, and stop it before a delivery')
    .option('--at <n>', 'the delivery to stop before (the first)', parseCount)
    .option('--port <n>', 'where the debugger is awaited (9229); 0 takes any', parsePort)
    .option('--full', 'shorten nothing')
    .addHelpText('after', REPLAY_HELP)
    .addHelpText(
      'after',
      example('cooperage replay kernel.sqlite bob', 'cooperage replay kernel.sqlite bob --inspect-brk --at 12'),
    )
    .action(async (database: string, vat: string, options: ReplayOptions, command: Command) => {
      const { replay } = await import('../commands/replay.ts');
      setExit(await replay({ database, vat, options }, terminalOf(command)));
    });
};

export const addTrace = ({ add, terminalOf, setExit }: Registration): void => {
  add('trace <slog>')
    .description('Turns a slog into a timeline: a track per vat, an arrow from what was queued to what was done.')
    .option('--perfetto', 'for ui.perfetto.dev and chrome://tracing (the only form there is)')
    .addHelpText('after', '\nTime is in cranks, a millisecond each, unless the host adds a time to its events.')
    .addHelpText('after', example('cooperage trace kernel.slog --perfetto > timeline.json'))
    .action(async (slog: string, _options: unknown, command: Command) => {
      const { trace } = await import('../commands/trace.ts');
      setExit(await trace(slog, terminalOf(command)));
    });
};
