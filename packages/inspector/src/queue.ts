/** What waits to run, in the order in which it will, and what waits for promises. */
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { bodyColumns, describeStoredMethargs, readMessageSlots } from './data.ts';
import type { Fields } from './fields.ts';
import { byNumber, type Page, type PageRequest, readPage } from './page.ts';

export type QueuedMessage = {
  readonly message: number;
  readonly target: string;
  /** Method and arguments, for people: `.greet("alice")`. */
  readonly call: string;
  readonly result: string | null;
};

export type QueueRecord = {
  readonly position: number;
  readonly kind: string;
  /** Null unless the item is a message. */
  readonly message: QueuedMessage | null;
  /** Whom a notify or a start is for. */
  readonly vat: string | null;
  readonly promise: string | null;
  /** The suspended vat that the item waits for. */
  readonly parkedFor: string | null;
};

export type WaitingRecord = QueuedMessage & {
  /** The promise that the message waits for. */
  readonly promise: string;
};

export type QueueAnswer = Page<QueueRecord> & { readonly waiting: Page<WaitingRecord> };

const toMessage = (store: ReadOnlyStore, row: Fields): QueuedMessage => {
  const message = row.number('message');
  const stored = { body: row.textOrNull('body'), bodyLength: row.number('body_length'), slots: readMessageSlots(store, message) };
  return { message, target: row.text('target'), call: describeStoredMethargs(stored), result: row.textOrNull('result') };
};

/** Both lists take the same limit; only the run queue is paged by `skip`. */
export const listQueue = (store: ReadOnlyStore, request: PageRequest = {}): QueueAnswer =>
  store.inSnapshot(() => {
    const run = {
      keys: 'SELECT position FROM run_queue',
      rows: `SELECT q.position, q.kind, q.vat, q.promise, q.parked_for, m.message, m.target, m.result, ${bodyColumns('m.body')}
        FROM page JOIN run_queue q USING (position) LEFT JOIN messages m ON m.message = q.message`,
      order: 'position',
    };
    const waiting = {
      keys: 'SELECT promise, position FROM promise_queue',
      rows: `SELECT q.promise, q.position, m.message, m.target, m.result, ${bodyColumns('m.body')}
        FROM page JOIN promise_queue q USING (promise, position) JOIN messages m ON m.message = q.message`,
      order: `${byNumber('promise', 2)}, position`,
    };
    return {
      ...readPage(store, { question: run, request }, row => ({
        position: row.number('position'),
        kind: row.text('kind'),
        message: row.numberOrNull('message') === null ? null : toMessage(store, row),
        vat: row.textOrNull('vat'),
        promise: row.textOrNull('promise'),
        parkedFor: row.textOrNull('parked_for'),
      })),
      waiting: readPage(store, { question: waiting, request: { limit: request.limit } }, row => ({
        promise: row.text('promise'),
        ...toMessage(store, row),
      })),
    };
  });
