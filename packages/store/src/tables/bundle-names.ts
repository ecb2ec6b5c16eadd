/** Names that the host gave to bundles, for vats that make vats. */
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';

export type BundleNameRow = { readonly name: string; readonly bundle: string };

export class BundleNamesTable {
  readonly #rows: RowTable<string, BundleNameRow>;
  readonly #list: Query;

  constructor(connection: Connection) {
    this.#rows = new RowTable<string, BundleNameRow>(connection, {
      table: 'bundle_names',
      columns: { name: 'name', bundle: 'bundle' },
      key: ['name'],
    });
    this.#list = this.#rows.prepare('ORDER BY name');
  }

  find(name: string): BundleNameRow | undefined {
    return this.#rows.find(name);
  }

  put(row: BundleNameRow): void {
    this.#rows.put(row.name, row);
  }

  list(): BundleNameRow[] {
    return this.#rows.select(this.#list);
  }

  count(): number {
    return this.#rows.count();
  }
}
