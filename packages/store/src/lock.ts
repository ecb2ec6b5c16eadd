/**
 * One kernel per database. The lock is a second, empty database beside the first, held exclusively for as long as the store is
 * open: readers of the database never meet it, and the operating system frees it when its holder dies. The file stays behind;
 * removing it would let two openers hold two files of one name.
 */
import { CooperageError } from '@cooperage/protocol/errors';
import { openDatabase } from './driver.ts';

export type Lock = { release(): void };

export const acquireLock = (path: string): Lock => {
  const database = openDatabase(`${path}.lock`, { timeout: 0 });
  try {
    // Nothing is ever written, and no journal is to appear beside the lock.
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    if (!String((cause as { code?: unknown }).code).startsWith('SQLITE_BUSY')) throw cause;
    throw makeLockedError(path, cause);
  }
  return { release: () => database.close() };
};

export const makeLockedError = (path: string, cause?: unknown): CooperageError =>
  new CooperageError('ERR_DATABASE_LOCKED', `database ${path} is in use by another kernel`, {
    subject: path,
    remedy: 'close the other kernel first; to look without writing, open it read-only',
    cause,
  });
