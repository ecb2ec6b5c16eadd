/**
 * Makes of a copy of a database what the database was after an earlier crank: undoes what the history says that later cranks changed. Every
 * question is then asked as ever, with every index in place.
 *
 * Not kept, and so not to be seen: heaps, counters, the layout of the file, transcripts that were cleaned up or pruned since.
 */
import { CooperageError } from '@cooperage/protocol/errors';
import type { SqlValue } from './connection.ts';
import type { Database } from './driver.ts';
import type { HistorySpan } from './tables/history.ts';

type Row = Readonly<Record<string, SqlValue>>;

/** The rows of one table that have changed since: how they are named, and what they were. */
type Undone = { readonly columns: readonly string[]; readonly keys: Map<string, Row>; readonly rows: Row[] };

const refuse = (path: string, problem: string, remedy: string): never => {
  throw new CooperageError('ERR_ARGUMENT', `database ${path} ${problem}`, { subject: path, remedy });
};

/** The cranks that can be looked back to; undefined when there is no history, or when it ended before the present. */
const findHistory = (database: Database): HistorySpan | undefined => {
  const { first, last } = database.prepare('SELECT min(crank) AS first, max(crank) AS last FROM cranks').get() as {
    first: number | null;
    last: number | null;
  };
  const next = database.prepare(`SELECT value FROM kernel_state WHERE name = 'crank_number'`).pluck().get();
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
    .prepare('SELECT table_name AS "table", key, before FROM crank_changes WHERE crank > ? ORDER BY crank, number')
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

/** What the tables say of the kernel as a whole is written with a block, not with a crank. */
const undoState = (database: Database, tables: Map<string, Undone>, crank: number): void => {
  const hash = database.prepare('SELECT activity_hash FROM cranks WHERE crank = ?').pluck().get(crank) as string;
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
  const content = database.prepare('SELECT content FROM bundles WHERE bundle = ?').pluck();
  const rows = bundles.rows.map(row => ({ ...row, content: (content.get(row['bundle']) as string | undefined) ?? '' }));
  tables.set('bundles', { ...bundles, rows });
};

/** All that goes before all that comes, so that a name that passed from one row to another is never there twice. */
const undoTable = (database: Database, table: string, { columns, keys, rows }: Undone): void => {
  const remove = database.prepare(`DELETE FROM ${table} WHERE ${columns.map(column => `${column} = ?`).join(' AND ')}`);
  for (const key of keys.values()) remove.run(columns.map(column => key[column]));
  const [first] = rows;
  if (first === undefined) return;
  const names = Object.keys(first);
  const insert = database.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`);
  for (const row of rows) insert.run(names.map(name => row[name]));
};

/** Changes the database, a copy, into what it was after `crank`. Throws ERR_ARGUMENT when its history does not reach there. */
export const undoSince = (database: Database, path: string, crank: number): void => {
  insistRemembered(database, path, crank);
  // Rows go and come table by table; what they refer to is whole again in the end.
  database.pragma('foreign_keys = OFF');
  database.transaction(() => {
    const tables = collectUndone(database, crank);
    undoState(database, tables, crank);
    undoBundles(database, tables);
    for (const [table, undone] of tables) undoTable(database, table, undone);
    database.prepare('DELETE FROM transcripts WHERE crank > ?').run(crank);
    database.prepare('DELETE FROM statistics').run();
    for (const table of ['crank_changes', 'cranks']) database.prepare(`DELETE FROM ${table} WHERE crank > ?`).run(crank);
  })();
};
