/**
 * Opens a kernel's database for writing, or creates it. Nothing is touched before it is known that the file is ours: a file of
 * another kind stays as it is, byte for byte.
 */
import { accessSync, constants, existsSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { CooperageError } from '@cooperage/protocol/errors';
import { Connection } from './connection.ts';
import { makeDatabaseError } from './database-error.ts';
import { type Database, openDatabase } from './driver.ts';
import { insistKernelFile, insistKnownVersion } from './identity.ts';
import { acquireLock, type Lock, makeLockedError } from './lock.ts';
import { migrate } from './migrate.ts';
import { claimFile, isWritten } from './open-files.ts';
import { APPLICATION_ID, SCHEMA_VERSION, TABLES_SQL, VIEWS_SQL } from './schema.ts';
import { Store } from './store.ts';

export type OpenStoreOptions = {
  /** A file path, or ':memory:'. */
  readonly path: string;
  /** What a commit waits for. FULL, the default, survives a power cut; NORMAL may then lose the last blocks; OFF may lose all. */
  readonly synchronous?: 'FULL' | 'NORMAL' | 'OFF';
  /** The database refuses to grow beyond so many pages, as if the disk were full. */
  readonly maxPages?: number;
};

const MEMORY = ':memory:';
/** A check of every page takes about a second per gigabyte; a larger database is checked by its owner, not at each start. */
const CHECKED_BYTES = 64 * 2 ** 20;

const createSchema = (database: Database): void => {
  database.transaction(() => {
    database.exec(TABLES_SQL);
    database.exec(VIEWS_SQL);
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma(`user_version = ${SCHEMA_VERSION}`);
  })();
};

/** A log without its database is somebody's work, and would be read as that of a new database of the name. */
export const insistNoLog = (path: string): void => {
  for (const suffix of ['-wal', '-journal']) {
    if (!existsSync(`${path}${suffix}`)) continue;
    throw new CooperageError('ERR_DATABASE', `database ${path} is missing, but its log ${path}${suffix} is there`, {
      subject: path,
      remedy: 'put the database back beside its log, or move the log away to start anew',
    });
  }
};

const discardDraft = (draft: string): void => {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(`${draft}${suffix}`, { force: true });
};

/**
 * A whole database under a name that nobody opens. It keeps a log from the start: switching to one later would write the first page of a
 * file that already has its name. `fill` may put rows in; when it throws there is no file.
 */
export const createDraft = (draft: string, fill: (database: Database) => void = () => {}): void => {
  discardDraft(draft);
  const database = openDatabase(draft);
  try {
    createSchema(database);
    fill(database);
    // Last: closing folds a log back without saying whether that failed, so the log of the draft must stay empty.
    database.pragma('journal_mode = WAL');
  } catch (error) {
    database.close();
    discardDraft(draft);
    throw error;
  }
  database.close();
};

/** Creates the file under another name first, so that a file under its own name always is a whole kernel database. */
const createFile = (path: string): void => {
  insistNoLog(path);
  const draft = `${path}.draft`;
  createDraft(draft);
  renameSync(draft, path);
};

const insistSound = (database: Database, path: string): void => {
  if (statSync(path).size > CHECKED_BYTES) return;
  const findings = (database.pragma('quick_check(5)') as { quick_check: string }[]).map(row => row.quick_check);
  if (findings.length === 1 && findings[0] === 'ok') return;
  throw new CooperageError('ERR_DATABASE', `database ${path} is damaged: ${findings.join('; ')}`, {
    subject: path,
    remedy: 'restore it from a copy',
  });
};

const configure = (database: Database, options: OpenStoreOptions): void => {
  const { synchronous = 'FULL', maxPages } = options;
  database.pragma('journal_mode = WAL');
  database.pragma(`synchronous = ${synchronous}`);
  database.pragma('foreign_keys = ON');
  if (maxPages !== undefined) database.pragma(`max_page_count = ${maxPages}`);
};

const openInMemory = (options: OpenStoreOptions): Store => {
  const database = openDatabase(MEMORY);
  createSchema(database);
  configure(database, options);
  return new Store({ connection: new Connection(database, { path: MEMORY, writable: true }), lock: undefined });
};

/** The path by which every opener knows the file, whatever links lead to it. */
export const toRealPath = (path: string): string =>
  existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path));

export const isNew = (path: string): boolean => !existsSync(path) || statSync(path).size === 0;

const openFile = (path: string, options: OpenStoreOptions): { store: Store; created: boolean } => {
  if (isWritten(path)) throw makeLockedError(path);
  if (!isNew(path)) insistKernelFile(path);
  // SQLite would open a write-protected file for reading, and say so at the first write.
  accessSync(`${dirname(path)}/.`, constants.W_OK);
  if (existsSync(path)) accessSync(path, constants.W_OK);
  let lock: Lock | undefined;
  let database: Database | undefined;
  try {
    lock = acquireLock(path);
    const created = isNew(path);
    if (created) createFile(path);
    database = openDatabase(path);
    if (!created) {
      insistKnownVersion(database, path);
      insistSound(database, path);
      migrate(database);
    }
    configure(database, options);
    const unclaim = claimFile(path, 'write');
    const held = lock;
    const release = (): void => {
      unclaim();
      held.release();
    };
    return { store: new Store({ connection: new Connection(database, { path, writable: true }), lock: { release } }), created };
  } catch (error) {
    database?.close();
    lock?.release();
    throw error;
  }
};

export function openStore(options: OpenStoreOptions): { store: Store; created: boolean } {
  if (options.path === MEMORY) return { store: openInMemory(options), created: true };
  const path = resolve(options.path);
  try {
    return openFile(toRealPath(path), options);
  } catch (error) {
    throw makeDatabaseError(error, path);
  }
}
