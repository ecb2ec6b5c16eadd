/**
 * Pages of refs by number, anywhere in a big table. SQLite would sort rows to find the ones at a place; here it only hands over the numbers of
 * those that the question is about, as one text, and numbers alone are sorted in a tenth of the time. So the first page costs as much as
 * the last: one look at each row.
 */
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { type Fields, toFields } from './fields.ts';
import { byNumber, DEFAULT_LIMIT, insistPage, type Page, type PageRequest, readPage } from './page.ts';
import { LETTER, type WalkQuestion } from './ref-walk.ts';

/** Of more rows the numbers would take much memory; SQLite sorts them, and uses files for it. */
const MOST_ROWS = 5_000_000;

/** Undefined when these are not numbers as refs have them. */
const findNumbers = (text: unknown): Float64Array | undefined => {
  if (text === null) return new Float64Array();
  if (typeof text !== 'string' || /[^\d,]/.test(text)) return undefined;
  try {
    const numbers = Float64Array.from(JSON.parse(`[${text}]`) as number[]).sort();
    return Number.isSafeInteger(numbers.at(-1)) ? numbers : undefined;
  } catch {
    return undefined;
  }
};

/** All that the question is about, each kind by number; undefined when they are too many, or not as refs are. */
const findRefNumbers = (
  store: ReadOnlyStore,
  { table, alias, where, values, kinds }: WalkQuestion,
): Float64Array[] | undefined => {
  const columns = kinds.map(kind => {
    const only = kinds.length === 1 ? '' : ` FILTER (WHERE substr(kref, 1, 2) = '${LETTER[kind]}')`;
    return `group_concat(substr(kref, 3))${only} AS ${kind}`;
  });
  const [found] = store.query(
    `SELECT count(*) AS total, ${columns.join(', ')} FROM (SELECT ${alias}.kref FROM ${table} ${alias} WHERE ${where} LIMIT ${MOST_ROWS + 1})`,
    values,
  );
  if (found === undefined || Number(found['total']) > MOST_ROWS) return undefined;
  const numbers = kinds.map(kind => findNumbers(found[kind]));
  const all = numbers.flatMap(list => (list === undefined ? [] : [list]));
  const total = all.reduce((sum, list) => sum + list.length, 0);
  return all.length === kinds.length && total === found['total'] ? all : undefined;
};

/** One page of the answer. Call it within a snapshot when it must agree with other answers. */
export const readRefPage = <Row>(
  store: ReadOnlyStore,
  { question, request = {} }: { question: WalkQuestion; request?: PageRequest | undefined },
  toRow: (fields: Fields) => Row,
): Page<Row> =>
  store.inSnapshot(() => {
    const { limit, skip } = insistPage(request, DEFAULT_LIMIT);
    const { table, alias, where, values, kinds, rows } = question;
    const numbers = findRefNumbers(store, question);
    if (numbers === undefined) {
      const keys = `SELECT ${alias}.kref FROM ${table} ${alias} WHERE ${where}`;
      const order = `substr(kref, 1, 2), ${byNumber('kref', 2)}`;
      return readPage(store, { question: { keys, rows, order, values }, request }, toRow);
    }
    const krefs: string[] = [];
    let total = 0;
    kinds.forEach((kind, i) => {
      const list = numbers[i] ?? new Float64Array();
      const [first, end] = [Math.max(0, skip - total), Math.max(0, skip + limit - total)];
      for (const number of list.subarray(first, end)) krefs.push(`${LETTER[kind]}${number}`);
      total += list.length;
    });
    const page = 'WITH page AS (SELECT value AS kref, key AS place FROM json_each(:krefs))';
    const found = store
      .query(`${page} ${rows} ORDER BY page.place`, { ...values, krefs: JSON.stringify(krefs) })
      .map(row => toRow(toFields(row)));
    return { rows: found, total, skipped: Math.min(skip, total), more: Math.max(0, total - skip - krefs.length) };
  });
