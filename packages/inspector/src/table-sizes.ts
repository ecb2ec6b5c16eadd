/** Rows and bytes of the tables, and of the whole database. */
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { toFields } from './fields.ts';

export type TableSize = {
  readonly table: string;
  readonly rows: number;
  /** Bytes of its pages, its indexes included; null where SQLite was built without the means to tell. */
  readonly bytes: number | null;
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

const countRows = (store: ReadOnlyStore, table: string): number => {
  const [row] = store.query(`SELECT count(*) AS rows FROM "${table.replaceAll('"', '""')}"`);
  return Number(row?.['rows'] ?? 0);
};

/** Rows per table, by name of table. */
export const readRowCounts = (store: ReadOnlyStore): ReadonlyMap<string, number> =>
  new Map(listTables(store).map(table => [table, countRows(store, table)]));

/** `rows` is absent where the tree does not tell. */
type TableTrees = { bytes: number; rows?: number };

/**
 * A tree is a table, or an index of one. To measure one is to read it, and that of transcripts is mostly the largest: it gets the pages that
 * are left when all others have theirs. In a table without rowid, each cell is a row.
 */
const LEFT_OUT = 'transcripts';
const TREES = `SELECT s.tbl_name AS name, d.pgsize AS bytes, d.ncell AS cells, coalesce(s.type = 'table' AND l.wr, FALSE) AS is_rows
  FROM (SELECT name, tbl_name, type FROM sqlite_schema WHERE rootpage > 0
    UNION ALL SELECT 'sqlite_schema', 'sqlite_schema', 'schema') s
  JOIN dbstat d ON d.name = s.name AND d.aggregate = TRUE
  LEFT JOIN pragma_table_list l ON l.schema = 'main' AND l.name = s.tbl_name
  WHERE s.name <> '${LEFT_OUT}'`;

/** SQLite leaves out the page that has this byte: locks are made of it. */
const LOCK_BYTE = 2 ** 30;

const readUsedBytes = (store: ReadOnlyStore): number => {
  const { bytes, freeBytes } = readBytes(store);
  const [row] = store.query('SELECT page_size FROM pragma_page_size');
  return bytes - freeBytes - (bytes > LOCK_BYTE ? Number(row?.['page_size'] ?? 0) : 0);
};

/** Undefined where SQLite cannot tell. */
const readTrees = (store: ReadOnlyStore): ReadonlyMap<string, TableTrees> | undefined => {
  const [known] = store.query(`SELECT count(*) AS known FROM pragma_module_list WHERE name = 'dbstat'`);
  if (known?.['known'] !== 1) return undefined;
  const rest = { bytes: readUsedBytes(store) };
  const tables = new Map<string, TableTrees>([[LEFT_OUT, rest]]);
  for (const row of store.query(TREES).map(toFields)) {
    const [name, bytes] = [row.text('name'), row.number('bytes')];
    if (name === LEFT_OUT) continue;
    const table = tables.get(name) ?? { bytes: 0 };
    tables.set(name, table);
    table.bytes += bytes;
    rest.bytes -= bytes;
    if (row.number('is_rows') === 1) table.rows = row.number('cells');
  }
  return tables;
};

/** The largest first. */
export const readTableSizes = (store: ReadOnlyStore): readonly TableSize[] => {
  const trees = readTrees(store);
  const tables = listTables(store).map((table): TableSize => {
    const rows = trees?.get(table)?.rows ?? countRows(store, table);
    return { table, rows, bytes: trees === undefined ? null : (trees.get(table)?.bytes ?? 0) };
  });
  return tables.sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0) || b.rows - a.rows || (a.table < b.table ? -1 : 1));
};
