/**
 * Reads a kernel's database without ever writing it: closed or in use by a kernel in this process or another, original or copy,
 * in a directory where nothing may be written. The inspector and the tools are the callers.
 *
 * A closed database of moderate size is read into memory, because even a reader makes SQLite put files beside it. When it turns
 * out to have changed since, it is opened again.
 */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type AskedRow, type AskedValues, Connection, type SqlValue } from './connection.ts';
import { makeDatabaseError } from './database-error.ts';
import { type Database, openDatabase } from './driver.ts';
import { insistKernelFile, insistKernelVersion } from './identity.ts';
import { claimFile, isOpen } from './open-files.ts';
import { goBack } from './past.ts';
import type { Store } from './store.ts';
import { Tables } from './tables/tables.ts';

export interface ReadOnlyStore {
  readonly path: string;
  /** Answers a question in SQL; `values` go to `?` in order or to `:name` by name. */
  query(sql: string, values?: AskedValues): readonly AskedRow[];
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

type Source = { readonly connection: Connection; readonly tables: Tables; readonly stamp: string | undefined; close(): void };

type SourceOptions = { readonly stamp?: string; readonly unclaim?: () => void; readonly at: number | undefined };

const makeSource = (database: Database, path: string, { stamp, unclaim, at }: SourceOptions): Source => {
  try {
    insistKernelVersion(database, path);
    if (at !== undefined) goBack(database, path, at);
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
  return { connection, tables: new Tables(connection), stamp, close };
};

/** Undefined when the bytes alone do not tell the whole state, or while SQLite has the file open here (see `open-files.ts`). */
const loadSource = (path: string, maximum: number, at: number | undefined): Source | undefined => {
  if (isOpen(path)) return undefined;
  const stamp = findStamp(path);
  if (stamp === undefined || statSync(path).size > maximum) return undefined;
  const bytes = readFileSync(path);
  if (findStamp(path) !== stamp) return undefined;
  for (const offset of JOURNAL_MODE_OFFSETS) bytes[offset] = 1;
  return makeSource(openDatabase(bytes), path, { stamp, at });
};

const openSource = (path: string, at?: number): Source => {
  insistKernelFile(path);
  const loaded = loadSource(path, LOADED_BYTES, at);
  if (loaded !== undefined) return loaded;
  const unclaim = claimFile(path, 'read');
  try {
    return makeSource(openDatabase(path, { readonly: true, fileMustExist: true }), path, { unclaim, at });
  } catch (error) {
    unclaim();
    const code = String((error as { code?: unknown }).code);
    const fallback = /^SQLITE_(CANTOPEN|READONLY)/.test(code) ? loadSource(path, Infinity, at) : undefined;
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

  /** Opens the database again when it was loaded and has changed since. */
  #provideSource(): Source {
    const source = this.#source;
    source.connection.insistUsable();
    if (this.#inSnapshot || source.stamp === undefined) return source;
    try {
      if (findStamp(this.path) === source.stamp) return source;
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

/** An earlier state stands still: it is one snapshot from its opening to its end. */
const openPast = (path: string, crank: number): ReadOnlyStore => {
  const { connection, tables, close } = openSource(path, crank);
  return {
    path,
    query: (sql, values) => connection.ask(sql, values),
    stream: (sql, values) => connection.stream(sql, values),
    tables: () => tables,
    inSnapshot: fn => fn(),
    close,
  };
};

/**
 * As `openReadOnly`, but everything is as it was after `crank`. Throws ERR_ARGUMENT, naming what is remembered, when the history does not
 * reach there. Keep it open for one answer or a few: while it is, a running kernel's log cannot be folded into the database.
 */
export const openReadOnlyAt = (path: string, crank: number): ReadOnlyStore => {
  const resolved = resolve(path);
  try {
    return openPast(realpathSync(resolved), crank);
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
  stream: (sql, values) => store.stream(sql, values),
  tables: () => store.tables,
  inSnapshot: fn => fn(),
  close: () => {},
});
