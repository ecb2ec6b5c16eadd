/** Opens a database for a command that only looks, and closes it again. What cannot be opened is exit 3. */
import { openDatabase, type ReadOnlyStore } from '@cooperage/inspector/database';
import { EXIT, toFailure } from './failure.ts';

const open = (path: string): ReadOnlyStore => {
  try {
    return openDatabase(path);
  } catch (error) {
    throw toFailure(error, EXIT.cannotOpen);
  }
};

export const withDatabase = <Result>(path: string, ask: (store: ReadOnlyStore) => Result): Result => {
  const store = open(path);
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
  const store = open(path);
  try {
    return await ask(store);
  } finally {
    store.close();
  }
};
