/** Each vat's own durable keys and values. Keys compare by bytes of UTF-8, which is how SQLite compares text. */
import { LIMITS } from '@cooperage/protocol/limits';
import type { VatId } from '@cooperage/protocol/refs';
import type { VatstoreEntry } from '@cooperage/protocol/syscall';
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';
import { toStoredText } from '../stored-text.ts';

export type VatstoreRow = { readonly vat: VatId; readonly key: string; readonly value: string };

/** A stretch of keys, both ends left out. */
export type VatstoreRange = { readonly after: string; readonly before: string; readonly limit: number };

/** Rows read at once: values may be large, and a scan ends when it has enough of them. */
const SCAN_STEP = 32;

const keyOf = ({ vat, key }: VatstoreRow): string => `${vat} ${key}`;

export class VatstoreTable {
  readonly #connection: Connection;
  readonly #rows: RowTable<string, VatstoreRow>;
  readonly #nextKey: Query<string>;
  readonly #range: Query;
  readonly #some: Query;
  readonly #someWhole: Query;
  readonly #byVat: Query;
  readonly #countByVat: Query<number>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#rows = new RowTable<string, VatstoreRow>(connection, {
      table: 'vatstore',
      columns: { vat: 'vat', key: 'key', value: 'value' },
      key: ['vat', 'key'],
      text: ['value'],
      // Values may be large, and liveslots has a cache of its own.
      kept: 0,
    });
    this.#nextKey = connection.prepareColumn('SELECT key FROM vatstore WHERE vat = ? AND key > ? ORDER BY key LIMIT 1');
    this.#range = this.#rows.prepare('WHERE vat = ? AND key > ? AND key < ? ORDER BY key LIMIT ?');
    // Without the values, which may be large: whichever way the crank ends, this table's cache forgets what it read.
    this.#some = connection.prepare(`SELECT vat, key, '' AS value FROM vatstore WHERE vat = ? ORDER BY key LIMIT ?`);
    this.#someWhole = this.#rows.prepare('WHERE vat = ? ORDER BY key LIMIT ?');
    this.#byVat = this.#rows.prepare('WHERE vat = ? ORDER BY key');
    this.#countByVat = connection.prepareColumn('SELECT count(*) FROM vatstore WHERE vat = ?');
  }

  find(vat: VatId, key: string): string | undefined {
    return this.#rows.find(`${vat} ${toStoredText(key)}`)?.value;
  }

  put(vat: VatId, key: string, value: string): void {
    const row = { vat, key: toStoredText(key), value };
    this.#rows.put(keyOf(row), row);
  }

  delete(vat: VatId, key: string): void {
    this.#rows.delete(`${vat} ${toStoredText(key)}`);
  }

  /** The smallest key that is greater than `after`. */
  findNextKey(vat: VatId, after: string): string | undefined {
    this.#rows.flush();
    return this.#nextKey.get(vat, toStoredText(after));
  }

  /** Entries in order of their keys: at most `limit`, and none after the one that exceeds the length limit. */
  scan(vat: VatId, { after, before, limit }: VatstoreRange): readonly VatstoreEntry[] {
    const entries: VatstoreEntry[] = [];
    const end = toStoredText(before);
    let length = 0;
    for (let last = toStoredText(after); entries.length < limit;) {
      const step = Math.min(SCAN_STEP, limit - entries.length);
      const rows = this.#rows.select(this.#range, vat, last, end, step);
      for (const { key, value } of rows) {
        length += key.length + value.length;
        entries.push([key, value]);
        if (length > LIMITS.vatstoreScanLength) return entries;
        last = key;
      }
      if (rows.length < step) break;
    }
    return entries;
  }

  /** Deletes up to `limit` rows, smallest keys first; how many there were. */
  deleteSome(vat: VatId, limit: number): number {
    const rows = this.#rows.select(this.#connection.keepsHistory ? this.#someWhole : this.#some, vat, limit);
    this.#rows.deleteAll(rows, keyOf);
    return rows.length;
  }

  countByVat(vat: VatId): number {
    this.#rows.flush();
    return this.#countByVat.get(vat) ?? 0;
  }

  list(vat: VatId): VatstoreRow[] {
    return this.#rows.select(this.#byVat, vat);
  }

  count(): number {
    return this.#rows.count();
  }
}
