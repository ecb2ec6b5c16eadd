/** The run queue: first in, first out. Items for a suspended vat stay where they are, parked, and keep their place. */
import type { KernelPromiseRef, VatId } from '@cooperage/protocol/refs';
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';
import type { CountersTable } from './counters.ts';
import { makeNumberSeries } from './id-series.ts';

export type RunQueueRow = {
  readonly position: number;
  readonly kind: 'message' | 'notify' | 'start-vat' | 'upgrade-vat';
  /** Of a 'message' only. */
  readonly message: number | null;
  /** Whom everything but a 'message' is for. */
  readonly vat: VatId | null;
  /** Of a 'notify' only. */
  readonly promise: KernelPromiseRef | null;
  /** Of an 'upgrade-vat' only. */
  readonly upgrade: number | null;
  /** The suspended vat that the item waits for. */
  readonly parkedFor: VatId | null;
};

/** An item before it has a place; what it does not say it does not have. */
export type NewRunQueueItem = Pick<RunQueueRow, 'kind'> & Partial<Omit<RunQueueRow, 'position' | 'kind'>>;

const COUNTER = 'run_queue';
const FIRST_POSITION = 1;
/** The group of items that are not parked. */
const READY = 'ready';

export class RunQueueTable {
  readonly #counters: CountersTable;
  readonly #rows: RowTable<number, RunQueueRow>;
  readonly #head: Query<number>;
  readonly #list: Query;
  readonly #byVat: Query;
  readonly #parked: Query;
  readonly #countReady: Query<number>;
  readonly #first: Query<number | null>;

  constructor(connection: Connection, counters: CountersTable) {
    this.#counters = counters;
    this.#rows = new RowTable<number, RunQueueRow>(connection, {
      table: 'run_queue',
      columns: {
        position: 'position',
        kind: 'kind',
        message: 'message',
        vat: 'vat',
        promise: 'promise',
        upgrade: 'upgrade',
        parkedFor: 'parked_for',
      },
      key: ['position'],
      series: makeNumberSeries(counters, COUNTER),
      index: {
        groupOf: ({ parkedFor }) => (parkedFor === null ? READY : undefined),
        compare: (a, b) => a.position - b.position,
        keyOf: ({ position }) => position,
      },
    });
    this.#head = connection.prepareColumn('SELECT position FROM run_queue WHERE parked_for IS NULL ORDER BY position LIMIT 1');
    this.#list = this.#rows.prepare('ORDER BY position');
    this.#byVat = this.#rows.prepare('WHERE vat = ? OR parked_for = ? ORDER BY position');
    this.#parked = this.#rows.prepare('WHERE parked_for = ? ORDER BY position');
    this.#first = connection.prepareColumn('SELECT min(position) FROM run_queue');
    this.#countReady = connection.prepareColumn('SELECT count(*) FROM run_queue WHERE parked_for IS NULL');
  }

  /** Puts an item at the end of the queue and returns its position. */
  append(item: NewRunQueueItem): number {
    return this.#insert(item, this.#counters.take(COUNTER, FIRST_POSITION));
  }

  /** Puts an item before all that waits, and returns its position. */
  prepend(item: NewRunQueueItem): number {
    this.#rows.flush();
    const first = this.#first.get() ?? null;
    return first === null ? this.append(item) : this.#insert(item, first - 1);
  }

  #insert(item: NewRunQueueItem, position: number): number {
    const { kind, message = null, vat = null, promise = null, upgrade = null, parkedFor = null } = item;
    this.#rows.put(position, { position, kind, message, vat, promise, upgrade, parkedFor });
    return position;
  }

  /** The first item that is not parked. */
  findHead(): RunQueueRow | undefined {
    const ready = this.#rows.firstInGroup(READY);
    if (ready !== 'unknown') return ready;
    this.#rows.flush();
    const position = this.#head.get();
    return position === undefined ? undefined : this.#rows.find(position);
  }

  put(row: RunQueueRow): void {
    this.#rows.put(row.position, row);
  }

  delete(position: number): void {
    this.#rows.delete(position);
  }

  list(): RunQueueRow[] {
    return this.#rows.select(this.#list);
  }

  /** Items for the vat, and items parked for it. */
  listByVat(vat: VatId): RunQueueRow[] {
    return this.#rows.select(this.#byVat, vat, vat);
  }

  listParked(vat: VatId): RunQueueRow[] {
    return this.#rows.select(this.#parked, vat);
  }

  countReady(): number {
    this.#rows.flush();
    return this.#countReady.get() ?? 0;
  }

  count(): number {
    return this.#rows.count();
  }
}
