/** Vat source code by content id. A delta shows a bundle's id and format: the id is a hash of the rest. */
import type { BundleFormat } from '@cooperage/protocol/worker-port';
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';

export type BundleRow = { readonly bundle: string; readonly format: BundleFormat; readonly content: string };
/** What vats are made of that come into memory again and again. */
const KEPT = 16;

export type BundleSummary = { readonly bundle: string; readonly format: BundleFormat; readonly bytes: number };

export class BundlesTable {
  readonly #rows: RowTable<string, BundleRow>;
  readonly #list: Query<BundleSummary>;

  constructor(connection: Connection) {
    this.#rows = new RowTable<string, BundleRow>(connection, {
      table: 'bundles',
      columns: { bundle: 'bundle', format: 'format', content: 'content' },
      key: ['bundle'],
      text: ['content'],
      shown: ['bundle', 'format'],
      unrecorded: ['content'],
      kept: KEPT,
    });
    this.#list = connection.prepare('SELECT bundle, format, octet_length(content) AS bytes FROM bundles ORDER BY bundle');
  }

  find(bundle: string): BundleRow | undefined {
    return this.#rows.find(bundle);
  }

  get(bundle: string): BundleRow {
    return this.#rows.get(bundle);
  }

  put(row: BundleRow): void {
    this.#rows.put(row.bundle, row);
  }

  /** Without the content, ordered by id. */
  list(): BundleSummary[] {
    this.#rows.flush();
    return this.#list.all();
  }

  count(): number {
    return this.#rows.count();
  }
}
