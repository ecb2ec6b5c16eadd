/** Opens a database for a command that only looks, and closes it again. What cannot be opened is exit 3. */
import { openDatabase, openDatabaseAt, type ReadOnlyStore } from '@cooperage/inspector/database';
import { EXIT, toFailure } from './failure.ts';

/** `at`: as it was after this crank. */
const open = (path: string, at: number | undefined): ReadOnlyStore => {
  try {
    return at === undefined ? openDatabase(path) : openDatabaseAt(path, at);
  } catch (error) {
    throw toFailure(error, EXIT.cannotOpen);
  }
};

export const withDatabase = <Result>(path: string, ask: (store: ReadOnlyStore) => Result, at?: number): Result => {
  const store = open(path, at);
  try {
    return ask(store);
  } finally {
    store.close();
  }
};

export const withDatabaseAsync = async <Result>(
  path: string,
  ask: (store: ReadOnlyStore) => Promise<Result>,
): Promise<Result> => {
  const store = open(path, undefined);
  try {
    return await ask(store);
  } finally {
    store.close();
  }
};
