/**
 * Transcripts: every delivery to each vat, what the vat asked of the kernel meanwhile, and how it ended (I18). Rows are written
 * once, at once, and never through a cache; a delta shows their hash, which is in `vatProgress`.
 */
import type { VatId } from '@cooperage/protocol/refs';
import type { Connection, CrankCache, Query } from '../connection.ts';

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

export type IncarnationRow = { readonly number: number; readonly first: number; readonly last: number };

export type TranscriptRange = { readonly from?: number; readonly incarnation?: number; readonly limit?: number };

const SELECT = 'SELECT vat, position, incarnation, crank, delivery, syscalls, outcome FROM transcripts';
const NO_LIMIT = -1;
const ROWS_PER_PAGE = 100;

/** Counts the rows that a crank wrote. */
class WrittenRows implements CrankCache {
  written = 0;
  flush(): void {}
  settle(): number {
    const { written } = this;
    this.written = 0;
    return written;
  }
  abandon(): void {
    this.written = 0;
  }
  forget(): void {
    this.written = 0;
  }
}

export class TranscriptsTable {
  readonly #connection: Connection;
  readonly #crank = new WrittenRows();
  readonly #append: Query;
  readonly #all: Query<TranscriptRow>;
  readonly #ofIncarnation: Query<TranscriptRow>;
  readonly #incarnations: Query<IncarnationRow>;
  readonly #lastReap: Query<TranscriptRow>;
  readonly #deleteSome: Query;
  readonly #countByVat: Query<number>;
  readonly #countIncarnation: Query<number>;
  readonly #count: Query<number>;

  constructor(connection: Connection) {
    this.#connection = connection;
    connection.enlist(this.#crank);
    this.#append = connection.prepare(
      'INSERT INTO transcripts (vat, position, incarnation, crank, delivery, syscalls, outcome) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#all = connection.prepare(`${SELECT} WHERE vat = ? AND position >= ? ORDER BY position LIMIT ?`);
    this.#ofIncarnation = connection.prepare(
      `${SELECT} WHERE vat = ? AND position >= ? AND incarnation = ? ORDER BY position LIMIT ?`,
    );
    this.#incarnations = connection.prepare(
      `SELECT incarnation AS number, min(position) AS first, max(position) AS last FROM transcripts WHERE vat = ?
        GROUP BY incarnation ORDER BY min(position)`,
    );
    // No text that a vat wrote looks like this: its quotation marks are escaped.
    this.#lastReap = connection.prepare(
      `${SELECT} WHERE vat = ? AND (instr(delivery, '"type":"bringOutYourDead"') OR delivery = '{"type":"stopVat"}')
        ORDER BY position DESC LIMIT 1`,
    );
    this.#deleteSome = connection.prepare(
      'DELETE FROM transcripts WHERE rowid IN (SELECT rowid FROM transcripts WHERE vat = ? ORDER BY position LIMIT ?)',
    );
    this.#countByVat = connection.prepareColumn('SELECT count(*) FROM transcripts WHERE vat = ?');
    this.#countIncarnation = connection.prepareColumn('SELECT count(*) FROM transcripts WHERE vat = ? AND incarnation = ?');
    this.#count = connection.prepareColumn('SELECT count(*) FROM transcripts');
  }

  append(row: TranscriptRow): void {
    this.#connection.insistCrank('transcripts');
    const { vat, position, incarnation, crank, delivery, syscalls, outcome } = row;
    this.#append.run(vat, position, incarnation, crank, delivery, syscalls, outcome);
    this.#crank.written += 1;
  }

  list(vat: VatId, options: TranscriptRange = {}): TranscriptRow[] {
    const { from = 0, incarnation, limit = NO_LIMIT } = options;
    if (incarnation === undefined) return this.#all.all(vat, from, limit);
    return this.#ofIncarnation.all(vat, from, incarnation, limit);
  }

  /** The last delivery that had the vat let go of what is dead. */
  findLastReap(vat: VatId): TranscriptRow | undefined {
    return this.#lastReap.get(vat);
  }

  /** Which incarnations have rows, and where these begin and end, in order. */
  listIncarnations(vat: VatId): IncarnationRow[] {
    return this.#incarnations.all(vat);
  }

  /** One incarnation's rows in order, read in pages: other statements may run, and the rows may be many. */
  *iterate(vat: VatId, incarnation: number): IterableIterator<TranscriptRow> {
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
    const deleted = this.#deleteSome.run(vat, limit);
    this.#crank.written += deleted;
    return deleted;
  }

  countByVat(vat: VatId): number {
    return this.#countByVat.get(vat) ?? 0;
  }

  countIncarnation(vat: VatId, incarnation: number): number {
    return this.#countIncarnation.get(vat, incarnation) ?? 0;
  }

  count(): number {
    return this.#count.get() ?? 0;
  }
}
