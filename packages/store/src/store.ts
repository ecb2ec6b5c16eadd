/**
 * The store: blocks and cranks over the tables. A block is one transaction: durable when `commitBlock` returns. A crank commits
 * entirely, or leaves no row behind (I16): what it did is in memory, and whatever had to be written is in a savepoint. The kernel owns one
 * store; `open.ts` makes it.
 */
import { KernelPanic } from '@cooperage/protocol/fault';
import type { AskedRow, AskedValues, Connection, ExactRow, Query, RowChange, SqlValue } from './connection.ts';
import type { Lock } from './lock.ts';
import { pruneDatabase, type PruneOptions, type PruneReport } from './prune.ts';
import { Tables } from './tables/tables.ts';

/**
 * Net state change of one crank: for each row whose content differs from what it was at `beginCrank`, one line; sorted by code
 * units. A line is the canonical JSON of `[table, key, row | null]`. Statistics, transcripts, the content of bundles and the
 * activity hash give no lines.
 */
export type CrankDelta = {
  readonly lines: readonly string[];
  /** How many rows differ, those without a line included. */
  readonly rowsWritten: number;
  /** Those rows before and after, transcripts apart, if the store keeps history. */
  readonly changes?: readonly RowChange[];
};

export type StoreParts = { readonly connection: Connection; readonly lock: Lock | undefined };

export class Store {
  readonly tables: Tables;
  readonly path: string;
  readonly #connection: Connection;
  readonly #lock: Lock | undefined;
  readonly #begin: Query;
  readonly #deferForeignKeys: Query;
  readonly #commit: Query;
  readonly #rollback: Query;

  constructor({ connection, lock }: StoreParts) {
    this.#connection = connection;
    this.#lock = lock;
    this.path = connection.path;
    this.tables = new Tables(connection);
    this.#begin = connection.prepare('BEGIN IMMEDIATE');
    // Rows reach the disk table by table, so foreign keys can hold only when all have: at the commit of the block.
    this.#deferForeignKeys = connection.prepare('PRAGMA defer_foreign_keys = ON');
    this.#commit = connection.prepare('COMMIT');
    this.#rollback = connection.prepare('ROLLBACK');
  }

  get inBlock(): boolean {
    return this.#connection.inBlock;
  }

  get inCrank(): boolean {
    return this.#connection.inCrank;
  }

  /** From now on each crank's delta has what changed, for `tables.history` to keep. Call it before the first. */
  keepHistory(): void {
    this.#connection.keepsHistory = true;
  }

  /** From now on lists of whole tables are read from the disk only when the table has changed there, and kept in memory. */
  keepAnswers(): void {
    this.#connection.keepsAnswers = true;
  }

  beginBlock(): void {
    this.#insist(!this.inBlock, 'a block is open already');
    this.#begin.run();
    this.#deferForeignKeys.run();
    this.#connection.enter({ inBlock: true, inCrank: false });
  }

  /** What the block did is durable when this returns. */
  commitBlock(): void {
    this.#insist(this.inBlock, 'no block is open');
    this.#insist(!this.inCrank, 'a crank is open');
    for (const cache of this.#connection.caches) cache.flush();
    this.#commit.run();
    this.#connection.enter({ inBlock: false, inCrank: false });
  }

  /** Undoes the block, and an open crank with it. */
  rollbackBlock(): void {
    this.#insist(this.inBlock, 'no block is open');
    this.#rollback.run();
    for (const cache of this.#connection.caches) cache.forget();
    this.#connection.enter({ inBlock: false, inCrank: false });
  }

  beginCrank(): void {
    this.#insist(this.inBlock, 'no block is open');
    this.#insist(!this.inCrank, 'a crank is open already');
    this.#connection.enter({ inBlock: true, inCrank: true });
  }

  commitCrank(): CrankDelta {
    this.#insist(this.inCrank, 'no crank is open');
    const { caches } = this.#connection;
    const lines: string[] = [];
    const changes: RowChange[] | undefined = this.#connection.keepsHistory ? [] : undefined;
    let rowsWritten = 0;
    for (const cache of caches) rowsWritten += cache.settle(lines, changes);
    this.#connection.release();
    this.#endCrank();
    lines.sort();
    return changes === undefined ? { lines, rowsWritten } : { lines, rowsWritten, changes };
  }

  /** Undoes everything since `beginCrank`; the crank is closed. */
  abandonCrank(): void {
    this.#insist(this.inCrank, 'no crank is open');
    this.#connection.rollBack();
    for (const cache of this.#connection.caches) cache.abandon();
    this.#endCrank();
  }

  #endCrank(): void {
    this.#connection.enter({ inBlock: true, inCrank: false });
    for (const cache of this.#connection.caches) cache.relieve();
  }

  /** How many SQL statements ran since the database was opened. */
  get statements(): number {
    return this.#connection.statements;
  }

  /** Answers a question in SQL, with what an open crank did so far. */
  query(sql: string, values?: AskedValues): readonly AskedRow[] {
    return this.#connection.ask(sql, values);
  }

  /** As `query`, with every integer as a bigint. */
  queryExactly(sql: string): readonly ExactRow[] {
    return this.#connection.askExactly(sql);
  }

  /** As `query`, one row at a time, each as its columns in order. Nothing may be written before the last. */
  stream(sql: string, values?: AskedValues): IterableIterator<readonly SqlValue[]> {
    return this.#connection.stream(sql, values);
  }

  /** Takes out what no kernel will read again, and gives the file's room back. No block may be open. */
  prune(options?: PruneOptions): PruneReport {
    this.#insist(!this.inBlock, 'a block is open');
    return pruneDatabase(this.#connection, options);
  }

  /** Rolls back an open block, folds the log into the database, and frees the lock. Idempotent. */
  close(): void {
    try {
      this.#connection.close();
    } finally {
      this.#lock?.release();
    }
  }

  #insist(holds: boolean, problem: string): void {
    this.#connection.insistUsable();
    if (!holds) throw new KernelPanic(`store: ${problem}`);
  }
}
