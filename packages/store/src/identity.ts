/** Whether a file is a Cooperage database, and one that this version understands. Looks without touching. */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { CooperageError } from '@cooperage/protocol/errors';
import type { Database } from './driver.ts';
import { isOpen } from './open-files.ts';
import { OLDEST_MIGRATED } from './migrate.ts';
import { APPLICATION_ID, SCHEMA_VERSION } from './schema.ts';

const MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;
const APPLICATION_ID_OFFSET = 68;

/** A log has a head, then frames: each a head that begins with a page's number, and the page. */
const LOG_HEAD_BYTES = 32;
const LOG_MAGIC = 0x377f0682;
const FRAME_HEAD_BYTES = 24;

const makeNotAKernelError = (path: string, cause?: unknown): CooperageError =>
  new CooperageError('ERR_NOT_A_KERNEL', `${path} is not a Cooperage database`, {
    subject: path,
    remedy: 'name another file; this one was left as it is',
    cause,
  });

/** Reads pieces of a file; a piece is shorter where the file ends. */
const readPieces = <Result>(path: string, read: (piece: (offset: number, length: number) => Buffer) => Result): Result => {
  const file = openSync(path, 'r');
  try {
    return read((offset, length) => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
    });
  } finally {
    closeSync(file);
  }
};

/** Whether these bytes begin a Cooperage database. */
export const isKernelHeader = (bytes: Buffer): boolean =>
  isDatabaseHeader(bytes) && bytes.readUInt32BE(APPLICATION_ID_OFFSET) === APPLICATION_ID;

/** Whether these bytes begin a database of any program. */
const isDatabaseHeader = (bytes: Buffer): boolean =>
  bytes.length >= HEADER_BYTES && bytes.toString('latin1', 0, MAGIC.length) === MAGIC;

/**
 * Whether the log beside a file holds the first page of a Cooperage database, for a file of whole pages. Power that fails while
 * SQLite writes that page back from the log can leave anything in its sector; SQLite then reads the page from the log.
 */
const hasKernelLog = (path: string): boolean => {
  const log = `${path}-wal`;
  if (!existsSync(log)) return false;
  const { size } = statSync(path);
  return readPieces(log, piece => {
    const head = piece(0, LOG_HEAD_BYTES);
    // The last bit says in which order the bytes of checksums stand.
    if (head.length < LOG_HEAD_BYTES || (head.readUInt32BE(0) & ~1) !== LOG_MAGIC) return false;
    const pageSize = head.readUInt32BE(8);
    if (pageSize < HEADER_BYTES || size % pageSize !== 0) return false;
    for (let at = LOG_HEAD_BYTES; ; at += FRAME_HEAD_BYTES + pageSize) {
      const frame = piece(at, FRAME_HEAD_BYTES + HEADER_BYTES);
      if (frame.length < FRAME_HEAD_BYTES) return false;
      if (frame.readUInt32BE(0) === 1 && isKernelHeader(frame.subarray(FRAME_HEAD_BYTES))) return true;
    }
  });
};

/** Insists on a Cooperage database of any version. The mark stands in the first page from the start and never changes. */
export const insistKernelFile = (path: string): void => {
  if (isOpen(path)) return;
  const header = readPieces(path, piece => piece(0, HEADER_BYTES));
  if (isKernelHeader(header)) return;
  if (isDatabaseHeader(header) || !hasKernelLog(path)) throw makeNotAKernelError(path);
};

/** The schema version of an open database; throws when it is none of ours. */
export const readKernelVersion = (database: Database, path: string): number => {
  if (database.pragma('application_id', { simple: true }) !== APPLICATION_ID) throw makeNotAKernelError(path);
  return Number(database.pragma('user_version', { simple: true }));
};

/** Insists that this code knows the tables of an open database, or how to bring them up to date. */
export const insistKnownVersion = (database: Database, path: string): void => {
  const version = readKernelVersion(database, path);
  if (version >= OLDEST_MIGRATED && version <= SCHEMA_VERSION) return;
  throw new CooperageError(
    'ERR_KERNEL_VERSION',
    `database ${path} has schema version ${version}; this Cooperage reads versions ${OLDEST_MIGRATED} to ${SCHEMA_VERSION}`,
    { subject: path, remedy: version > SCHEMA_VERSION ? 'use a newer Cooperage' : 'open it with the Cooperage that wrote it' },
  );
};
