/** Whether the file itself is whole: pages, indexes, constraints. What the rows say is the kernel's audit's business. */
import type { ReadOnlyStore } from '@cooperage/store/read-only';

const SHOWN = 100;

/** Everything that SQLite finds wrong with the file, up to a hundred things; empty when it is sound. */
export const findUnsoundness = (store: ReadOnlyStore): string[] => {
  const damage = store
    .query(`SELECT * FROM pragma_integrity_check LIMIT ${SHOWN}`)
    .map(row => String(row['integrity_check']))
    .filter(text => text !== 'ok');
  if (damage.length > 0) return damage;
  return store
    .query(
      `SELECT "table" AS child, parent, count(*) AS broken FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2 LIMIT ${SHOWN}`,
    )
    .map(row => `${row['broken']} rows of ${row['child']} refer to rows of ${row['parent']} that do not exist`);
};
