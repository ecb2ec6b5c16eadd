/** One row per vat that ever was, until its cleanup is done. Names are unique among vats that are not terminated. */
import type { VatId } from '@cooperage/protocol/refs';
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';

export type VatState = 'starting' | 'running' | 'suspended' | 'terminated';

export type VatRow = {
  readonly vat: VatId;
  readonly name: string;
  readonly state: VatState;
  readonly bundle: string;
  readonly incarnation: number;
  readonly worker: string;
  readonly engine: string;
  /** The vat's options as JSON. */
  readonly options: string;
  /** The body of the parameters that this incarnation was started with; their slots are in `parameterSlots`. */
  readonly parametersBody: string;
  /** Why it was suspended or terminated, for people. */
  readonly problem: string | null;
};

export class VatsTable {
  readonly #rows: RowTable<VatId, VatRow>;
  readonly #byName: Query;
  readonly #list: Query;

  constructor(connection: Connection) {
    this.#rows = new RowTable<VatId, VatRow>(connection, {
      table: 'vats',
      columns: {
        vat: 'vat',
        name: 'name',
        state: 'state',
        bundle: 'bundle',
        incarnation: 'incarnation',
        worker: 'worker',
        engine: 'engine',
        options: 'options',
        parametersBody: 'parameters_body',
        problem: 'problem',
      },
      key: ['vat'],
      text: ['name', 'options', 'parametersBody', 'problem'],
      // The engine is a fact about the machine: two machines that do the same must have the same hash.
      shown: ['vat', 'name', 'state', 'bundle', 'incarnation', 'worker', 'options', 'parametersBody', 'problem'],
    });
    this.#byName = this.#rows.prepare(`WHERE name = ? AND state <> 'terminated'`);
    this.#list = this.#rows.prepare('ORDER BY CAST(substr(vat, 2) AS INTEGER)');
  }

  get(vat: VatId): VatRow {
    return this.#rows.get(vat);
  }

  find(vat: VatId): VatRow | undefined {
    return this.#rows.find(vat);
  }

  /** The vat of that name that is not terminated. */
  findByName(name: string): VatRow | undefined {
    return this.#rows.selectFirst(this.#byName, name);
  }

  put(row: VatRow): void {
    this.#rows.put(row.vat, row);
  }

  delete(vat: VatId): void {
    this.#rows.delete(vat);
  }

  /** In the order in which they were created. */
  list(): VatRow[] {
    return this.#rows.select(this.#list);
  }

  count(): number {
    return this.#rows.count();
  }
}
