/** All rows of all tables as one hash: what a database must hold again after a crash, to the letter. */
import { createHash } from 'node:crypto';
import type { Store } from '@cooperage/store/store';

/** A question per table, each row of which comes in an order that its content decides. */
let questions: readonly string[] | undefined;

const writeQuestions = (store: Store): readonly string[] =>
  store
    .query(
      `SELECT m.name AS name, count(*) AS columns FROM sqlite_schema m, pragma_table_info(m.name)
       WHERE m.type = 'table' GROUP BY m.name ORDER BY m.name`,
    )
    .map(
      ({ name, columns }) => `SELECT * FROM ${name} ORDER BY ${Array.from({ length: Number(columns) }, (_, i) => i + 1).join()}`,
    );

export const digestOf = (store: Store): string => {
  questions ??= writeQuestions(store);
  const hash = createHash('sha256');
  for (const question of questions) hash.update(JSON.stringify(store.query(question)));
  return hash.digest('hex');
};
