/**
 * `cooperage replay <database> <vat>`: rebuilds a vat from its transcript in a worker of this process, and says where it first comes out
 * otherwise. Never writes. With a debugger it stops before one delivery.
 */
import inspector from 'node:inspector';
import { describeDelivery, describeSyscall } from '@cooperage/inspector/describe';
import type { ReadOnlyStore } from '@cooperage/inspector/database';
import { type FoundVat, getVat } from '@cooperage/inspector/find-vat';
import type { ReplayDifference, ReplayReport, ReplayRequest } from '@cooperage/host/replay-vat';
import { findConfigFile, loadConfig } from '../config-file.ts';
import { EXIT, Failure, toFailure } from '../failure.ts';
import { withDatabaseAsync } from '../inspected-database.ts';
import { countText } from '../quantities.ts';
import { Sheet } from '../sheet.ts';
import type { Terminal } from '../terminal.ts';

export type ReplayOptions = {
  readonly incarnation?: number;
  readonly bundle?: string;
  readonly config?: string;
  readonly inspectBrk?: boolean;
  readonly at?: number;
  readonly port?: number;
  readonly full?: boolean;
};

export type ReplayCommand = { readonly database: string; readonly vat: string; readonly options: ReplayOptions };

const DEBUGGER_PORT = 9229;
const LOOPBACK = '127.0.0.1';
const PROGRESS_EVERY_MS = 100;

type OnDelivery = NonNullable<ReplayRequest['onDelivery']>;

const makeProgress = (terminal: Terminal): OnDelivery => {
  let shownAt = 0;
  return (_row, { number, total }) => {
    const now = Date.now();
    if (now - shownAt < PROGRESS_EVERY_MS) return;
    terminal.showProgress(`delivery ${number + 1} of ${total}`);
    shownAt = now;
  };
};

/** Waits until a debugger is there and says go; the result stops it before delivery `at`. */
const awaitDebugger = ({ at, port }: { readonly at: number; readonly port: number }, terminal: Terminal): OnDelivery => {
  // Node itself says where it listens.
  inspector.open(port, LOOPBACK);
  terminal.tell(`waiting for a debugger (chrome://inspect, or node inspect -p); it will stop before delivery ${at}`);
  inspector.waitForDebugger();
  return row => {
    if (row.position !== at) return;
    terminal.tell(
      `before delivery ${at}: ${describeDelivery(JSON.parse(row.delivery) as Parameters<typeof describeDelivery>[0])}`,
    );
    // The vat's modules are loaded by now, unless this is the delivery that loads them: set breakpoints in them and go on.
    // eslint-disable-next-line no-debugger
    debugger;
  };
};

const insistSense = ({ inspectBrk = false, at, port }: ReplayOptions): void => {
  if (inspectBrk || (at === undefined && port === undefined)) return;
  throw new Failure(EXIT.usage, '--at and --port say where a debugger stops and is reached', { remedy: 'add --inspect-brk' });
};

/** The delivery that the debugger stops before; refuses one that will not come. */
const findStop = (store: ReadOnlyStore, { vat, name }: FoundVat, { at, incarnation }: ReplayOptions): number => {
  const { vats, transcripts } = store.tables();
  const number = incarnation ?? vats.get(vat).incarnation;
  const span = transcripts.listIncarnations(vat).find(each => each.number === number);
  if (span === undefined || at === undefined) return span?.first ?? 0;
  if (at >= span.first && at <= span.last) return at;
  throw new Failure(EXIT.usage, `incarnation ${number} of vat ${name} (${vat}) has no delivery ${at}`, {
    remedy: `it has ${span.first} to ${span.last}`,
  });
};

/** The vats of a config: some are given as functions, which no database has. */
const loadVats = async (config: string | undefined): Promise<ReplayRequest['vats']> => {
  if (config === undefined) return undefined;
  return (await loadConfig(findConfigFile(config)))['vats'] as ReplayRequest['vats'];
};

export const replay = async ({ database, vat: name, options }: ReplayCommand, terminal: Terminal): Promise<number> => {
  insistSense(options);
  // First, because it hardens the realm: a config is to run in the same world as when the kernel ran it.
  const { replayVat } = await import('@cooperage/host/replay-vat');
  const vats = await loadVats(options.config);
  const { incarnation, bundle, inspectBrk = false, port = DEBUGGER_PORT, full = false } = options;
  return withDatabaseAsync(database, async store => {
    try {
      const found = getVat(store, name);
      const { vat } = found;
      const at = findStop(store, found, options);
      const onDelivery = inspectBrk ? awaitDebugger({ at, port }, terminal) : makeProgress(terminal);
      const debugging = inspectBrk ? { console: tellConsole(terminal), speakFrom: at } : {};
      const report = await replayVat(store, { vat, incarnation, bundle, vats, onDelivery, ...debugging });
      terminal.clearProgress();
      if (terminal.json) terminal.printJson(report);
      else show(report, new Sheet(terminal, { full }));
      return report.difference === null ? EXIT.ok : EXIT.failure;
    } catch (error) {
      throw toFailure(error);
    }
  });
};

const tellConsole =
  (terminal: Terminal) =>
  (vat: string, level: string, args: readonly unknown[]): void =>
    terminal.tell(`${vat}: ${level === 'log' ? '' : `${level}: `}${args.map(String).join(' ')}`);

const show = (report: ReplayReport, sheet: Sheet): void => {
  const { vat, name, incarnation, replayed, deliveries, difference, cause } = report;
  const where = `${vat} ${name}, incarnation ${incarnation}`;
  if (difference === null) {
    sheet.line(`${where}: ${countText(replayed, 'delivery', 'deliveries')}, all as they were`);
    return;
  }
  sheet.heading(`${where}: delivery ${difference.position} of crank ${difference.crank} comes out otherwise`);
  const [then, now] = describeSides(difference);
  sheet.facts([
    ['delivery', sheet.words(extent => describeDelivery(difference.delivery, extent))],
    ['what', WHAT[difference.kind](difference.syscall ?? 0)],
    ['then', then],
    ['now', now],
    ['before', `${replayed} of ${countText(deliveries, 'delivery', 'deliveries')} came out as they were`],
    ['recorded on', report.recordedOn ?? 'not known'],
    ['replayed on', report.replayedOn],
    ['bundle', report.bundle],
  ]);
  sheet.heading('likely cause');
  sheet.line(cause === null ? 'none was found' : `${cause.kind}: ${cause.explanation}`);
  sheet.finish();
};

const WHAT: Readonly<Record<ReplayDifference['kind'], (syscall: number) => string>> = {
  syscall: number => `syscall ${number} is another`,
  extra: number => `syscall ${number} was not made then`,
  missing: number => `syscall ${number} is not made now`,
  malformed: number => `syscall ${number} is none`,
  outcome: () => 'the same syscalls, another outcome',
};

const EXCERPT = 200;

const describeSide = (side: ReplayDifference['now']): string => {
  if (side === null) return 'nothing';
  if ('type' in side) return describeSyscall(side);
  return side.outcome === 'ok' ? `ok${side.unfinished === true ? ', unfinished' : ''}` : `${side.outcome}: ${side.problem}`;
};

/** Both sides in words; where words do not tell them apart, the texts from shortly before where they part. */
const describeSides = ({ then, now }: ReplayDifference): readonly [string, string] => {
  const words = [describeSide(then), describeSide(now)] as const;
  if (words[0] !== words[1]) return words;
  const texts = [JSON.stringify(then), JSON.stringify(now)] as const;
  let start = 0;
  while (start < texts[0].length && texts[0][start] === texts[1][start]) start += 1;
  start = Math.max(0, start - EXCERPT / 4);
  const cut = (text: string): string => `${start > 0 ? '...' : ''}${text.slice(start, start + EXCERPT)}`;
  return [cut(texts[0]), cut(texts[1])];
};
