/** How far back the history of a database reaches: between which cranks `openDatabaseAt` may be asked. */
import type { ReadOnlyStore } from '@cooperage/store/read-only';

export type HistoryReach = {
  readonly first: number;
  readonly last: number;
  /** Changed rows that are kept for it. */
  readonly changes: number;
};

/** Null when nothing is kept, or when the kernel has gone on without keeping it. */
export const readHistory = (store: ReadOnlyStore): HistoryReach | null =>
  store.inSnapshot(() => {
    const [row] = store.query(`SELECT min(crank) AS first, max(crank) AS last, (SELECT count(*) FROM crank_changes) AS changes,
      (SELECT value FROM kernel_state WHERE name = 'crank_number') AS next FROM cranks`);
    if (row === undefined || row['first'] === null || Number(row['last']) !== Number(row['next']) - 1) return null;
    return { first: Number(row['first']), last: Number(row['last']), changes: Number(row['changes']) };
  });
