/** From errors of SQLite and of the file system to errors that say which file, what is wrong with it, and what to do. */
import { CooperageError, type ErrorCode } from '@cooperage/protocol/errors';

type Reading = { readonly code: ErrorCode; readonly problem: string; readonly remedy: string };

const FULL: Reading = {
  code: 'ERR_DATABASE_FULL',
  problem: 'the disk is full',
  remedy: 'make room, then open the database again; nothing committed is lost',
};
const DENIED: Reading = {
  code: 'ERR_DATABASE_READ_ONLY',
  problem: 'access is denied',
  remedy: 'allow this user to read and write the file and its directory',
};
const unusable = (problem: string, remedy: string): Reading => ({ code: 'ERR_DATABASE', problem, remedy });

/** By how the code starts; SQLite refines its codes after an underscore. */
const BY_CODE: readonly (readonly [prefix: string, reading: Reading])[] = [
  ['SQLITE_FULL', FULL],
  ['ENOSPC', FULL],
  ['EACCES', DENIED],
  ['EPERM', DENIED],
  ['SQLITE_READONLY', { ...DENIED, problem: 'it cannot be written' }],
  ['EROFS', { ...DENIED, problem: 'its file system is read-only', remedy: 'put the database where it can be written' }],
  ['ENOENT', unusable('there is no such file or directory', 'check the path; the directory must exist')],
  ['ENOTDIR', unusable('a part of its path is no directory', 'check the path')],
  ['EISDIR', unusable('it is a directory', 'name a file in it')],
  ['SQLITE_CANTOPEN', unusable('it cannot be opened', 'check that the path names a file in a directory that can be written')],
  ['SQLITE_CORRUPT', unusable('it is damaged', 'restore it from a copy')],
  ['SQLITE_IOERR', unusable('its disk failed', 'check the disk, then open the database again')],
  ['SQLITE_CONSTRAINT', unusable('a row contradicts the schema', 'this is a fault of the kernel: please report it')],
  ['SQLITE_BUSY', { code: 'ERR_DATABASE_LOCKED', problem: 'another program is using it', remedy: 'close the other program' }],
  ['SQLITE_NOTADB', { code: 'ERR_NOT_A_KERNEL', problem: 'it is not a Cooperage database', remedy: 'name another file' }],
];

const ANY = unusable('a statement failed', 'close the kernel and open the database again');

/** Maps what SQLite or the file system threw about `path`. What is a `CooperageError` already passes unchanged. */
export const makeDatabaseError = (cause: unknown, path: string): CooperageError => {
  if (cause instanceof CooperageError) return cause;
  const thrown = String((cause as { code?: unknown } | null)?.code ?? '');
  const { code, problem, remedy } = BY_CODE.find(([prefix]) => thrown.startsWith(prefix))?.[1] ?? ANY;
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new CooperageError(code, `database ${path}: ${problem} (${detail})`, { subject: path, remedy, cause });
};
