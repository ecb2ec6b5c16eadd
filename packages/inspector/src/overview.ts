/** A kernel at a glance: how far it has come, what it holds, what waits, and whether any vat is in trouble. */
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { type HistoryReach, readHistory } from './history.ts';
import { type DatabaseProblem, findProblems } from './problems.ts';
import { readBytes, readRowCounts } from './table-sizes.ts';

export type Overview = {
  readonly path: string;
  readonly bytes: number;
  readonly schemaVersion: number;
  /** Cranks so far, input cranks included. */
  readonly cranks: number;
  /** Hash over every change of state since the kernel was created. */
  readonly activityHash: string;
  readonly vats: Readonly<Record<string, number>>;
  /** By owner's state: 'owned' or 'orphaned'. */
  readonly objects: Readonly<Record<string, number>>;
  readonly promises: Readonly<Record<string, number>>;
  readonly queue: { readonly ready: number; readonly parked: number; readonly waitingForPromises: number };
  readonly gc: { readonly actions: number; readonly reaps: number; readonly cleanups: number };
  /** What is held for reasons outside the vats, by reason. */
  readonly pins: Readonly<Record<string, number>>;
  readonly rows: Readonly<Record<string, number>>;
  /** What has happened since the kernel was created, by name. */
  readonly statistics: Readonly<Record<string, number>>;
  /** The cranks that can be looked back to; null when none can. */
  readonly history: HistoryReach | null;
  readonly problems: readonly DatabaseProblem[];
};

const readCounts = (store: ReadOnlyStore, sql: string): Record<string, number> =>
  Object.fromEntries(store.query(sql).map(row => [String(row['name']), Number(row['value'])]));

const readState = (store: ReadOnlyStore, name: string): string | undefined => {
  const value = store.query('SELECT value FROM kernel_state WHERE name = ?', [name])[0]?.['value'];
  return typeof value === 'string' ? value : undefined;
};

export const readOverview = (store: ReadOnlyStore): Overview =>
  store.inSnapshot(() => {
    const rows = Object.fromEntries(readRowCounts(store));
    const [parked] = store.query('SELECT count(*) AS parked FROM run_queue WHERE parked_for IS NOT NULL');
    const parkedCount = Number(parked?.['parked'] ?? 0);
    const [version] = store.query('SELECT user_version FROM pragma_user_version');
    return {
      path: store.path,
      bytes: readBytes(store).bytes,
      schemaVersion: Number(version?.['user_version'] ?? 0),
      cranks: Number(readState(store, 'crank_number') ?? 0),
      activityHash: readState(store, 'activity_hash') ?? '',
      vats: readCounts(store, 'SELECT state AS name, count(*) AS value FROM vats GROUP BY state ORDER BY state'),
      objects: readCounts(
        store,
        `SELECT iif(owner IS NULL, 'orphaned', 'owned') AS name, count(*) AS value FROM objects GROUP BY 1 ORDER BY 1`,
      ),
      promises: readCounts(store, 'SELECT state AS name, count(*) AS value FROM promises GROUP BY state ORDER BY state'),
      queue: {
        ready: (rows['run_queue'] ?? 0) - parkedCount,
        parked: parkedCount,
        waitingForPromises: rows['promise_queue'] ?? 0,
      },
      gc: { actions: rows['gc_actions'] ?? 0, reaps: rows['reap_queue'] ?? 0, cleanups: rows['cleanup_queue'] ?? 0 },
      pins: readCounts(store, 'SELECT reason AS name, count(*) AS value FROM pins GROUP BY reason ORDER BY reason'),
      rows,
      statistics: readCounts(store, 'SELECT name, value FROM statistics ORDER BY name'),
      history: readHistory(store),
      problems: findProblems(store),
    };
  });
