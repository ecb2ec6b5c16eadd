/** The promise table: who decides each promise, how many hold it (I4), and what became of it (I11). */
import type { KernelPromiseRef, VatId } from '@cooperage/protocol/refs';
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';
import type { CountersTable } from './counters.ts';
import { makeKrefSeries } from './id-series.ts';

export type PromiseState = 'unresolved' | 'fulfilled' | 'rejected';

export type PromiseRow = {
  readonly kref: KernelPromiseRef;
  readonly state: PromiseState;
  /** Null on an unresolved promise: the kernel itself, while the message whose result it is waits. */
  readonly decider: VatId | null;
  readonly holds: number;
  /** Unresolved, and nobody is left who could settle it: its decider let it go, or the message for its answer will never be delivered. */
  readonly isHopeless: boolean;
  /** The value or the reason, once settled; its slots are in `promiseSlots`. */
  readonly body: string | null;
};

const BY_NUMBER = 'ORDER BY CAST(substr(kref, 3) AS INTEGER)';

export class PromisesTable {
  readonly #rows: RowTable<KernelPromiseRef, PromiseRow>;
  readonly #byDecider: Query<KernelPromiseRef>;
  readonly #list: Query;

  constructor(connection: Connection, counters: CountersTable) {
    this.#rows = new RowTable<KernelPromiseRef, PromiseRow>(connection, {
      table: 'promises',
      columns: {
        kref: 'kref',
        state: 'state',
        decider: 'decider',
        holds: 'holds',
        isHopeless: 'hopeless',
        body: 'body',
      },
      key: ['kref'],
      series: makeKrefSeries(counters),
      booleans: ['isHopeless'],
      text: ['body'],
      kept: 2_000,
    });
    this.#byDecider = connection.prepareColumn(`SELECT kref FROM promises WHERE decider = ? ${BY_NUMBER}`);
    this.#list = this.#rows.prepare(BY_NUMBER);
  }

  get(kref: KernelPromiseRef): PromiseRow {
    return this.#rows.get(kref);
  }

  find(kref: KernelPromiseRef): PromiseRow | undefined {
    return this.#rows.find(kref);
  }

  put(row: PromiseRow): void {
    this.#rows.put(row.kref, row);
  }

  delete(kref: KernelPromiseRef): void {
    this.#rows.delete(kref);
  }

  listByDecider(vat: VatId): KernelPromiseRef[] {
    this.#rows.flush();
    return this.#byDecider.all(vat);
  }

  list(): PromiseRow[] {
    return this.#rows.select(this.#list);
  }

  count(): number {
    return this.#rows.count();
  }
}
