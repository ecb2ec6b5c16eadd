/**
 * One connection: prepared statements whose first error poisons everything, and the open block and crank. After an error of
 * SQLite nobody knows what was rolled back (a full disk undoes the whole block), so going on could commit half a crank: from then
 * on every call throws that first error. Store and ReadOnlyStore own a connection; the tables share it.
 */
import { CooperageError } from '@cooperage/protocol/errors';
import { KernelPanic } from '@cooperage/protocol/fault';
import { makeDatabaseError } from './database-error.ts';
import type { Database, DriverStatement } from './driver.ts';

export type SqlValue = string | number | null;

/** A row of somebody's own question. */
export type AskedRow = { readonly [column: string]: SqlValue };
/** The same with the integers that no number holds. */
export type ExactRow = { readonly [column: string]: SqlValue | bigint };
/** Values for `?`, in order, or for `:name`, by name. */
export type AskedValues = readonly SqlValue[] | { readonly [name: string]: SqlValue };

/** What a question starts with, after white space and comments. */
const QUESTION = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/)*(?:SELECT|WITH|VALUES|EXPLAIN)\b/i;

const makeQuestionError = (sql: string, problem: string, cause?: unknown): CooperageError =>
  new CooperageError('ERR_ARGUMENT', `not a question that the database can answer: ${problem}`, { subject: sql, cause });

/** Some rows of a table before and after a crank, by column; `key` names them by columns that do not change. */
export type RowChange = {
  readonly table: string;
  readonly key: { readonly [column: string]: SqlValue };
  readonly before: readonly { readonly [column: string]: SqlValue }[];
  readonly after: readonly { readonly [column: string]: SqlValue }[];
};

/** What a table does at the edges of a crank. */
export interface CrankCache {
  /** Writes what is dirty. */
  flush(): void;
  /**
   * Appends a line per row that differs from what it was when the crank began, and to `changes` what it was; how many rows differ.
   */
  settle(lines: string[], changes?: RowChange[]): number;
  /** Goes back to what was when the crank began; the disk has done so already. */
  abandon(): void;
  /** Between cranks: makes room, if there is too much in memory. */
  relieve(): void;
  /** Forgets everything. */
  forget(): void;
}

/** One SQL statement, prepared at its first use. */
export class Query<Row = unknown> {
  readonly #connection: Connection;
  readonly #sql: string;
  readonly #pluck: boolean;
  #statement: DriverStatement | undefined;

  constructor(connection: Connection, sql: string, pluck: boolean) {
    this.#connection = connection;
    this.#sql = sql;
    this.#pluck = pluck;
  }

  #prepare(): DriverStatement {
    const database = this.#connection.insistUsable();
    if (this.#statement === undefined) {
      this.#statement = database.prepare(this.#sql);
      if (this.#pluck) this.#statement.pluck();
    }
    this.#connection.countStatement();
    return this.#statement;
  }

  get(...values: readonly SqlValue[]): Row | undefined {
    try {
      return this.#prepare().get(...values) as Row | undefined;
    } catch (error) {
      throw this.#connection.poison(error);
    }
  }

  all(...values: readonly SqlValue[]): Row[] {
    try {
      return this.#prepare().all(...values) as Row[];
    } catch (error) {
      throw this.#connection.poison(error);
    }
  }

  /** How many rows changed. */
  run(...values: readonly SqlValue[]): number {
    try {
      const statement = this.#prepare();
      this.#connection.beforeWrite();
      return statement.run(...values).changes;
    } catch (error) {
      throw this.#connection.poison(error);
    }
  }
}

export class Connection {
  readonly path: string;
  /** False: rows may change under this connection at any time, so nothing is cached and nothing can be written. */
  readonly writable: boolean;
  readonly #database: Database;
  readonly #caches: CrankCache[] = [];
  #failure: Error | undefined;
  #closed = false;
  /** Whether what changes is to be kept for those who look back: then no row may be deleted that was not read. */
  keepsHistory = false;
  /** Whether what SQL says of a whole table is kept until the table changes: for who asks the same after every crank. */
  keepsAnswers = false;
  #inBlock = false;
  #inCrank = false;
  /** Opened when a crank first writes: most never do. */
  #inSavepoint = false;
  #statements = 0;

  constructor(database: Database, options: { path: string; writable: boolean }) {
    this.#database = database;
    this.path = options.path;
    this.writable = options.writable;
  }

  get inBlock(): boolean {
    return this.#inBlock;
  }

  get inCrank(): boolean {
    return this.#inCrank;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get poisoned(): boolean {
    return this.#failure !== undefined;
  }

  enlist(cache: CrankCache): void {
    this.#caches.push(cache);
  }

  get caches(): readonly CrankCache[] {
    return this.#caches;
  }

  /** A statement whose rows are records. */
  prepare<Row>(sql: string): Query<Row> {
    return new Query<Row>(this, sql, false);
  }

  /** A statement whose rows are the values of its first column. */
  prepareColumn<Value>(sql: string): Query<Value> {
    return new Query<Value>(this, sql, true);
  }

  insistUsable(): Database {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed) throw new CooperageError('ERR_CLOSED', `database ${this.path} is closed`, { subject: this.path });
    return this.#database;
  }

  /** How many statements ran since the database was opened: for tests, because their number does not depend on the machine. */
  get statements(): number {
    return this.#statements;
  }

  countStatement(): void {
    this.#statements += 1;
  }

  /** A crank that has written can be undone only with a savepoint. */
  beforeWrite(): void {
    if (!this.#inCrank || this.#inSavepoint) return;
    this.#inSavepoint = true;
    this.#database.exec('SAVEPOINT crank');
  }

  /** Keeps what the crank wrote. */
  release(): void {
    if (!this.#inSavepoint) return;
    this.#inSavepoint = false;
    this.#execute('RELEASE crank');
  }

  /** Undoes what the crank wrote. */
  rollBack(): void {
    if (!this.#inSavepoint) return;
    this.#inSavepoint = false;
    this.#execute('ROLLBACK TO crank');
    this.#execute('RELEASE crank');
  }

  #execute(sql: string): void {
    try {
      this.insistUsable().exec(sql);
      this.#statements += 1;
    } catch (error) {
      throw this.poison(error);
    }
  }

  /** Panics unless rows of `table` may be written now. */
  insistCrank(table: string): void {
    if (this.#inCrank) return;
    this.insistUsable();
    throw new KernelPanic(`${table} written outside a crank`);
  }

  /** Makes every later call throw this error, unless an earlier one does already; returns the one that they throw. */
  poison(error: unknown): Error {
    if (this.#failure !== undefined) return this.#failure;
    const failure = makeDatabaseError(this.#nameBrokenReferences(error), this.path);
    // A reader loses nothing by an error, and may ask again.
    if (this.#closed || !this.writable) return failure;
    this.#failure = failure;
    // With the caches empty and no crank open, even calls that need no SQL come by here and throw.
    this.enter({ inBlock: false, inCrank: false });
    for (const cache of this.#caches) cache.forget();
    return failure;
  }

  /** SQLite does not say which foreign key failed; the rows are still there to be asked. */
  #nameBrokenReferences(error: unknown): unknown {
    if ((error as { code?: unknown }).code !== 'SQLITE_CONSTRAINT_FOREIGNKEY' || !this.#database.inTransaction) return error;
    const broken = this.#database.pragma('foreign_key_check') as { table: string; parent: string }[];
    const pairs = new Set(broken.map(({ table, parent }) => `${table} -> ${parent}`));
    const message = `rows without the row that they refer to: ${[...pairs].sort().join(', ')}`;
    return Object.assign(new Error(message, { cause: error }), { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' });
  }

  /**
   * The rows of a question that somebody asks in SQL of their own. A question that SQLite does not understand harms nobody: it is
   * an ERR_ARGUMENT and poisons nothing.
   */
  ask(sql: string, values: AskedValues = []): readonly AskedRow[] {
    return this.#ask(sql, statement => statement.all(values)) as readonly AskedRow[];
  }

  /** The same, with every integer as it is stored: as a bigint. */
  askExactly(sql: string): readonly ExactRow[] {
    return this.#ask(sql, statement => statement.safeIntegers(true).all()) as readonly ExactRow[];
  }

  #ask(sql: string, read: (statement: DriverStatement) => unknown): unknown {
    const database = this.insistUsable();
    if (!QUESTION.test(sql)) throw makeQuestionError(sql, 'only SELECT, WITH, VALUES and EXPLAIN are allowed here');
    for (const cache of this.#caches) cache.flush();
    try {
      const statement = database.prepare(sql);
      if (!statement.readonly || !statement.reader) throw makeQuestionError(sql, 'it would write');
      return read(statement);
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (error instanceof CooperageError) throw error;
      if (code === 'SQLITE_ERROR' || code === undefined) throw makeQuestionError(sql, String((error as Error).message), error);
      throw this.poison(error);
    }
  }

  /** The rows of a question of our own, one at a time, each as its columns in order. Nothing may be written before the last. */
  *stream(sql: string, values: AskedValues = []): IterableIterator<readonly SqlValue[]> {
    const database = this.insistUsable();
    for (const cache of this.#caches) cache.flush();
    try {
      for (const row of database.prepare(sql).raw().iterate(values)) yield row as readonly SqlValue[];
    } catch (error) {
      throw this.poison(error);
    }
  }

  /** Folds the log into the database, and empties it if no reader needs it. */
  checkpoint(): void {
    try {
      this.insistUsable().pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      throw this.poison(error);
    }
  }

  /** Says where the transaction stands; the transaction itself is the caller's. */
  enter(state: { inBlock: boolean; inCrank: boolean }): void {
    this.#inBlock = state.inBlock;
    this.#inCrank = state.inCrank;
    this.#inSavepoint = false;
  }

  /** Rolls back what is open and closes the file, poisoned or not. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.enter({ inBlock: false, inCrank: false });
    for (const cache of this.#caches) cache.forget();
    try {
      if (!this.writable || this.#failure !== undefined) return;
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      this.#database.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      throw makeDatabaseError(error, this.path);
    } finally {
      this.#database.close();
    }
  }
}
