/** The run queue: first in, first out. Items for a suspended vat stay where they are, parked, and keep their place. */
import type { KernelPromiseRef, VatId } from '@cooperage/protocol/refs';
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';
import type { CountersTable } from './counters.ts';

export type RunQueueRow = {
  readonly position: number;
  readonly kind: 'message' | 'notify' | 'start-vat';
  /** Of a 'message' only. */
  readonly message: number | null;
  /** Whom a 'notify' or a 'start-vat' is for. */
  readonly vat: VatId | null;
  /** Of a 'notify' only. */
  readonly promise: KernelPromiseRef | null;
  /** The suspended vat that the item waits for. */
  readonly parkedFor: VatId | null;
};

const COUNTER = 'run_queue';
const FIRST_POSITION = 1;

export class RunQueueTable {
  readonly #counters: CountersTable;
  readonly #rows: RowTable<number, RunQueueRow>;
  readonly #head: Query<number>;
  readonly #list: Query;
  readonly #byVat: Query;
  readonly #parked: Query;
  readonly #countReady: Query<number>;

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
        parkedFor: 'parked_for',
      },
      key: ['position'],
    });
    this.#head = connection.prepareColumn('SELECT position FROM run_queue WHERE parked_for IS NULL ORDER BY position LIMIT 1');
    this.#list = this.#rows.prepare('ORDER BY position');
    this.#byVat = this.#rows.prepare('WHERE vat = ? OR parked_for = ? ORDER BY position');
    this.#parked = this.#rows.prepare('WHERE parked_for = ? ORDER BY position');
    this.#countReady = connection.prepareColumn('SELECT count(*) FROM run_queue WHERE parked_for IS NULL');
  }

  /** Puts an item at the end of the queue and returns its position. */
  append(item: Omit<RunQueueRow, 'position'>): number {
    const position = this.#counters.take(COUNTER, FIRST_POSITION);
    const { kind, message, vat, promise, parkedFor } = item;
    this.#rows.put(position, { position, kind, message, vat, promise, parkedFor });
    return position;
  }

  /** The first item that is not parked. */
  findHead(): RunQueueRow | undefined {
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
