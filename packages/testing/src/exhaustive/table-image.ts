/**
 * The kernel's tables as values in memory: followed crank by crank from the lines of each crank's delta, kept as states, and written
 * back through the table modules, so that a search can return to any state it has seen. Numbers that only ever grow (counters, queue
 * positions) go on growing: a state is the same whatever they are. The transcript of a vat is cut back to its start.
 */
import type { CapData } from '@cooperage/protocol/capdata';
import type { KernelPromiseRef, KRef, VatId } from '@cooperage/protocol/refs';
import type { Store } from '@cooperage/store/store';
import type { ClistRow } from '@cooperage/store/tables/clists';
import type { GcActionRow } from '@cooperage/store/tables/gc-actions';
import type { MessageRow } from '@cooperage/store/tables/messages';
import type { ObjectRow } from '@cooperage/store/tables/objects';
import type { PinRow } from '@cooperage/store/tables/pins';
import type { PromiseQueueRow } from '@cooperage/store/tables/promise-queue';
import type { PromiseRow } from '@cooperage/store/tables/promises';
import type { RunQueueRow } from '@cooperage/store/tables/run-queue';
import type { Tables } from '@cooperage/store/tables/tables';
import type { TranscriptRow } from '@cooperage/store/tables/transcripts';
import type { VatProgressRow } from '@cooperage/store/tables/vat-progress';
import type { VatRow } from '@cooperage/store/tables/vats';

type QueuedVat = { readonly vat: VatId; readonly position: number };

/** What the image keeps of each table, by the table's name in a delta. The tables of lists have one entry per holder. */
export type ImageRows = {
  vats: VatRow;
  vat_progress: VatProgressRow;
  objects: ObjectRow;
  promises: PromiseRow;
  promise_slots: readonly KRef[];
  subscriptions: readonly VatId[];
  clists: ClistRow;
  messages: MessageRow;
  message_slots: readonly KRef[];
  parameter_slots: readonly KRef[];
  run_queue: RunQueueRow;
  promise_queue: PromiseQueueRow;
  gc_actions: GcActionRow;
  reap_queue: QueuedVat;
  cleanup_queue: QueuedVat;
  pins: PinRow;
  /** Only whose turn it is; the other facts are no part of a state. */
  kernel_state: { readonly name: string; readonly value: string };
};
export type ImageTable = keyof ImageRows;

export type Entry = { readonly table: ImageTable; readonly key: unknown; readonly id: string; readonly row: unknown };

/** The tables as they were at one moment. */
export type TableState = readonly Entry[];

const IGNORED: ReadonlySet<string> = new Set(['counters', 'bundles']);
/** Tables whose rows are rewritten as a whole, or with their vat's transcript. */
const REWRITTEN: ReadonlySet<ImageTable> = new Set(['vat_progress', 'promise_queue', 'reap_queue', 'cleanup_queue']);

type Writer = {
  readonly put: (tables: Tables, row: never, key: never) => void;
  readonly remove: (tables: Tables, row: never, key: never) => void;
};
const writer = <Name extends ImageTable, Key>(
  _table: Name,
  put: (tables: Tables, row: ImageRows[Name], key: Key) => void,
  remove: (tables: Tables, row: ImageRows[Name], key: Key) => void,
): Writer => ({ put, remove });

const WRITERS: Readonly<Partial<Record<ImageTable, Writer>>> = {
  vats: writer(
    'vats',
    // A delta leaves the engine out, and a vat's row stays for ever.
    (tables, row) => tables.vats.put({ ...tables.vats.get(row.vat), ...row }),
    (tables, row) => tables.vats.delete(row.vat),
  ),
  objects: writer(
    'objects',
    (tables, row) => tables.objects.put(row),
    (tables, row) => tables.objects.delete(row.kref),
  ),
  promises: writer(
    'promises',
    (tables, row) => tables.promises.put(row),
    (tables, row) => tables.promises.delete(row.kref),
  ),
  promise_slots: writer(
    'promise_slots',
    (tables, slots, promise: KernelPromiseRef) => tables.promiseSlots.put(promise, slots),
    (tables, _slots, promise: KernelPromiseRef) => tables.promiseSlots.delete(promise),
  ),
  subscriptions: writer(
    'subscriptions',
    (tables, vats, promise: KernelPromiseRef) => {
      tables.subscriptions.deleteAll(promise);
      for (const vat of vats) tables.subscriptions.add(promise, vat);
    },
    (tables, _vats, promise: KernelPromiseRef) => tables.subscriptions.deleteAll(promise),
  ),
  clists: writer(
    'clists',
    (tables, row) => tables.clists.put(row),
    (tables, row) => tables.clists.delete(row),
  ),
  messages: writer(
    'messages',
    (tables, row) => tables.messages.put(row),
    (tables, row) => tables.messages.delete(row.message),
  ),
  message_slots: writer(
    'message_slots',
    (tables, slots, message: number) => tables.messageSlots.put(message, slots),
    (tables, _slots, message: number) => tables.messageSlots.delete(message),
  ),
  parameter_slots: writer(
    'parameter_slots',
    (tables, slots, vat: VatId) => tables.parameterSlots.put(vat, slots),
    (tables, _slots, vat: VatId) => tables.parameterSlots.delete(vat),
  ),
  run_queue: writer(
    'run_queue',
    (tables, row) => tables.runQueue.put(row),
    (tables, row) => tables.runQueue.delete(row.position),
  ),
  gc_actions: writer(
    'gc_actions',
    (tables, row) => tables.gcActions.add(row),
    (tables, row) => tables.gcActions.delete(row),
  ),
  pins: writer(
    'pins',
    (tables, row) => tables.pins.add(row),
    (tables, row) => tables.pins.delete(row),
  ),
  kernel_state: writer(
    'kernel_state',
    (tables, { name, value }) => tables.kernelState.put(name, value),
    (tables, { name }) => tables.kernelState.delete(name),
  ),
};

const writerOf = (table: ImageTable): Writer => {
  const found = WRITERS[table];
  if (found === undefined) throw new Error(`no writer for ${table}`);
  return found;
};

const isSameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i]);

/** Rows of a queue in their order. */
export const inOrder = <Row extends { readonly position: number }>(rows: Iterable<Row>): Row[] =>
  [...rows].sort((a, b) => a.position - b.position);

const listByVat = (rows: Iterable<QueuedVat>): VatId[] => inOrder(rows).map(({ vat }) => vat);

const EMPTY_START: CapData<never> = { body: '#"#undefined"', slots: [] };
const START = JSON.stringify({ parameters: EMPTY_START, type: 'startVat' });

const NO_ENTRIES: ReadonlyMap<string, Entry> = new Map();

export class TableImage {
  readonly #store: Store;
  readonly #tables = new Map<ImageTable, Map<string, Entry>>();

  /** Follows `store` from now on: it must be new. */
  constructor(store: Store) {
    this.#store = store;
    const commitCrank = store.commitCrank.bind(store);
    store.commitCrank = () => {
      const delta = commitCrank();
      for (const line of delta.lines) this.#apply(line);
      return delta;
    };
  }

  #apply(line: string): void {
    const [name, key, row] = JSON.parse(line) as [string, unknown, unknown];
    if (IGNORED.has(name) || (name === 'kernel_state' && key !== 'turn')) return;
    const table = name as ImageTable;
    const id = `${table} ${Array.isArray(key) ? key.join(' ') : String(key)}`;
    if (row === null) this.#tables.get(table)?.delete(id);
    else this.#set({ table, key, id, row });
  }

  #set(entry: Entry): void {
    const rows = this.#tables.get(entry.table);
    if (rows === undefined) this.#tables.set(entry.table, new Map([[entry.id, entry]]));
    else rows.set(entry.id, entry);
  }

  /** The tables as they are now. */
  save(): TableState {
    const state: Entry[] = [];
    for (const rows of this.#tables.values()) state.push(...rows.values());
    return state;
  }

  /** The entries of one table, in no order that means anything. */
  entries(table: ImageTable): Iterable<Entry> {
    return (this.#tables.get(table) ?? NO_ENTRIES).values();
  }

  /** The rows of one table, in no order that means anything. */
  rows<Name extends ImageTable>(table: Name): ImageRows[Name][] {
    const rows: ImageRows[Name][] = [];
    for (const { row } of this.entries(table)) rows.push(row as ImageRows[Name]);
    return rows;
  }

  count(table: ImageTable): number {
    return (this.#tables.get(table) ?? NO_ENTRIES).size;
  }

  /** Makes the tables what they were when `state` was saved. */
  restore(state: TableState): void {
    const store = this.#store;
    if (!store.inBlock) store.beginBlock();
    store.beginCrank();
    const { tables } = store;
    const wanted = new Set<Entry>(state);
    const kept = new Set<string>();
    const changed: Entry[] = [];
    for (const entry of state) {
      if (REWRITTEN.has(entry.table) || this.#tables.get(entry.table)?.get(entry.id) === entry) continue;
      kept.add(entry.id);
      changed.push(entry);
    }
    for (const [table, rows] of this.#tables) {
      if (REWRITTEN.has(table)) continue;
      for (const entry of rows.values()) {
        if (wanted.has(entry) || (kept.has(entry.id) && table !== 'clists')) continue;
        writerOf(table).remove(tables, entry.row as never, entry.key as never);
      }
    }
    // Two pairs of a c-list may have swapped their vrefs between two states. So the old ones go for good before the new ones come.
    tables.clists.count();
    for (const entry of changed) writerOf(entry.table).put(tables, entry.row as never, entry.key as never);
    this.#restoreQueues(tables, state);
    this.#restoreProgress(tables, state);
    store.commitCrank();
    // The rows are equal now, so let them be the same: then the next comparison is quick.
    for (const entry of changed) this.#set(entry);
  }

  #restoreQueues(tables: Tables, state: TableState): void {
    const rowsOf = <Name extends ImageTable>(table: Name): ImageRows[Name][] =>
      state.filter(entry => entry.table === table).map(entry => entry.row as ImageRows[Name]);
    for (const [name, queue] of [
      ['reap_queue', tables.reapQueue],
      ['cleanup_queue', tables.cleanupQueue],
    ] as const) {
      const wanted = listByVat(rowsOf(name));
      const present = listByVat(this.rows(name));
      if (isSameList(wanted, present)) continue;
      for (const vat of present) queue.delete(vat);
      for (const vat of wanted) queue.append(vat);
    }
    const wanted = inOrder(rowsOf('promise_queue'));
    const present = inOrder(this.rows('promise_queue'));
    const show = ({ promise, message }: PromiseQueueRow): string => `${promise} ${message}`;
    if (isSameList(wanted.map(show), present.map(show))) return;
    for (const { promise } of present) tables.promiseQueue.deleteAll(promise);
    for (const { promise, message } of wanted) tables.promiseQueue.append(promise, message);
  }

  /** A vat's transcript becomes that of a vat that has only started, and its row says so. */
  #restoreProgress(tables: Tables, state: TableState): void {
    const wanted = new Map<VatId, VatProgressRow>();
    for (const entry of state) {
      if (entry.table !== 'vat_progress') continue;
      const row = entry.row as VatProgressRow;
      wanted.set(row.vat, { ...row, deliveries: 1, transcriptHash: '', dirtDeliveries: 0, dirtKrefs: 0 });
    }
    const present = new Map<VatId, VatProgressRow>();
    for (const row of this.rows('vat_progress')) present.set(row.vat, row);
    for (const vat of present.keys()) {
      if (wanted.has(vat)) continue;
      tables.vatProgress.delete(vat);
      tables.transcripts.deleteSome(vat, Number.MAX_SAFE_INTEGER);
    }
    for (const [vat, row] of wanted) {
      const now = present.get(vat);
      if (now?.deliveries !== 1) {
        tables.transcripts.deleteSome(vat, Number.MAX_SAFE_INTEGER);
        tables.transcripts.append(startOf(vat));
      }
      tables.vatProgress.put(row);
    }
  }
}

const startOf = (vat: VatId): TranscriptRow => ({
  vat,
  position: 0,
  incarnation: 0,
  crank: 0,
  delivery: START,
  syscalls: '[]',
  outcome: JSON.stringify({ outcome: 'ok' }),
});
