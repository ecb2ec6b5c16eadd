/** Whether a file is a Cooperage database, and one that this version understands. Looks without touching. */
import { closeSync, openSync, readSync } from 'node:fs';
import { CooperageError } from '@cooperage/protocol/errors';
import type { Database } from './driver.ts';
import { isOpen } from './open-files.ts';
import { APPLICATION_ID, SCHEMA_VERSION } from './schema.ts';

const MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;
const APPLICATION_ID_OFFSET = 68;

const makeNotAKernelError = (path: string, cause?: unknown): CooperageError =>
  new CooperageError('ERR_NOT_A_KERNEL', `${path} is not a Cooperage database`, {
    subject: path,
    remedy: 'name another file; this one was left as it is',
    cause,
  });

/** The first bytes of a file; fewer when it has fewer. */
const readHeader = (path: string): Buffer => {
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    return header.subarray(0, readSync(file, header, 0, HEADER_BYTES, 0));
  } finally {
    closeSync(file);
  }
};

/** Whether these bytes begin a Cooperage database. */
export const isKernelHeader = (bytes: Buffer): boolean =>
  bytes.length >= HEADER_BYTES &&
  bytes.toString('latin1', 0, MAGIC.length) === MAGIC &&
  bytes.readUInt32BE(APPLICATION_ID_OFFSET) === APPLICATION_ID;

/** Insists on a Cooperage database of any version. The mark stands in the first page from the start and never changes. */
export const insistKernelFile = (path: string): void => {
  if (isOpen(path)) return;
  if (!isKernelHeader(readHeader(path))) throw makeNotAKernelError(path);
};

/** Insists that this code knows the tables of an open database. */
export const insistKernelVersion = (database: Database, path: string): void => {
  if (database.pragma('application_id', { simple: true }) !== APPLICATION_ID) throw makeNotAKernelError(path);
  const version = Number(database.pragma('user_version', { simple: true }));
  if (version === SCHEMA_VERSION) return;
  throw new CooperageError(
    'ERR_KERNEL_VERSION',
    `database ${path} has schema version ${version}; this Cooperage reads version ${SCHEMA_VERSION}`,
    {
      subject: path,
      remedy: version > SCHEMA_VERSION ? 'use a newer Cooperage' : 'open it with the Cooperage that wrote it',
    },
  );
};
