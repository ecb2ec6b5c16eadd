/** From errors of SQLite and of the file system to errors that say which file, what is wrong with it, and what to do. */
import { CooperageError, type ErrorCode } from '@cooperage/protocol/errors';

type Reading = { readonly code: ErrorCode; readonly problem: string; readonly remedy: string };

const BY_CODE: readonly (readonly [prefix: string, reading: Reading])[] = [
  ['SQLITE_FULL', { code: 'ERR_DATABASE_FULL', problem: 'the disk is full', remedy: 'make room, then open the database again; nothing committed is lost' }],
  ['ENOSPC', { code: 'ERR_DATABASE_FULL', problem: 'the disk is full', remedy: 'make room, then open the database again; nothing committed is lost' }],
  ['SQLITE_READONLY', { code: 'ERR_DATABASE_READ_ONLY', problem: 'it cannot be written', remedy: 'allow this user to write the file and its directory' }],
  ['EACCES', { code: 'ERR_DATABASE_READ_ONLY', problem: 'access is denied', remedy: 'allow this user to read and write the file and its directory' }],
  ['EPERM', { code: 'ERR_DATABASE_READ_ONLY', problem: 'access is denied', remedy: 'allow this user to read and write the file and its directory' }],
  ['EROFS', { code: 'ERR_DATABASE_READ_ONLY', problem: 'its file system is read-only', remedy: 'put the database on a file system that can be written' }],
  ['SQLITE_BUSY', { code: 'ERR_DATABASE_LOCKED', problem: 'another program is using it', remedy: 'close the other program and open the database again' }],
  ['SQLITE_NOTADB', { code: 'ERR_NOT_A_KERNEL', problem: 'it is not a Cooperage database', remedy: 'name another file' }],
  ['SQLITE_CORRUPT', { code: 'ERR_DATABASE', problem: 'it is damaged', remedy: 'restore it from a copy' }],
  ['SQLITE_CANTOPEN', { code: 'ERR_DATABASE', problem: 'it cannot be opened', remedy: 'check that the path names a file in a directory that exists and can be written' }],
  ['SQLITE_CONSTRAINT', { code: 'ERR_DATABASE', problem: 'a row contradicts the schema', remedy: 'this is a fault of the kernel: please report it' }],
  ['SQLITE_IOERR', { code: 'ERR_DATABASE', problem: 'its disk failed', remedy: 'check the disk, then open the database again' }],
];

const ANY: Reading = { code: 'ERR_DATABASE', problem: 'a statement failed', remedy: 'close the kernel and open the database again' };

/** Maps what SQLite or the file system threw about `path`. What is a `CooperageError` already passes unchanged. */
export const makeDatabaseError = (cause: unknown, path: string): CooperageError => {
  if (cause instanceof CooperageError) return cause;
  const thrown = String((cause as { code?: unknown } | null)?.code ?? '');
  const { code, problem, remedy } = BY_CODE.find(([prefix]) => thrown.startsWith(prefix))?.[1] ?? ANY;
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new CooperageError(code, `database ${path}: ${problem} (${detail})`, { subject: path, remedy, cause });
};
