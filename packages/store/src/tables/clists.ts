/**
 * C-lists: each vat's pairs of kref and vref (I1). Reads in both directions come from memory: rows are cached by kref, and every
 * pair that was met is remembered by its vref too.
 */
import type { KRef, VatId, VRef } from '@cooperage/protocol/refs';
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';
import { VrefIndex } from './vref-index.ts';
import type { CountersTable } from './counters.ts';
import { makePairSeries } from './id-series.ts';

export type ClistRow = {
  readonly vat: VatId;
  readonly kref: KRef;
  readonly vref: VRef;
  /** False on an import: the vat can only recognize it. False on an export: the vat was told that nobody reaches it. */
  readonly reachable: boolean;
};

const BY_NUMBER = 'ORDER BY CAST(substr(kref, 3) AS INTEGER), kref';
const BY_VAT = 'ORDER BY CAST(substr(vat, 2) AS INTEGER)';
const NO_LIMIT = -1;
const KEPT = 20_000;

const keyOf = (vat: VatId, ref: KRef | VRef): string => `${vat} ${ref}`;

export class ClistsTable {
  readonly #connection: Connection;
  readonly #rows: RowTable<string, ClistRow>;
  readonly #index: VrefIndex<ClistRow>;
  readonly #byVref: Query<KRef>;
  readonly #importers: Query<VatId>;
  readonly #byVat: Query;
  readonly #someOfVat: Query;
  readonly #byVatAndPrefix: Query;
  readonly #byKref: Query;
  readonly #list: Query;
  readonly #countByVat: Query<number>;

  constructor(connection: Connection, counters: CountersTable) {
    this.#connection = connection;
    this.#rows = new RowTable<string, ClistRow>(connection, {
      table: 'clists',
      columns: { vat: 'vat', kref: 'kref', vref: 'vref', reachable: 'reachable' },
      key: ['vat', 'kref'],
      booleans: ['reachable'],
      kept: KEPT,
      series: makePairSeries(counters),
    });
    this.#index = new VrefIndex(connection, () => this.#rows.flush());
    connection.enlist(this.#index);
    this.#byVref = connection.prepareColumn('SELECT kref FROM clists WHERE vat = ? AND vref = ?');
    this.#importers = connection.prepareColumn(`SELECT vat FROM clists WHERE kref = ? AND vref LIKE 'o-%' ${BY_VAT}`);
    this.#byVat = this.#rows.prepare(`WHERE vat = ? ${BY_NUMBER} LIMIT ?`);
    this.#someOfVat = this.#rows.prepare('WHERE vat = ? ORDER BY kref LIMIT ?');
    // The same as a prefix test, but one that the index by vref answers: no vref has a character as high as the bound.
    this.#byVatAndPrefix = this.#rows.prepare(`WHERE vat = ? AND vref >= ? AND vref < ? || char(1114111) ${BY_NUMBER} LIMIT ?`);
    this.#byKref = this.#rows.prepare(`WHERE kref = ? ${BY_VAT}`);
    this.#list = this.#rows.prepare(`${BY_VAT}, CAST(substr(kref, 3) AS INTEGER), kref`);
    this.#countByVat = connection.prepareColumn('SELECT count(*) FROM clists WHERE vat = ?');
  }

  find(vat: VatId, kref: KRef): ClistRow | undefined {
    return this.#rows.find(keyOf(vat, kref));
  }

  findByVref(vat: VatId, vref: VRef): ClistRow | undefined {
    const key = keyOf(vat, vref);
    if (this.#index.knows(key)) return this.#index.get(key);
    // Rows that are not on the disk yet are in the index, so the disk's word about the vref holds; the row itself may be cached.
    const kref = this.#byVref.get(vat, vref);
    const row = kref === undefined ? undefined : this.find(vat, kref);
    if (this.#connection.writable) this.#index.learn(key, row);
    return row;
  }

  put(row: ClistRow): void {
    const key = keyOf(row.vat, row.kref);
    const previous = this.#rows.find(key);
    this.#rows.put(key, row);
    if (previous !== undefined && previous.vref !== row.vref) this.#index.set(keyOf(row.vat, previous.vref), undefined);
    this.#index.set(keyOf(row.vat, row.vref), row);
  }

  delete(row: ClistRow): void {
    this.#rows.delete(keyOf(row.vat, row.kref));
    this.#index.set(keyOf(row.vat, row.vref), undefined);
  }

  /** Vats that import an object, reachable or not, in the order in which they were created. */
  listImporters(kref: KRef): VatId[] {
    this.#rows.flush();
    return this.#importers.all(kref);
  }

  /** By number of kref. `prefix` selects by how the vref starts. */
  listByVat(vat: VatId, options: { prefix?: string; limit?: number } = {}): ClistRow[] {
    const { prefix, limit = NO_LIMIT } = options;
    if (prefix === undefined) return this.#rows.select(this.#byVat, vat, limit);
    return this.#rows.select(this.#byVatAndPrefix, vat, prefix, prefix, limit);
  }

  /**
   * Some rows of a vat, which are to be deleted, in the order of the primary key, so that a part of a million costs no more than the
   * part.
   */
  listSome(vat: VatId, limit: number): ClistRow[] {
    const rows = this.#rows.select(this.#someOfVat, vat, limit);
    this.#rows.adoptAll(rows, row => keyOf(row.vat, row.kref));
    return rows;
  }

  /** Every vat's row for one kref. */
  listByKref(kref: KRef): ClistRow[] {
    return this.#rows.select(this.#byKref, kref);
  }

  list(): ClistRow[] {
    return this.#rows.select(this.#list);
  }

  countByVat(vat: VatId): number {
    this.#rows.flush();
    return this.#countByVat.get(vat) ?? 0;
  }

  count(): number {
    return this.#rows.count();
  }
}
