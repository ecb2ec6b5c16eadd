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
    (SELECT count(*) || ' ' || coalesce(sum(octet_length(key) + octet_length(value)), 0) FROM vatstore s WHERE s.vat = v.vat) AS stored
  FROM page JOIN vats v USING (vat)`;

type Sum = { rows: number; bytes: number };

/** Rows of transcripts that are read at once: their sizes come as one text. */
const ROWS_AT_ONCE = 1_000_000;

/**
 * Transcripts by the number of their vat. They lie in the file as they were written, those of all vats mixed: to read vat by vat would read
 * every page of the file many times.
 */
const readTranscriptSums = (store: ReadOnlyStore): ReadonlyMap<number, Sum> => {
  const sums = new Map<number, Sum>();
  const [span] = store.query('SELECT min(rowid) AS first, max(rowid) AS last FROM transcripts');
  const [first, last] = [Number(span?.['first'] ?? 1), Number(span?.['last'] ?? 0)];
  const sql = `SELECT group_concat(CAST(substr(vat, 2) AS INTEGER)) AS vats,
      group_concat(octet_length(delivery) + octet_length(syscalls) + octet_length(outcome)) AS bytes
    FROM transcripts WHERE rowid >= :from AND rowid < :end`;
  for (let from = first; from <= last; from += ROWS_AT_ONCE) {
    const [found] = store.query(sql, { from, end: from + ROWS_AT_ONCE });
    const [vats, bytes] = [found?.['vats'], found?.['bytes']].map(text => JSON.parse(`[${text ?? ''}]`) as number[]);
    vats?.forEach((vat, i) => {
      const sum = sums.get(vat) ?? { rows: 0, bytes: 0 };
      sums.set(vat, sum);
      sum.rows += 1;
      sum.bytes += bytes?.[i] ?? 0;
    });
  }
  return sums;
};

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
    const transcripts = readTranscriptSums(store);
    const vats = readPage(store, { question, request }, row => {
      const vat = row.text('vat');
      const [storedKeys = 0, storedBytes = 0] = row.list('stored').map(Number);
      const { rows: transcriptRows, bytes: transcriptBytes } = transcripts.get(Number(vat.slice(1))) ?? { rows: 0, bytes: 0 };
      return { vat, name: row.text('name'), state: row.text('state'), storedKeys, storedBytes, transcriptRows, transcriptBytes };
    });
    return { ...readBytes(store), tables, vats };
  });
