/** Orphans that the upgrade of a vat made, and which vat that was: what is sent to them is rejected with an error that says so (I2). */
import type { KernelObjectRef, VatId } from '@cooperage/protocol/refs';
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';

export type UpgradeOrphanRow = { readonly kref: KernelObjectRef; readonly vat: VatId };

export class UpgradeOrphansTable {
  readonly #rows: RowTable<KernelObjectRef, UpgradeOrphanRow>;
  readonly #list: Query;

  constructor(connection: Connection) {
    this.#rows = new RowTable<KernelObjectRef, UpgradeOrphanRow>(connection, {
      table: 'upgrade_orphans',
      columns: { kref: 'kref', vat: 'vat' },
      key: ['kref'],
    });
    this.#list = this.#rows.prepare('ORDER BY CAST(substr(kref, 3) AS INTEGER)');
  }

  find(kref: KernelObjectRef): UpgradeOrphanRow | undefined {
    return this.#rows.find(kref);
  }

  put(row: UpgradeOrphanRow): void {
    this.#rows.put(row.kref, row);
  }

  delete(kref: KernelObjectRef): void {
    this.#rows.delete(kref);
  }

  list(): UpgradeOrphanRow[] {
    return this.#rows.select(this.#list);
  }

  count(): number {
    return this.#rows.count();
  }
}
