/** Brings the tables of an older database up to date, in one transaction, when a kernel opens it for writing. */
import type { Database } from './driver.ts';
import { HISTORY_SQL } from './history-schema.ts';
import { SCHEMA_VERSION } from './schema.ts';

/** What leads from each version to the next. */
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
