/** The object table: who owns each object, and how many holders reach and recognize it (I3). */
import type { KernelObjectRef, VatId } from '@cooperage/protocol/refs';
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';
import type { CountersTable } from './counters.ts';
import { makeKrefSeries } from './id-series.ts';

export type ObjectRow = {
  readonly kref: KernelObjectRef;
  /** Null: an orphan, whose vat is gone or gave it up. */
  readonly owner: VatId | null;
  readonly reachable: number;
  readonly recognizable: number;
};

const BY_NUMBER = 'ORDER BY CAST(substr(kref, 3) AS INTEGER)';

export class ObjectsTable {
  readonly #rows: RowTable<KernelObjectRef, ObjectRow>;
  readonly #byOwner: Query;
  readonly #list: Query;

  constructor(connection: Connection, counters: CountersTable) {
    this.#rows = new RowTable<KernelObjectRef, ObjectRow>(connection, {
      table: 'objects',
      columns: { kref: 'kref', owner: 'owner', reachable: 'reachable', recognizable: 'recognizable' },
      key: ['kref'],
      series: makeKrefSeries(counters),
    });
    this.#byOwner = this.#rows.prepare(`WHERE owner = ? ${BY_NUMBER}`);
    this.#list = this.#rows.prepare(BY_NUMBER);
  }

  get(kref: KernelObjectRef): ObjectRow {
    return this.#rows.get(kref);
  }

  find(kref: KernelObjectRef): ObjectRow | undefined {
    return this.#rows.find(kref);
  }

  put(row: ObjectRow): void {
    this.#rows.put(row.kref, row);
  }

  delete(kref: KernelObjectRef): void {
    this.#rows.delete(kref);
  }

  listByOwner(vat: VatId): ObjectRow[] {
    return this.#rows.select(this.#byOwner, vat);
  }

  list(): ObjectRow[] {
    return this.#rows.select(this.#list);
  }

  count(): number {
    return this.#rows.count();
  }
}
