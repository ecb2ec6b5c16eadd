/**
 * Pages: a question about a big table reads a slice of it and says how much more there is. Every question that can have many answers
 * goes through `readPage`, so none can load a whole table into memory.
 */
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { CooperageError } from '@cooperage/protocol/errors';
import { type Fields, toFields } from './fields.ts';

export type PageRequest = {
  /** How many rows at most; 50 when absent. */
  readonly limit?: number | undefined;
  /** How many rows to pass over first. */
  readonly skip?: number | undefined;
};

export type Page<Row> = {
  readonly rows: readonly Row[];
  /** How many rows the question has in all. */
  readonly total: number;
  readonly skipped: number;
  /** How many rows follow these. */
  readonly more: number;
};

export const DEFAULT_LIMIT = 50;
export const GREATEST_LIMIT = 10_000;

export type PageQuestion = {
  /** SQL for the keys of all rows, without order. */
  readonly keys: string;
  /** SQL for the rows of the keys in `page`. */
  readonly rows: string;
  /** In columns that keys and rows both have. */
  readonly order: string;
  readonly values?: { readonly [name: string]: string | number | null };
};

/** How refs and vat ids are ordered in SQL: by number. */
export const byNumber = (column: string, letters: number): string => `CAST(substr(${column}, ${letters + 1}) AS INTEGER)`;

const insistCount = (value: number, name: string, greatest: number): number => {
  if (Number.isInteger(value) && value >= 0 && value <= greatest) return value;
  throw new CooperageError('ERR_ARGUMENT', `${name} must be a whole number from 0 to ${greatest}`, { subject: name });
};

/** Which rows are asked for; `otherwise` is how many when it is not said. */
export const insistPage = (request: PageRequest, otherwise: number): { readonly limit: number; readonly skip: number } => ({
  limit: insistCount(request.limit ?? otherwise, 'limit', GREATEST_LIMIT),
  skip: insistCount(request.skip ?? 0, 'skip', Number.MAX_SAFE_INTEGER),
});

/** One page of the answer. Call it within a snapshot when it must agree with other answers. */
export const readPage = <Row>(
  store: ReadOnlyStore,
  { question, request = {} }: { question: PageQuestion; request?: PageRequest | undefined },
  toRow: (fields: Fields) => Row,
): Page<Row> =>
  store.inSnapshot(() => {
    const { keys, rows, order, values = {} } = question;
    const { limit, skip } = insistPage(request, DEFAULT_LIMIT);
    const [counted] = store.query(`SELECT count(*) AS total FROM (${keys})`, values);
    const total = Number(counted?.['total'] ?? 0);
    const sql = `WITH page AS (${keys} ORDER BY ${order} LIMIT :limit OFFSET :skip) ${rows} ORDER BY ${order}`;
    const found = store.query(sql, { ...values, limit, skip }).map(row => toRow(toFields(row)));
    return { rows: found, total, skipped: Math.min(skip, total), more: Math.max(0, total - skip - found.length) };
  });
