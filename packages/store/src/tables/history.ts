/**
 * What the last cranks changed, for those who look back (`past.ts`): written with each crank if the kernel is asked to, read by no kernel,
 * covered by no hash. It has no gap: where one would be, it begins anew.
 */
import { KernelPanic } from '@cooperage/protocol/fault';
import type { VatId } from '@cooperage/protocol/refs';
import type { Connection, Query, RowChange } from '../connection.ts';

export type CrankRow = {
  readonly crank: number;
  /** What was taken from the queues; 'input' for what the host put in. */
  readonly kind: string;
  readonly vat: VatId | null;
  readonly crankHash: string;
  readonly activityHash: string;
};

/** The first and the last crank that are remembered. */
export type HistorySpan = { readonly first: number; readonly last: number };

const toText = (rows: RowChange['before']): string | null => (rows.length === 0 ? null : JSON.stringify(rows));

export class HistoryTable {
  readonly #connection: Connection;
  readonly #insertCrank: Query;
  readonly #insertChange: Query;
  readonly #deleteChanges: Query;
  readonly #deleteCranks: Query;
  readonly #span: Query<{ first: number | null; last: number | null }>;
  readonly #count: Query<number>;
  readonly #progress: Query<string | null>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#insertCrank = connection.prepare(
      'INSERT INTO cranks (crank, kind, vat, crank_hash, activity_hash) VALUES (?, ?, ?, ?, ?)',
    );
    this.#insertChange = connection.prepare(
      'INSERT INTO crank_changes (crank, number, table_name, key, before, after) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#deleteChanges = connection.prepare('DELETE FROM crank_changes WHERE crank < ?');
    this.#deleteCranks = connection.prepare('DELETE FROM cranks WHERE crank < ?');
    this.#span = connection.prepare('SELECT min(crank) AS first, max(crank) AS last FROM cranks');
    this.#progress = connection.prepareColumn(
      `SELECT after FROM crank_changes WHERE crank = ? AND table_name = 'vat_progress' AND key = ?`,
    );
    this.#count = connection.prepareColumn('SELECT count(*) FROM crank_changes');
  }

  /** Adds a crank that has just been committed; the open block makes it durable together with the crank. */
  append({ crank, kind, vat, crankHash, activityHash }: CrankRow, changes: readonly RowChange[]): void {
    this.#insistBlock();
    this.#insertCrank.run(crank, kind, vat, crankHash, activityHash);
    changes.forEach(({ table, key, before, after }, number) => {
      this.#insertChange.run(crank, number, table, JSON.stringify(key), toText(before), toText(after));
    });
  }

  /** Forgets all cranks before `crank`. */
  forgetBefore(crank: number): void {
    this.#insistBlock();
    this.#deleteChanges.run(crank);
    this.#deleteCranks.run(crank);
  }

  span(): HistorySpan | undefined {
    const { first, last } = this.#span.get() ?? { first: null, last: null };
    return first === null || last === null ? undefined : { first, last };
  }

  /** The hash of a vat's transcript after a crank; undefined when that is not remembered. */
  findHash(crank: number, vat: VatId): string | undefined {
    const text = this.#progress.get(crank, JSON.stringify({ vat })) ?? '[]';
    const [row] = JSON.parse(text) as readonly { readonly transcript_hash?: string }[];
    return row?.transcript_hash;
  }

  /** Changed rows that are remembered. */
  count(): number {
    return this.#count.get() ?? 0;
  }

  #insistBlock(): void {
    this.#connection.insistUsable();
    if (!this.#connection.inBlock) throw new KernelPanic('history written outside a block');
  }
}
