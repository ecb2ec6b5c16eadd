/** Where the bytes are: the tables with their rows and pages, and the vats with theirs. */
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { toFields } from './fields.ts';
import { byNumber, type Page, type PageRequest, readPage } from './page.ts';

export type TableSize = {
  readonly table: string;
  readonly rows: number;
  /** Bytes of its pages, its indexes included; null where SQLite was built without the means to tell. */
  readonly bytes: number | null;
};

export type VatSize = {
  readonly vat: string;
  readonly name: string;
  readonly state: string;
  readonly storedKeys: number;
  readonly storedBytes: number;
  readonly transcriptRows: number;
  readonly transcriptBytes: number;
};

export type SizesAnswer = {
  /** Bytes of the database; a log beside it is not counted. */
  readonly bytes: number;
  /** Bytes of pages that nothing uses. */
  readonly freeBytes: number;
  /** The largest first. */
  readonly tables: readonly TableSize[];
  readonly vats: Page<VatSize>;
};

/** Bytes of the database, and how many of them are free. */
export const readBytes = (store: ReadOnlyStore): { readonly bytes: number; readonly freeBytes: number } => {
  const [row] = store.query(
    `SELECT page_count * page_size AS bytes, freelist_count * page_size AS free_bytes
     FROM pragma_page_count, pragma_page_size, pragma_freelist_count`,
  );
  const fields = toFields(row ?? {});
  return { bytes: fields.number('bytes'), freeBytes: fields.number('free_bytes') };
};

const listTables = (store: ReadOnlyStore): string[] =>
  store.query(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`).map(row => String(row['name']));

const readTableBytes = (store: ReadOnlyStore): Map<string, number> | undefined => {
  const [known] = store.query(`SELECT count(*) AS known FROM pragma_module_list WHERE name = 'dbstat'`);
  if (known?.['known'] !== 1) return undefined;
  const rows = store.query(
    `SELECT s.tbl_name AS name, sum(d.pgsize) AS bytes FROM dbstat d JOIN sqlite_schema s ON s.name = d.name
     WHERE d.aggregate = TRUE GROUP BY s.tbl_name ORDER BY s.tbl_name`,
  );
  return new Map(rows.map(row => [String(row['name']), Number(row['bytes'])]));
};

/** Rows per table, by name of table. */
export const readRowCounts = (store: ReadOnlyStore): ReadonlyMap<string, number> => {
  const counts = listTables(store).map(table => {
    const [row] = store.query(`SELECT count(*) AS rows FROM "${table.replaceAll('"', '""')}"`);
    return [table, Number(row?.['rows'] ?? 0)] as const;
  });
  return new Map(counts);
};

const VAT_ROWS = `SELECT vat, v.name, v.state,
    (SELECT count(*) FROM vatstore s WHERE s.vat = v.vat) AS stored_keys,
    (SELECT coalesce(sum(octet_length(key) + octet_length(value)), 0) FROM vatstore s WHERE s.vat = v.vat) AS stored_bytes,
    (SELECT count(*) FROM transcripts t WHERE t.vat = v.vat) AS transcript_rows,
    (SELECT coalesce(sum(octet_length(delivery) + octet_length(syscalls) + octet_length(outcome)), 0)
      FROM transcripts t WHERE t.vat = v.vat) AS transcript_bytes
  FROM page JOIN vats v USING (vat)`;

/** Reads much of the database: a large one takes a while. */
export const readSizes = (store: ReadOnlyStore, request: PageRequest = {}): SizesAnswer =>
  store.inSnapshot(() => {
    const bytesOf = readTableBytes(store);
    const tables = [...readRowCounts(store)].map(([table, rows]) => ({
      table,
      rows,
      bytes: bytesOf === undefined ? null : (bytesOf.get(table) ?? 0),
    }));
    tables.sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0) || b.rows - a.rows || (a.table < b.table ? -1 : 1));
    const question = { keys: 'SELECT vat FROM vats', rows: VAT_ROWS, order: byNumber('vat', 1) };
    const vats = readPage(store, { question, request }, row => ({
      vat: row.text('vat'),
      name: row.text('name'),
      state: row.text('state'),
      storedKeys: row.number('stored_keys'),
      storedBytes: row.number('stored_bytes'),
      transcriptRows: row.number('transcript_rows'),
      transcriptBytes: row.number('transcript_bytes'),
    }));
    return { ...readBytes(store), tables, vats };
  });
