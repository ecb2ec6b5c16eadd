/**
 * The SQLite driver: the only place that loads native code. better-sqlite3 13 needs Node-API 10 and crashes without it; version
 * 12 works on older engines and aborts on the newest. So both are installed, and the running engine says which one is loaded.
 */
import { createRequire } from 'node:module';
import type DatabaseConstructor from 'better-sqlite3';
import { CooperageError } from '@cooperage/protocol/errors';

export type Driver = typeof DatabaseConstructor;
export type Database = DatabaseConstructor.Database;
export type DatabaseOptions = DatabaseConstructor.Options;
export type DriverStatement = DatabaseConstructor.Statement<unknown[]>;

const FIRST_NODE_API_OF_13 = 10;

const require = createRequire(import.meta.url);
let loaded: Driver | undefined;

const loadDriver = (): Driver => {
  const name = Number(process.versions.napi) >= FIRST_NODE_API_OF_13 ? 'better-sqlite3-napi' : 'better-sqlite3';
  try {
    return require(name) as Driver;
  } catch (cause) {
    throw engineError(cause);
  }
};

const engineError = (cause: unknown): CooperageError =>
  new CooperageError('ERR_ENGINE', `the SQLite module for Node.js ${process.versions.node} is not installed`, {
    subject: process.versions.node,
    remedy: 'delete node_modules and install again',
    cause,
  });

/** Opens a database file, `:memory:`, or the bytes of a database. Errors of SQLite come out as they are. */
export const openDatabase = (source: string | Buffer, options: DatabaseOptions = {}): Database => {
  loaded ??= loadDriver();
  try {
    return new loaded(source, options);
  } catch (error) {
    // The addon itself is looked up by the first constructor call, and an addon of another engine fails there.
    const code = (error as { code?: unknown }).code;
    if (code === 'ERR_DLOPEN_FAILED' || code === 'MODULE_NOT_FOUND') throw engineError(error);
    if (error instanceof Error && error.message.startsWith('Could not locate the bindings file')) throw engineError(error);
    throw error;
  }
};
