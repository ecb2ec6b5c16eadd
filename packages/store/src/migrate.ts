/** Brings the tables of an older database up to date, in one transaction, when a kernel opens it for writing; readers see it as if it were. */
import type { Database } from './driver.ts';
import { HISTORY_SQL } from './history-schema.ts';
import { SCHEMA_VERSION } from './schema.ts';

/** What leads from each version to the next. A step that does more than to add tables needs another way for readers. */
const STEPS: Readonly<Record<number, string>> = {
  // History: what cranks changed.
  2: HISTORY_SQL,
};

/** Databases of this version and later can be brought up to date. */
export const OLDEST_MIGRATED = 2;

/** Does nothing to a database of the present version, or of one that it does not know. */
export const migrate = (database: Database): void => {
  database.transaction(() => {
    for (;;) {
      const version = Number(database.pragma('user_version', { simple: true }));
      const step = version < SCHEMA_VERSION ? STEPS[version] : undefined;
      if (step === undefined) return;
      database.exec(step);
      database.pragma(`user_version = ${version + 1}`);
    }
  })();
};

/**
 * For those who only read: what is new since the database was written stands, empty, in the temporary schema of their connection. The file
 * is not touched. True when there was anything to add: it hides what a kernel adds later.
 */
export const showAsPresent = (database: Database): boolean => {
  const first = Number(database.pragma('user_version', { simple: true }));
  for (let version = first; version < SCHEMA_VERSION; version += 1) {
    database.exec((STEPS[version] ?? '').replaceAll('CREATE TABLE', 'CREATE TEMP TABLE'));
  }
  return first < SCHEMA_VERSION;
};

export const isPresent = (database: Database): boolean =>
  Number(database.pragma('user_version', { simple: true })) === SCHEMA_VERSION;
