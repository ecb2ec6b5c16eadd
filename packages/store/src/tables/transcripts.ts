/**
 * Transcripts: every delivery to each vat, what the vat asked of the kernel meanwhile, and how it ended (I18). Rows are written
 * once, at once, and never through a cache; a delta shows their hash, which is in `vatProgress`.
 */
import type { VatId } from '@cooperage/protocol/refs';
import type { Connection, CrankCache, Query } from '../connection.ts';
import { IS_REAP, TranscriptSummaries, type IncarnationRow, type TranscriptSummary } from './transcript-summary.ts';

export type TranscriptRow = {
  readonly vat: VatId;
  readonly position: number;
  readonly incarnation: number;
  readonly crank: number;
  /** The delivery, the syscalls with their results, and the outcome, as JSON in the vat's own refs. */
  readonly delivery: string;
  readonly syscalls: string;
  readonly outcome: string;
};

export type TranscriptRange = { readonly from?: number; readonly incarnation?: number; readonly limit?: number };

const SELECT = 'SELECT vat, position, incarnation, crank, delivery, syscalls, outcome FROM transcripts';
const NO_LIMIT = -1;
const ROWS_PER_PAGE = 100;

/** Characters of rows that wait to be written. */
const MOST_PENDING = 1_000_000;

/** Rows that are not on the disk yet: appended in order, written when the block commits or somebody asks. */
class PendingRows implements CrankCache {
  readonly #connection: Connection;
  readonly #insert: (row: TranscriptRow) => void;
  #rows: TranscriptRow[] = [];
  #length = 0;
  /** How many of them are of cranks that stand. */
  #standing = 0;
  /** Of cranks that stand, and written within the open crank, so that undoing it undoes their writing. */
  #flushed: TranscriptRow[] = [];
  /** Rows that the open crank wrote or deleted. */
  written = 0;

  constructor(connection: Connection, insert: (row: TranscriptRow) => void) {
    this.#connection = connection;
    this.#insert = insert;
  }

  append(row: TranscriptRow): void {
    this.#rows.push(row);
    this.#length += row.delivery.length + row.syscalls.length;
    this.written += 1;
  }

  flush(): void {
    if (this.#rows.length === 0) return;
    const rows = this.#rows;
    for (const row of rows) this.#insert(row);
    if (this.#connection.inCrank) this.#flushed.push(...rows.slice(0, this.#standing));
    this.#empty();
  }

  #empty(): void {
    this.#rows = [];
    this.#length = 0;
    this.#standing = 0;
  }

  settle(): number {
    const { written } = this;
    this.written = 0;
    this.#standing = this.#rows.length;
    this.#flushed = [];
    return written;
  }

  abandon(): void {
    this.#rows.length = this.#standing;
    if (this.#flushed.length > 0) this.#rows = [...this.#flushed, ...this.#rows];
    this.#standing = this.#rows.length;
    this.#flushed = [];
    this.written = 0;
  }

  relieve(): void {
    if (this.#length > MOST_PENDING) this.flush();
  }

  forget(): void {
    this.#empty();
    this.#flushed = [];
    this.written = 0;
  }
}

export class TranscriptsTable {
  readonly #connection: Connection;
  readonly #pending: PendingRows;
  readonly #summaries: TranscriptSummaries;
  readonly #append: Query;
  readonly #all: Query<TranscriptRow>;
  readonly #ofIncarnation: Query<TranscriptRow>;
  readonly #incarnations: Query<IncarnationRow>;
  readonly #lastReap: Query<string>;
  readonly #deleteSome: Query;
  readonly #countByVat: Query<number>;
  readonly #countIncarnation: Query<number>;
  readonly #count: Query<number>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#append = connection.prepare(
      'INSERT INTO transcripts (vat, position, incarnation, crank, delivery, syscalls, outcome) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#pending = new PendingRows(connection, ({ vat, position, incarnation, crank, delivery, syscalls, outcome }) => {
      this.#append.run(vat, position, incarnation, crank, delivery, syscalls, outcome);
    });
    connection.enlist(this.#pending);
    this.#all = connection.prepare(`${SELECT} WHERE vat = ? AND position >= ? ORDER BY position LIMIT ?`);
    this.#ofIncarnation = connection.prepare(
      `${SELECT} WHERE vat = ? AND position >= ? AND incarnation = ? ORDER BY position LIMIT ?`,
    );
    this.#incarnations = connection.prepare(
      `SELECT incarnation AS number, min(position) AS first, max(position) AS last FROM transcripts WHERE vat = ?
        GROUP BY incarnation ORDER BY min(position)`,
    );
    this.#lastReap = connection.prepareColumn(
      `SELECT outcome FROM transcripts WHERE vat = ? AND ${IS_REAP} ORDER BY position DESC LIMIT 1`,
    );
    this.#deleteSome = connection.prepare(
      'DELETE FROM transcripts WHERE rowid IN (SELECT rowid FROM transcripts WHERE vat = ? ORDER BY position LIMIT ?)',
    );
    this.#countByVat = connection.prepareColumn('SELECT count(*) FROM transcripts WHERE vat = ?');
    this.#countIncarnation = connection.prepareColumn('SELECT count(*) FROM transcripts WHERE vat = ? AND incarnation = ?');
    this.#count = connection.prepareColumn('SELECT count(*) FROM transcripts');
    this.#summaries = new TranscriptSummaries(connection, vat => ({
      count: this.#countByVat.get(vat) ?? 0,
      incarnations: this.#incarnations.all(vat).map(row => {
        const [first] = this.#all.all(vat, row.first, 1);
        return { ...row, firstDelivery: first?.delivery ?? '' };
      }),
      lastReap: this.#lastReap.get(vat),
    }));
  }

  append(row: TranscriptRow): void {
    this.#connection.insistCrank('transcripts');
    this.#pending.append(row);
    this.#summaries.noteAppended(row.vat);
  }

  list(vat: VatId, options: TranscriptRange = {}): TranscriptRow[] {
    this.#pending.flush();
    const { from = 0, incarnation, limit = NO_LIMIT } = options;
    if (incarnation === undefined) return this.#all.all(vat, from, limit);
    return this.#ofIncarnation.all(vat, from, incarnation, limit);
  }

  /** Cheap to ask after every delivery. */
  summarize(vat: VatId): TranscriptSummary {
    this.#pending.flush();
    return this.#summaries.provide(vat);
  }

  /** Which incarnations have rows, and where these begin and end, in order. */
  listIncarnations(vat: VatId): IncarnationRow[] {
    this.#pending.flush();
    return this.#incarnations.all(vat);
  }

  /** One incarnation's rows in order, read in pages: other statements may run, and the rows may be many. */
  *iterate(vat: VatId, incarnation: number): IterableIterator<TranscriptRow> {
    this.#pending.flush();
    let from = 0;
    for (;;) {
      const page = this.#ofIncarnation.all(vat, from, incarnation, ROWS_PER_PAGE);
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < ROWS_PER_PAGE) return;
      from = last.position + 1;
    }
  }

  /** Deletes up to `limit` rows, oldest first; how many there were. */
  deleteSome(vat: VatId, limit: number): number {
    this.#connection.insistCrank('transcripts');
    this.#pending.flush();
    this.#summaries.forget();
    const deleted = this.#deleteSome.run(vat, limit);
    this.#pending.written += deleted;
    return deleted;
  }

  countByVat(vat: VatId): number {
    this.#pending.flush();
    return this.#countByVat.get(vat) ?? 0;
  }

  countIncarnation(vat: VatId, incarnation: number): number {
    this.#pending.flush();
    return this.#countIncarnation.get(vat, incarnation) ?? 0;
  }

  count(): number {
    this.#pending.flush();
    return this.#count.get() ?? 0;
  }
}
