/**
 * Stored capdata as a line for people. A body may have ten million characters; only so much of it is read as tells what it is.
 */
import { describeCapData } from '@cooperage/marshal/describe';
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { describeMethargs } from './describe.ts';

/** A longer body is not rendered, only measured. */
const RENDERED_LENGTH = 20_000;

/** SQL for a body that `describeStored...` takes: null when it is too long. */
export const bodyColumns = (body: string): string =>
  `CASE WHEN length(${body}) <= ${RENDERED_LENGTH} THEN ${body} END AS body, length(${body}) AS body_length`;

export type StoredBody = { readonly body: string | null; readonly bodyLength: number; readonly slots: readonly string[] };

export const describeStoredData = ({ body, bodyLength, slots }: StoredBody): string =>
  body === null ? `<${bodyLength} characters>` : describeCapData({ body, slots });

export const describeStoredMethargs = ({ body, bodyLength, slots }: StoredBody): string =>
  body === null ? `<${bodyLength} characters>` : describeMethargs({ body, slots });

/** Slots that one line can show; a longer list is cut, and the line says so by naming no slot there. */
const SLOTS_READ = 1_000;

export const readMessageSlots = (store: ReadOnlyStore, message: number): string[] =>
  readSlots(store, 'SELECT kref FROM message_slots WHERE message = ? ORDER BY position LIMIT ?', message);

export const readPromiseSlots = (store: ReadOnlyStore, promise: string): string[] =>
  readSlots(store, 'SELECT kref FROM promise_slots WHERE promise = ? ORDER BY position LIMIT ?', promise);

const readSlots = (store: ReadOnlyStore, sql: string, holder: string | number): string[] =>
  store.query(sql, [holder, SLOTS_READ]).map(row => String(row['kref']));
