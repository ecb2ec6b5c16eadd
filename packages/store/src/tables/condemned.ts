/** Stored objects of vats that nothing anywhere can reach, found by a collection of cycles: their vats are told by their next BOYD. */
import type { VatId, VRef } from '@cooperage/protocol/refs';
import type { Connection } from '../connection.ts';
import { RowTable } from '../row-table.ts';

export type CondemnedRow = { readonly vat: VatId; readonly vref: VRef };

const keyOf = ({ vat, vref }: CondemnedRow): string => `${vat} ${vref}`;

export class CondemnedTable {
  readonly #rows: RowTable<string, CondemnedRow>;
  readonly #some;
  readonly #list;

  constructor(connection: Connection) {
    this.#rows = new RowTable<string, CondemnedRow>(connection, {
      table: 'condemned',
      columns: { vat: 'vat', vref: 'vref' },
      key: ['vat', 'vref'],
    });
    this.#some = this.#rows.prepare('WHERE vat = ? ORDER BY vref LIMIT ?');
    this.#list = this.#rows.prepare('ORDER BY CAST(substr(vat, 2) AS INTEGER), vref');
  }

  add(row: CondemnedRow): void {
    this.#rows.put(keyOf(row), row);
  }

  /** Takes up to `limit` of a vat's rows off the table. */
  takeSome(vat: VatId, limit: number): VRef[] {
    const rows = this.#rows.select(this.#some, vat, limit);
    this.#rows.deleteAll(rows, keyOf);
    return rows.map(({ vref }) => vref);
  }

  list(): CondemnedRow[] {
    return this.#rows.select(this.#list);
  }

  count(): number {
    return this.#rows.count();
  }
}
