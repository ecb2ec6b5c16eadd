/**
 * Walks through refs by number, from one on. A page that is found by passing over those before it costs the more the further one goes;
 * here each page costs what is on it and in the gaps between. No index has refs in the order of their numbers, but a number is a key:
 * few rows are sorted, many are asked for number by number.
 */
import { CooperageError } from '@cooperage/protocol/errors';
import { FIRST_ID, parseKRef, type RefKind } from '@cooperage/protocol/refs';
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { type Fields, toFields } from './fields.ts';
import { byNumber, DEFAULT_LIMIT, GREATEST_LIMIT } from './page.ts';

export type WalkRequest = {
  /** How many rows at most; 50 when absent. */
  readonly limit?: number | undefined;
  /** The kref after which to begin; there need not be such a row. */
  readonly after?: string | undefined;
};

export type Walk<Row> = {
  readonly rows: readonly Row[];
  /** How many rows the question has in all; null when they are too many to count. */
  readonly total: number | null;
  /** Where the next page begins; null at the end. A page may have fewer rows than asked for, even none, and still a next one. */
  readonly next: string | null;
};

export type WalkQuestion = {
  /** Table with a column kref, and its name in `where`. */
  readonly table: string;
  readonly alias: string;
  readonly where: string;
  readonly values: { readonly [name: string]: string | number | null };
  /** In the order of the walk. */
  readonly kinds: readonly RefKind[];
  /** SQL for the rows of the krefs in `page`. */
  readonly rows: string;
};

export const LETTER: Readonly<Record<RefKind, string>> = { object: 'ko', promise: 'kp', device: 'kd' };
/** So many rows are sorted without ado. */
const FEW_ROWS = 20_000;
/** With a filter, more than so many are not counted. */
const COUNTED_ROWS = 100_000;
const FIRST_WINDOW = 2_000;
const LAST_WINDOW = 250_000;
/** Numbers that one page asks for at most. */
const BUDGET = 600_000;

const readNext = (store: ReadOnlyStore, kind: RefKind): number =>
  Number(store.query('SELECT next FROM counters WHERE name = ?', [kind])[0]?.['next'] ?? FIRST_ID[kind]);

const parseAfter = (after: string | undefined, kinds: readonly RefKind[]): { kind: RefKind; id: number } | undefined => {
  if (after === undefined) return undefined;
  const parsed = parseKRef(after);
  if (parsed !== undefined && kinds.includes(parsed.kind)) return parsed;
  throw new CooperageError('ERR_ARGUMENT', `a list cannot begin after ${JSON.stringify(after)}`, {
    subject: 'after',
    remedy: `write ${kinds.map(kind => `${LETTER[kind]}100`).join(' or ')}`,
  });
};

const insistLimit = (limit: number): number => {
  if (Number.isInteger(limit) && limit > 0 && limit <= GREATEST_LIMIT) return limit;
  throw new CooperageError('ERR_ARGUMENT', `limit must be a whole number from 1 to ${GREATEST_LIMIT}`, { subject: 'limit' });
};

type Place = { readonly kind: RefKind; readonly id: number };
type Keys = { readonly krefs: readonly string[]; readonly next: string | null };

const sortKeys = (store: ReadOnlyStore, question: WalkQuestion, { limit, place }: { limit: number; place: Place }): Keys => {
  const { table, alias, where, values, kinds } = question;
  const ranks = kinds.map((kind, rank) => `WHEN '${LETTER[kind]}' THEN ${rank}`).join(' ');
  const sql = `WITH keys AS (SELECT kref, CASE substr(kref, 1, 2) ${ranks} END AS rank, ${byNumber('kref', 2)} AS number
      FROM (SELECT ${alias}.kref FROM ${table} ${alias} WHERE ${where}))
    SELECT kref FROM keys WHERE (rank, number) > (:rank, :number) ORDER BY rank, number LIMIT :most`;
  const rank = kinds.indexOf(place.kind);
  const found = store.query(sql, { ...values, rank, number: place.id, most: limit + 1 }).map(row => String(row['kref']));
  const krefs = found.slice(0, limit);
  return { krefs, next: found.length > limit ? (krefs.at(-1) ?? null) : null };
};

const probeKeys = (store: ReadOnlyStore, question: WalkQuestion, { limit, place }: { limit: number; place: Place }): Keys => {
  const { table, alias, where, values, kinds } = question;
  const sql = `WITH RECURSIVE numbers(number) AS (SELECT CAST(:first AS INTEGER) UNION ALL SELECT number + 1 FROM numbers WHERE number < :last)
    SELECT ${alias}.kref FROM numbers n CROSS JOIN ${table} ${alias} ON ${alias}.kref = :letter || n.number
    WHERE ${where} ORDER BY n.number LIMIT :most`;
  const krefs: string[] = [];
  let budget = BUDGET;
  for (const kind of kinds.slice(kinds.indexOf(place.kind))) {
    const end = readNext(store, kind);
    let first = kind === place.kind ? place.id + 1 : 0;
    for (let window = FIRST_WINDOW; first < end; window = Math.min(LAST_WINDOW, window * 4)) {
      if (budget <= 0) return { krefs, next: `${LETTER[kind]}${Math.max(0, first - 1)}` };
      const last = Math.min(end - 1, first + window - 1);
      const most = limit + 1 - krefs.length;
      const found = store.query(sql, { ...values, letter: LETTER[kind], first, last, most });
      krefs.push(...found.map(row => String(row['kref'])));
      if (krefs.length > limit) return { krefs: krefs.slice(0, limit), next: krefs[limit - 1] ?? null };
      budget -= last - first + 1;
      first = last + 1;
    }
  }
  return { krefs, next: null };
};

const countRows = (store: ReadOnlyStore, { table, alias, where, values }: WalkQuestion): number | null => {
  const most = where === 'TRUE' ? '' : `LIMIT ${COUNTED_ROWS + 1}`;
  const sql = `SELECT count(*) AS total FROM (SELECT 1 FROM ${table} ${alias} WHERE ${where} ${most})`;
  const total = Number(store.query(sql, values)[0]?.['total'] ?? 0);
  return most !== '' && total > COUNTED_ROWS ? null : total;
};

/** Call it within a snapshot when it must agree with other answers. */
export const walkRefs = <Row>(
  store: ReadOnlyStore,
  { question, request }: { question: WalkQuestion; request: WalkRequest },
  toRow: (fields: Fields) => Row,
): Walk<Row> =>
  store.inSnapshot(() => {
    const { values, kinds, rows } = question;
    const limit = insistLimit(request.limit ?? DEFAULT_LIMIT);
    const place = parseAfter(request.after, kinds) ?? { kind: kinds[0] ?? 'object', id: -1 };
    const total = countRows(store, question);
    const { krefs, next } = (total !== null && total <= FEW_ROWS ? sortKeys : probeKeys)(store, question, { limit, place });
    const page = `WITH page AS (SELECT value AS kref, key AS place FROM json_each(:krefs))`;
    const bound = { ...values, krefs: JSON.stringify(krefs) };
    const found = store.query(`${page} ${rows} ORDER BY page.place`, bound).map(row => toRow(toFields(row)));
    return { rows: found, total, next };
  });
