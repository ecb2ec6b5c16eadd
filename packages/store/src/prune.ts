/**
 * Takes out of a database what no kernel will read again, and gives the room back: transcripts of ended incarnations, and source that no
 * vat runs and none can ask for. None of it has a part in the crank hash, so a kernel goes on with the same hash whether it was pruned or
 * not. What a dead vat leaves is the kernel's to clean up.
 */
import { existsSync, statSync } from 'node:fs';
import type { AskedRow, Connection } from './connection.ts';

export type PruneOptions = {
  /** Count, and change nothing. */
  readonly dryRun?: boolean;
  /** Told of each step before it begins. */
  readonly onStep?: (step: string) => void;
};

export type PruneReport = {
  /** Deliveries of ended incarnations: rows, and the length of what they hold. */
  readonly transcripts: { readonly rows: number; readonly bytes: number };
  /** Source that is not needed; its id stays. */
  readonly bundles: { readonly rows: number; readonly bytes: number };
  /** Pages without content, in bytes. */
  readonly freeBytes: number;
  /** Of the file and its log. Null for a database in memory; `after` is null when nothing was changed. */
  readonly bytesBefore: number | null;
  readonly bytesAfter: number | null;
};

/** A stop that was left unfinished is what the audit looks for until the next BOYD; such a vat keeps all. */
const ENDED = `FROM transcripts AS t WHERE t.incarnation < (SELECT v.incarnation FROM vats v WHERE v.vat = t.vat)
  AND t.vat NOT IN (SELECT vat FROM unfinished_reaps) AND t.vat NOT IN (SELECT vat FROM vats WHERE state = 'terminated')`;

/** With the device of vatAdmin, any vat may ask for any bundle by its id, and hears whether it is there. */
const UNUSED = `FROM bundles AS b WHERE b.format <> 'function' AND b.content <> ''
  AND NOT EXISTS (SELECT 1 FROM devices WHERE device = 'vatAdmin')
  AND b.bundle NOT IN (SELECT bundle FROM vats WHERE state <> 'terminated')
  AND b.bundle NOT IN (SELECT bundle FROM upgrades) AND b.bundle NOT IN (SELECT bundle FROM bundle_names)`;

type Ask = (sql: string) => readonly AskedRow[];

const one = (ask: Ask, sql: string): Readonly<Record<string, number>> => (ask(sql)[0] ?? {}) as Readonly<Record<string, number>>;

const sizeOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0);
const bytesOf = (path: string): number | null => (path === ':memory:' ? null : sizeOf(path) + sizeOf(`${path}-wal`));

/** What would go; of a database that others may use meanwhile. */
export const measurePrunable = (ask: Ask, path: string): PruneReport => {
  const bytesBefore = bytesOf(path);
  const transcripts = one(
    ask,
    `SELECT count(*) AS rows, coalesce(sum(octet_length(delivery) + octet_length(syscalls) + octet_length(outcome)), 0) AS bytes ${ENDED}`,
  );
  const bundles = one(ask, `SELECT count(*) AS rows, coalesce(sum(octet_length(content)), 0) AS bytes ${UNUSED}`);
  const { bytes: freeBytes = 0 } = one(
    ask,
    'SELECT freelist_count * page_size AS bytes FROM pragma_freelist_count(), pragma_page_size()',
  );
  const countOf = ({ rows = 0, bytes = 0 }: Readonly<Record<string, number>>) => ({ rows, bytes });
  return { transcripts: countOf(transcripts), bundles: countOf(bundles), freeBytes, bytesBefore, bytesAfter: null };
};

/** For a connection without an open block. Needs as much free room on the disk as the database has content. */
export const pruneDatabase = (connection: Connection, { dryRun = false, onStep = () => {} }: PruneOptions = {}): PruneReport => {
  const { path } = connection;
  onStep('counting');
  const found = measurePrunable(sql => connection.ask(sql), path);
  if (dryRun) return found;
  onStep('dropping');
  connection.prepare('BEGIN IMMEDIATE').run();
  connection.prepare(`DELETE FROM transcripts WHERE rowid IN (SELECT t.rowid ${ENDED})`).run();
  connection.prepare(`UPDATE bundles SET content = '' WHERE bundle IN (SELECT b.bundle ${UNUSED})`).run();
  connection.prepare('COMMIT').run();
  // What is remembered of these rows was read before they changed.
  for (const cache of connection.caches) cache.forget();
  onStep('giving room back');
  connection.prepare('VACUUM').run();
  connection.checkpoint();
  return { ...found, bytesAfter: bytesOf(path) };
};
