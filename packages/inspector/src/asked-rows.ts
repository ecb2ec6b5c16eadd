/**
 * Answers to questions that somebody asks in SQL of their own. How many rows come back is bounded here; how long SQLite thinks is not,
 * and cannot be from within: whoever lets strangers ask does so in a process that can be ended.
 */
import { CooperageError } from '@cooperage/protocol/errors';
import type { ExactRow } from '@cooperage/store/connection';
import type { ReadOnlyStore } from '@cooperage/store/read-only';

export type AskedRows = {
  /** In the order of the question; two of the same name are one. */
  readonly columns: readonly string[];
  /** Texts are cut at ten thousand characters; blobs are said in words, and integers that no number holds in digits. */
  readonly rows: readonly (readonly (string | number | null)[])[];
  /** There were more rows. */
  readonly isCut: boolean;
};

export const GREATEST_ROWS = 1_000;
const QUESTION_LENGTH = 20_000;
const CELL_LENGTH = 10_000;

const toCell = (value: unknown): string | number | null => {
  if (value === null || typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'string') {
    return value.length > CELL_LENGTH ? `${value.slice(0, CELL_LENGTH)}… (${value.length} characters)` : value;
  }
  return value instanceof Uint8Array ? `<${value.length} bytes>` : String(value);
};

const COMMENTS = String.raw`(?:\s|--[^\n]*(?:\n|$)|/\*[^]*?\*/)*`;
const QUESTION = new RegExp(`^${COMMENTS}(?:SELECT|WITH|VALUES)\\b`, 'i');
const PLAN = new RegExp(`^${COMMENTS}EXPLAIN${COMMENTS}(?:QUERY${COMMENTS}PLAN)?${COMMENTS}(?:SELECT|WITH|VALUES)\\b`, 'i');

const refuse = (subject: string, message: string): never => {
  throw new CooperageError('ERR_ARGUMENT', message, { subject });
};

/**
 * The rows of a question, at most so many. Throws ERR_ARGUMENT when it is no question, or SQLite does not understand it.
 */
export const askRows = (store: ReadOnlyStore, sql: string, limit: number = GREATEST_ROWS): AskedRows => {
  const isLimit = Number.isInteger(limit) && limit > 0 && limit <= GREATEST_ROWS;
  if (!isLimit) refuse('limit', `limit must be a whole number from 1 to ${GREATEST_ROWS}`);
  if (sql.length > QUESTION_LENGTH) refuse('sql', `a question has at most ${QUESTION_LENGTH} characters`);
  const question = sql.trim().replace(/[;\s]+$/, '');
  const found = PLAN.test(question) ? store.queryExactly(question) : askBounded(store, question, limit + 1);
  const columns = Object.keys(found[0] ?? {});
  return {
    columns,
    rows: found.slice(0, limit).map(row => columns.map(column => toCell(row[column]))),
    isCut: found.length > limit,
  };
};

/** First SQLite prepares it alone, without running it: what is no whole question must not become one by the brackets around it. */
const askBounded = (store: ReadOnlyStore, question: string, most: number): readonly ExactRow[] => {
  if (!QUESTION.test(question)) refuse(question, 'only SELECT, WITH, VALUES and EXPLAIN of these are allowed here');
  store.query(`EXPLAIN ${question}`);
  return store.queryExactly(`SELECT * FROM (\n${question}\n) LIMIT ${most}`);
};
