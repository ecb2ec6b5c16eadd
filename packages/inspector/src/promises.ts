/** Which promises there are: state, who decides, who waits, and what became of the settled ones. */
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { bodyColumns, describeStoredData, readPromiseSlots } from './data.ts';
import { type Fields, toFields } from './fields.ts';
import { getVat } from './find-vat.ts';
import type { Page, PageRequest } from './page.ts';
import { readRefPage } from './ref-page.ts';
import { type Walk, type WalkQuestion, type WalkRequest, walkRefs } from './ref-walk.ts';

export type PromiseRecord = {
  readonly ref: string;
  readonly state: string;
  /** Null on an unresolved promise: the kernel, while the message whose result it is waits. */
  readonly decider: string | null;
  /** The queued message whose result it is. */
  readonly resultOf: number | null;
  readonly holds: number;
  readonly subscribers: readonly string[];
  /** Messages that wait for it. */
  readonly waiting: number;
  /** What it settled to, for people; null while it is unresolved. */
  readonly data: string | null;
  readonly bodyLength: number | null;
  readonly slots: readonly string[];
};

export const PROMISE_STATES = ['unresolved', 'fulfilled', 'rejected'] as const;

export type PromiseFilter = PageRequest & {
  readonly state?: string | undefined;
  /** A vat's id or name. */
  readonly decider?: string | undefined;
};

const ROWS = `SELECT p.kref, p.state, p.decider, p.holds, ${bodyColumns('p.body')},
    (SELECT min(m.message) FROM messages m WHERE m.result = p.kref) AS result_of,
    (SELECT count(*) FROM promise_queue q WHERE q.promise = p.kref) AS waiting,
    (SELECT group_concat(vat, ' ') FROM (
      SELECT vat FROM subscriptions s WHERE s.promise = p.kref ORDER BY CAST(substr(vat, 2) AS INTEGER))) AS subscribers
  FROM page CROSS JOIN promises p USING (kref)`;

const toQuestion = (store: ReadOnlyStore, filter: PromiseFilter): WalkQuestion => {
  const decider = filter.decider === undefined ? null : getVat(store, filter.decider).vat;
  return {
    table: 'promises',
    alias: 'p',
    where: '(:state IS NULL OR p.state = :state) AND (:decider IS NULL OR p.decider = :decider)',
    values: { state: filter.state ?? null, decider },
    kinds: ['promise'],
    rows: ROWS,
  };
};

/** By number of ref. */
export const listPromises = (store: ReadOnlyStore, filter: PromiseFilter = {}): Page<PromiseRecord> =>
  store.inSnapshot(() =>
    readRefPage(store, { question: toQuestion(store, filter), request: filter }, row => toRecord(store, row)),
  );

/** The same from a ref on, however many promises come before it. */
export const walkPromises = (store: ReadOnlyStore, filter: PromiseFilter & WalkRequest = {}): Walk<PromiseRecord> =>
  store.inSnapshot(() => walkRefs(store, { question: toQuestion(store, filter), request: filter }, row => toRecord(store, row)));

export const findPromise = (store: ReadOnlyStore, kref: string): PromiseRecord | undefined =>
  store
    .query(`WITH page AS (SELECT kref FROM promises WHERE kref = ?) ${ROWS}`, [kref])
    .map(toFields)
    .map(row => toRecord(store, row))[0];

const toRecord = (store: ReadOnlyStore, row: Fields): PromiseRecord => {
  const ref = row.text('kref');
  const bodyLength = row.numberOrNull('body_length');
  const slots = bodyLength === null ? [] : readPromiseSlots(store, ref);
  return {
    ref,
    state: row.text('state'),
    decider: row.textOrNull('decider'),
    resultOf: row.numberOrNull('result_of'),
    holds: row.number('holds'),
    subscribers: row.list('subscribers'),
    waiting: row.number('waiting'),
    data: bodyLength === null ? null : describeStoredData({ body: row.textOrNull('body'), bodyLength, slots }),
    bodyLength,
    slots,
  };
};
