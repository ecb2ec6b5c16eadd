/**
 * Makes a database of an export. Each artifact is hashed while it is read, and the database gets its name only when all of them were
 * what the manifest says: what is damaged, foreign or incomplete leaves nothing behind.
 */
import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CooperageError } from '@cooperage/protocol/errors';
import type { AskedRow, SqlValue } from './connection.ts';
import { makeDatabaseError } from './database-error.ts';
import type { Database } from './driver.ts';
import { listTables, readColumns } from './export.ts';
import { acquireLock } from './lock.ts';
import { type Artifact, makeExportError, type Manifest, readManifest } from './manifest.ts';
import { createDraft, insistNoLog, isNew, toRealPath } from './open.ts';

export type ImportOptions = {
  /** Told of each artifact when it is read, and how many there are. */
  readonly onArtifact?: (artifact: Artifact, place: { readonly number: number; readonly total: number }) => void;
};

const CHUNK_BYTES = 1 << 20;
const NEWLINE = 0x0a;

/** The lines of a file; when the last is taken, `finish` hears size and hash. */
function* readLines(path: string, finish: (bytes: number, sha256: string) => void): IterableIterator<string> {
  const file = openSync(path, 'r');
  const hash = createHash('sha256');
  let size = 0;
  let rest: Buffer[] = [];
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const length = readSync(file, chunk, 0, CHUNK_BYTES, null);
      if (length === 0) break;
      const bytes = chunk.subarray(0, length);
      hash.update(bytes);
      size += length;
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
        yield Buffer.concat([...rest, bytes.subarray(start, end)]).toString('utf8');
        rest = [];
        start = end + 1;
      }
      if (start < length) rest.push(bytes.subarray(start));
    }
    if (rest.length > 0) yield Buffer.concat(rest).toString('utf8');
    finish(size, hash.digest('hex'));
  } finally {
    closeSync(file);
  }
}

const makeDamage = (path: string, problem: string, cause?: unknown): CooperageError =>
  makeExportError(path, `artifact ${path} is damaged: ${problem}`, 'take the export from a copy', cause);

const askerOf =
  (database: Database) =>
  (sql: string, values: readonly SqlValue[] = []): readonly AskedRow[] =>
    database.prepare(sql).all(values) as AskedRow[];

const insertRows = (database: Database, path: string, { table, rows, bytes, sha256 }: Artifact): void => {
  const { names } = readColumns(askerOf(database), table);
  const insert = database.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`);
  const expected = JSON.stringify(names);
  let count = -1;
  let flaw: string | undefined;
  let thrown: unknown;
  for (const line of readLines(path, (size, hash) => {
    if (hash !== sha256) flaw = `its hash is ${hash}, not ${sha256}`;
    else if (size !== bytes) flaw = `it has ${size} bytes, not ${bytes}`;
  })) {
    count += 1;
    if (thrown !== undefined) continue;
    // Whatever a damaged line does, the hash says best what is wrong: read on.
    try {
      if (count > 0) insert.run(JSON.parse(line) as unknown[]);
      else if (line !== expected) throw new Error(`its columns are ${line.slice(0, 200)}, not ${expected}`);
    } catch (error) {
      thrown = error;
    }
  }
  if (flaw === undefined && thrown === undefined && count !== rows) flaw = `it has ${count} rows, not ${rows}`;
  if (flaw !== undefined || thrown !== undefined) {
    throw makeDamage(path, flaw ?? (thrown instanceof Error ? thrown.message : String(thrown)), thrown);
  }
};

const fill = (database: Database, directory: string, { manifest, onArtifact }: ImportOptions & { manifest: Manifest }): void => {
  const tables = listTables(askerOf(database));
  const { artifacts } = manifest;
  const missing = tables.find(
    table => !['clists', 'transcripts', 'vatstore'].includes(table) && !artifacts.some(artifact => artifact.table === table),
  );
  if (missing !== undefined) throw makeDamage(join(directory, 'tables', `${missing}.jsonl`), 'the manifest does not name it');
  database.transaction(() => {
    database.pragma('defer_foreign_keys = ON');
    artifacts.forEach((artifact, i) => {
      const path = join(directory, artifact.file);
      if (!tables.includes(artifact.table)) throw makeDamage(path, `there is no table ${artifact.table}`);
      try {
        insertRows(database, path, artifact);
      } catch (error) {
        if ((error as { code?: unknown }).code === 'ENOENT') throw makeDamage(path, 'it is missing', error);
        throw error;
      }
      onArtifact?.(artifact, { number: i + 1, total: artifacts.length });
    });
    const broken = database.pragma('foreign_key_check') as { table: string; parent: string }[];
    const [first] = broken;
    if (first !== undefined)
      throw makeDamage(directory, `rows of ${first.table} lack the rows of ${first.parent} that they name`);
  })();
  const hash = database.prepare(`SELECT value FROM kernel_state WHERE name = 'activity_hash'`).pluck().get() ?? '';
  if (hash !== manifest.activityHash) throw makeDamage(directory, 'it has another activity hash than its manifest says');
};

const insistNew = (target: string): void => {
  if (isNew(target)) return insistNoLog(target);
  throw new CooperageError('ERR_ARGUMENT', `database ${target} exists already`, {
    subject: target,
    remedy: 'name one that does not: an import never changes a database',
  });
};

/** Only now is the target locked, because a lock leaves a file: an import that is refused leaves none. */
const giveName = (draft: string, target: string): void => {
  const lock = acquireLock(target);
  try {
    insistNew(target);
    renameSync(draft, target);
  } finally {
    lock.release();
  }
};

/** Makes the database `path`, which must not exist, of the export in `directory`. */
export const importDatabase = (directory: string, path: string, options: ImportOptions = {}): Manifest => {
  const manifest = readManifest(resolve(directory));
  const resolved = resolve(path);
  try {
    const target = toRealPath(resolved);
    insistNew(target);
    // Of this import alone: two of one name meet only at the end.
    const folder = mkdtempSync(`${target}.draft-`);
    const draft = join(folder, 'draft.sqlite');
    try {
      createDraft(draft, database => fill(database, resolve(directory), { ...options, manifest }));
      giveName(draft, target);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    return manifest;
  } catch (error) {
    throw makeDatabaseError(error, resolved);
  }
};
