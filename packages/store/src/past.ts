/**
 * A database as it was after an earlier crank, for reading. What has changed since is undone in temporary tables; temporary views with the
 * names of the tables lay them over the rows that have not changed, and SQLite looks there first. So every question is asked as ever, and
 * looking back costs what has changed since, not what there is. The view stands still: a kernel that goes on does not move it.
 *
 * Not kept, and so not to be seen: heaps, counters, the content of the file's pages, transcripts that were cleaned up or pruned since.
 */
import { CooperageError } from '@cooperage/protocol/errors';
import type { SqlValue } from './connection.ts';
import type { Database } from './driver.ts';
import { VIEWS_SQL } from './schema.ts';
import type { HistorySpan } from './tables/history.ts';

type Row = Readonly<Record<string, SqlValue>>;

/** The rows of one table that have changed since: how they are named, and what they were. */
type Undone = { readonly columns: readonly string[]; readonly keys: Map<string, Row>; readonly rows: Row[] };

const COUNTED = ['statistics'];

const refuse = (path: string, problem: string, remedy: string): never => {
  throw new CooperageError('ERR_ARGUMENT', `database ${path} ${problem}`, { subject: path, remedy });
};

/** The cranks that can be looked back to; undefined when there is no history, or when it ended before the present. */
export const findHistory = (database: Database): HistorySpan | undefined => {
  const { first, last } = database.prepare('SELECT min(crank) AS first, max(crank) AS last FROM main.cranks').get() as {
    first: number | null;
    last: number | null;
  };
  const next = database.prepare(`SELECT value FROM main.kernel_state WHERE name = 'crank_number'`).pluck().get();
  return first === null || last === null || last !== Number(next) - 1 ? undefined : { first, last };
};

const insistRemembered = (database: Database, path: string, crank: number): void => {
  const span = findHistory(database);
  if (span === undefined) {
    return refuse(
      path,
      'has no history up to now',
      "open its kernel with history: 'all', and look back to cranks that run from then on",
    );
  }
  const { first, last } = span;
  if (Number.isSafeInteger(crank) && crank >= first && crank <= last) return;
  refuse(path, `does not know how it was after crank ${crank}`, `its history reaches from crank ${first} to crank ${last}`);
};

/** The oldest change after `crank` says what a row was then. */
const collectUndone = (database: Database, crank: number): Map<string, Undone> => {
  const tables = new Map<string, Undone>();
  const changes = database
    .prepare('SELECT table_name AS "table", key, before FROM main.crank_changes WHERE crank > ? ORDER BY crank, number')
    .iterate(crank) as IterableIterator<{ table: string; key: string; before: string | null }>;
  for (const { table, key, before } of changes) {
    const named = JSON.parse(key) as Row;
    const undone = tables.get(table) ?? { columns: Object.keys(named), keys: new Map<string, Row>(), rows: [] };
    tables.set(table, undone);
    if (undone.keys.has(key)) continue;
    undone.keys.set(key, named);
    if (before !== null) undone.rows.push(...(JSON.parse(before) as Row[]));
  }
  return tables;
};

const isText = (value: unknown): value is string => typeof value === 'string';

/** The columns of every index of a table, so that what was is found as fast as what is. */
const listIndexes = (database: Database, table: string): string[][] => {
  const names = database.prepare(`SELECT name FROM pragma_index_list(?, 'main') ORDER BY seq`).pluck().all(table) as string[];
  const columns = database.prepare(`SELECT name FROM pragma_index_info(?, 'main') ORDER BY seqno`).pluck();
  return names.map(name => (columns.all(name) as (string | null)[]).filter(isText)).filter(list => list.length > 0);
};

const shadowTable = (database: Database, table: string, { columns, keys, rows }: Undone): void => {
  const [gone, past] = [`gone_${table}`, `past_${table}`];
  database.exec(`CREATE TEMP TABLE ${gone} (${columns.join(', ')}, PRIMARY KEY (${columns.join(', ')})) WITHOUT ROWID`);
  database.exec(`CREATE TEMP TABLE ${past} AS SELECT * FROM main.${table} WHERE 0`);
  const insertKey = database.prepare(`INSERT INTO temp.${gone} VALUES (${columns.map(() => '?').join(', ')})`);
  for (const key of keys.values()) insertKey.run(columns.map(column => key[column]));
  for (const row of rows) {
    const names = Object.keys(row);
    const places = names.map(() => '?').join(', ');
    database.prepare(`INSERT INTO temp.${past} (${names.join(', ')}) VALUES (${places})`).run(Object.values(row));
  }
  listIndexes(database, table).forEach((index, i) => {
    database.exec(`CREATE INDEX temp.${past}_${i} ON ${past} (${index.join(', ')})`);
  });
  const isSame = columns.map(column => `g.${column} = m.${column}`).join(' AND ');
  database.exec(`CREATE TEMP VIEW ${table} AS SELECT * FROM main.${table} AS m
    WHERE NOT EXISTS (SELECT 1 FROM temp.${gone} AS g WHERE ${isSame}) UNION ALL SELECT * FROM temp.${past}`);
};

/** What the tables say of the kernel as a whole is written with a block, not with a crank. */
const undoState = (database: Database, tables: Map<string, Undone>, crank: number): void => {
  const hash = database.prepare('SELECT activity_hash FROM main.cranks WHERE crank = ?').pluck().get(crank) as string;
  const state = tables.get('kernel_state') ?? { columns: ['name'], keys: new Map<string, Row>(), rows: [] };
  tables.set('kernel_state', state);
  for (const [name, value] of [
    ['crank_number', String(crank + 1)],
    ['activity_hash', hash],
  ] as const) {
    state.keys.set(JSON.stringify({ name }), { name });
    state.rows.push({ name, value });
  }
};

/** The content of source is not remembered: it is there now, or it was not needed. */
const undoBundles = (database: Database, tables: Map<string, Undone>): void => {
  const bundles = tables.get('bundles');
  if (bundles === undefined) return;
  const content = database.prepare('SELECT content FROM main.bundles WHERE bundle = ?').pluck();
  const rows = bundles.rows.map(row => ({ ...row, content: (content.get(row['bundle']) as string | undefined) ?? '' }));
  tables.set('bundles', { ...bundles, rows });
};

/** Turns a connection that only reads into one that sees the database as it was after `crank`. For as long as it is open. */
export const goBack = (database: Database, path: string, crank: number): void => {
  database.pragma('temp_store = MEMORY');
  // What is read from here on is one moment.
  database.exec('BEGIN');
  insistRemembered(database, path, crank);
  const tables = collectUndone(database, crank);
  undoState(database, tables, crank);
  undoBundles(database, tables);
  for (const [table, undone] of tables) shadowTable(database, table, undone);
  database.exec(`CREATE TEMP VIEW transcripts AS SELECT * FROM main.transcripts WHERE crank <= ${crank}`);
  for (const table of COUNTED) database.exec(`CREATE TEMP VIEW ${table} AS SELECT * FROM main.${table} WHERE 0`);
  database.exec(VIEWS_SQL.replaceAll('CREATE VIEW', 'CREATE TEMP VIEW'));
};
