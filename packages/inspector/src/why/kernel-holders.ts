/** What the kernel's tables say of who holds a kref: the view `holders`, asked for many at once by its indexes. */
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { toFields, type Fields } from '../fields.ts';
import type { Holder } from './edges.ts';

/** Where a message waits: in the run queue, or for a promise. */
export type MessagePlace = { readonly isQueued: boolean; readonly promise: string | null };

const COLUMNS = 'kref, holder_kind, holder, detail, strength';

const toHolder = (row: Fields): Holder => ({
  kind: row.text('holder_kind'),
  holder: row.text('holder'),
  detail: row.text('detail'),
  ref: row.text('kref'),
  strength: row.text('strength') === 'weak' ? 'weak' : 'strong',
});

/** All holders of all these krefs. */
export const readKernelHolders = (store: ReadOnlyStore, krefs: readonly string[]): readonly Holder[] => {
  if (krefs.length === 0) return [];
  const sql = `SELECT ${COLUMNS} FROM holders WHERE kref IN (SELECT value FROM json_each(:krefs))`;
  return store.query(sql, { krefs: JSON.stringify(krefs) }).map(row => toHolder(toFields(row)));
};

/** The first of them, in a fixed order, and how many there are. */
export const listKernelHolders = (
  store: ReadOnlyStore,
  krefs: readonly string[],
  limit: number,
): { readonly rows: readonly Holder[]; readonly total: number } => {
  const from = 'FROM holders WHERE kref IN (SELECT value FROM json_each(:krefs))';
  const values = { krefs: JSON.stringify(krefs) };
  const [counted] = store.query(`SELECT count(*) AS total ${from}`, values);
  const order = 'kref, holder_kind, length(holder), holder, length(detail), detail';
  const rows = store.query(`SELECT ${COLUMNS} ${from} ORDER BY ${order} LIMIT :limit`, { ...values, limit });
  return { rows: rows.map(row => toHolder(toFields(row))), total: Number(counted?.['total'] ?? 0) };
};

/** By the name that holders have for it: `m7`. */
export const locateMessages = (store: ReadOnlyStore, names: Iterable<string>): ReadonlyMap<string, MessagePlace> => {
  const messages = JSON.stringify([...names].map(name => Number(name.slice(1))));
  const sql = `SELECT m.value AS message, q.position IS NOT NULL AS queued, p.promise
    FROM json_each(:messages) m LEFT JOIN run_queue q ON q.message = m.value LEFT JOIN promise_queue p ON p.message = m.value`;
  return new Map(
    store
      .query(sql, { messages })
      .map(toFields)
      .map(row => [`m${row.number('message')}`, { isQueued: row.boolean('queued'), promise: row.textOrNull('promise') }]),
  );
};
