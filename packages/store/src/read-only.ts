/**
 * Reads a kernel's database without ever writing it: closed or in use by a kernel in this process or another, original or copy,
 * in a directory where nothing may be written. The inspector and the tools are the callers.
 *
 * A closed database of moderate size is read into memory, because even a reader makes SQLite put files beside it. When it turns
 * out to have changed since, it is opened again.
 */
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type AskedRow, type AskedValues, Connection, type ExactRow, type SqlValue } from './connection.ts';
import { makeDatabaseError } from './database-error.ts';
import { type Database, openDatabase } from './driver.ts';
import { insistKernelFile, insistKnownVersion } from './identity.ts';
import { isPresent, showAsPresent } from './migrate.ts';
import { claimFile, isOpen } from './open-files.ts';
import { undoSince } from './past.ts';
import type { Store } from './store.ts';
import { Tables } from './tables/tables.ts';

export interface ReadOnlyStore {
  readonly path: string;
  /** Answers a question in SQL; `values` go to `?` in order or to `:name` by name. */
  query(sql: string, values?: AskedValues): readonly AskedRow[];
  /** The same, with every integer as a bigint: numbers round those beyond 2^53. */
  queryExactly(sql: string): readonly ExactRow[];
  /** The rows of a question one at a time, each as its columns in order: for answers that are too large to hold. */
  stream(sql: string, values?: AskedValues): IterableIterator<readonly SqlValue[]>;
  /** The typed tables, for reading. Ask anew for each piece of work: the answer shows the database of that time or later. */
  tables(): Tables;
  /** Runs `fn` so that all its reads see one moment. */
  inSnapshot<T>(fn: () => T): T;
  /** Idempotent. */
  close(): void;
}

/** A larger database is never read into memory unless SQLite cannot read it where it is. */
const LOADED_BYTES = 256 * 2 ** 20;
/** Where the header says that a log must be looked for, once for readers and once for writers; 1 says that there is none. */
const JOURNAL_MODE_OFFSETS = [18, 19] as const;

/** What tells two states of a file apart; undefined while there is a log beside it, which holds what the file does not. */
const findStamp = (path: string): string | undefined => {
  const log = `${path}-wal`;
  if (existsSync(log) && statSync(log).size > 0) return undefined;
  const { ino, size, mtimeNs } = statSync(path, { bigint: true });
  return `${ino} ${size} ${mtimeNs}`;
};

type Source = {
  readonly connection: Connection;
  readonly tables: Tables;
  readonly stamp: string | undefined;
  /** Since it was opened, a kernel has brought the tables up to date. */
  isOutdated(): boolean;
  close(): void;
};

type SourceOptions = { readonly stamp?: string; readonly unclaim?: () => void };

const makeSource = (database: Database, path: string, { stamp, unclaim }: SourceOptions): Source => {
  let isOlder: boolean;
  try {
    insistKnownVersion(database, path);
    isOlder = showAsPresent(database);
  } catch (error) {
    database.close();
    unclaim?.();
    throw error;
  }
  const connection = new Connection(database, { path, writable: false });
  const close = (): void => {
    connection.close();
    unclaim?.();
  };
  const isOutdated = (): boolean => isOlder && isPresent(database);
  return { connection, tables: new Tables(connection), stamp, isOutdated, close };
};

/** The bytes of a database that keeps a log, without one. */
const openBytes = (bytes: Buffer): Database => {
  for (const offset of JOURNAL_MODE_OFFSETS) bytes[offset] = 1;
  return openDatabase(bytes);
};

/** Undefined when the bytes alone do not tell the whole state, or while SQLite has the file open here (see `open-files.ts`). */
const findBytes = (path: string, maximum: number): { readonly bytes: Buffer; readonly stamp: string } | undefined => {
  if (isOpen(path)) return undefined;
  const stamp = findStamp(path);
  if (stamp === undefined || statSync(path).size > maximum) return undefined;
  const bytes = readFileSync(path);
  return findStamp(path) === stamp ? { bytes, stamp } : undefined;
};

const loadSource = (path: string, maximum: number): Source | undefined => {
  const found = findBytes(path, maximum);
  return found === undefined ? undefined : makeSource(openBytes(found.bytes), path, { stamp: found.stamp });
};

const openSource = (path: string): Source => {
  insistKernelFile(path);
  const loaded = loadSource(path, LOADED_BYTES);
  if (loaded !== undefined) return loaded;
  const unclaim = claimFile(path, 'read');
  try {
    return makeSource(openDatabase(path, { readonly: true, fileMustExist: true }), path, { unclaim });
  } catch (error) {
    unclaim();
    const code = String((error as { code?: unknown }).code);
    const fallback = /^SQLITE_(CANTOPEN|READONLY)/.test(code) ? loadSource(path, Infinity) : undefined;
    if (fallback === undefined) throw error;
    return fallback;
  }
};

class ReadOnlyFile implements ReadOnlyStore {
  readonly path: string;
  #source: Source;
  #inSnapshot = false;

  constructor(path: string) {
    this.path = path;
    this.#source = openSource(path);
  }

  query(sql: string, values?: AskedValues): readonly AskedRow[] {
    return this.#provideSource().connection.ask(sql, values);
  }

  queryExactly(sql: string): readonly ExactRow[] {
    return this.#provideSource().connection.askExactly(sql);
  }

  stream(sql: string, values?: AskedValues): IterableIterator<readonly SqlValue[]> {
    return this.#provideSource().connection.stream(sql, values);
  }

  tables(): Tables {
    return this.#provideSource().tables;
  }

  inSnapshot<T>(fn: () => T): T {
    if (this.#inSnapshot) return fn();
    const { connection } = this.#provideSource();
    connection.prepare('BEGIN').run();
    this.#inSnapshot = true;
    try {
      return fn();
    } finally {
      this.#inSnapshot = false;
      if (!connection.closed) connection.prepare('COMMIT').run();
    }
  }

  close(): void {
    this.#source.close();
  }

  /** Opens the database again when it was loaded and has changed since, or was older and no longer is. */
  #provideSource(): Source {
    const source = this.#source;
    source.connection.insistUsable();
    if (this.#inSnapshot) return source;
    try {
      const isUsable = source.stamp === undefined ? !source.isOutdated() : findStamp(this.path) === source.stamp;
      if (isUsable) return source;
      this.#source = openSource(this.path);
    } catch (error) {
      throw makeDatabaseError(error, this.path);
    }
    source.close();
    return this.#source;
  }
}

export const openReadOnly = (path: string): ReadOnlyStore => {
  const resolved = resolve(path);
  try {
    return new ReadOnlyFile(realpathSync(resolved));
  } catch (error) {
    throw makeDatabaseError(error, resolved);
  }
};

export type PastOptions = {
  /** A larger database is copied to a temporary file instead of into memory. */
  readonly memoryBytes?: number;
};

/** More than this, twice while it is copied, is too much to ask of a machine unasked. */
const PAST_BYTES = 512 * 2 ** 20;

/**
 * A copy of the database as it is now, for whoever wants to change it without changing the database; `undo` does, and `close` removes it.
 * What a log beside the file holds is in it.
 */
const openCopy = (
  path: string,
  { memoryBytes = PAST_BYTES }: PastOptions,
): { readonly database: Database; readonly remove: () => void } => {
  insistKernelFile(path);
  const found = findBytes(path, memoryBytes);
  if (found !== undefined) return { database: openBytes(found.bytes), remove: () => {} };
  const unclaim = claimFile(path, 'read');
  const original = openDatabase(path, { readonly: true, fileMustExist: true });
  try {
    const size = Number(original.pragma('page_count', { simple: true })) * Number(original.pragma('page_size', { simple: true }));
    if (size <= memoryBytes) return { database: openBytes(original.serialize()), remove: () => {} };
    const folder = mkdtempSync(join(tmpdir(), 'cooperage-past-'));
    const remove = (): void => rmSync(folder, { recursive: true, force: true });
    try {
      original.prepare('VACUUM INTO ?').run(join(folder, 'past.sqlite'));
      return { database: openDatabase(join(folder, 'past.sqlite')), remove };
    } catch (error) {
      remove();
      throw error;
    }
  } finally {
    original.close();
    unclaim();
  }
};

/** An earlier state stands still: nobody writes the copy any more. */
const openPast = (path: string, crank: number, options: PastOptions): ReadOnlyStore => {
  const { database, remove } = openCopy(path, options);
  try {
    insistKnownVersion(database, path);
    showAsPresent(database);
    undoSince(database, path, crank);
  } catch (error) {
    database.close();
    remove();
    throw error;
  }
  const connection = new Connection(database, { path, writable: false });
  const tables = new Tables(connection);
  return {
    path,
    query: (sql, values) => connection.ask(sql, values),
    queryExactly: sql => connection.askExactly(sql),
    stream: (sql, values) => connection.stream(sql, values),
    tables: () => tables,
    inSnapshot: fn => fn(),
    close: () => {
      connection.close();
      remove();
    },
  };
};

/**
 * As `openReadOnly`, but everything is as it was after `crank`; a kernel that goes on does not move it. Throws ERR_ARGUMENT, naming what
 * is remembered, when the history does not reach there. The database is copied for it, into memory if it is not very large.
 */
export const openReadOnlyAt = (path: string, crank: number, options: PastOptions = {}): ReadOnlyStore => {
  const resolved = resolve(path);
  try {
    return openPast(realpathSync(resolved), crank, options);
  } catch (error) {
    throw makeDatabaseError(error, resolved);
  }
};

/**
 * A view of an open store, for the kernel's own inspection calls. It sees what the kernel sees, and closing it closes nothing.
 */
export const readOnlyViewOf = (store: Store): ReadOnlyStore => ({
  path: store.path,
  query: (sql, values) => store.query(sql, values),
  queryExactly: sql => store.queryExactly(sql),
  stream: (sql, values) => store.stream(sql, values),
  tables: () => store.tables,
  inSnapshot: fn => fn(),
  close: () => {},
});
