/** Messages that were sent to an unresolved promise and wait until it settles, in the order in which they were sent. */
import type { KernelPromiseRef } from '@cooperage/protocol/refs';
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';
import type { CountersTable } from './counters.ts';

export type PromiseQueueRow = { readonly promise: KernelPromiseRef; readonly position: number; readonly message: number };

const COUNTER = 'promise_queue';
const FIRST_POSITION = 1;

const keyOf = ({ promise, position }: PromiseQueueRow): string => `${promise} ${position}`;

export class PromiseQueueTable {
  readonly #counters: CountersTable;
  readonly #rows: RowTable<string, PromiseQueueRow>;
  readonly #byPromise: Query;
  readonly #byMessage: Query;
  readonly #list: Query;

  constructor(connection: Connection, counters: CountersTable) {
    this.#counters = counters;
    this.#rows = new RowTable<string, PromiseQueueRow>(connection, {
      table: 'promise_queue',
      columns: { promise: 'promise', position: 'position', message: 'message' },
      key: ['promise', 'position'],
      kept: 1_000,
      index: {
        groupOf: ({ promise }) => promise,
        compare: (a, b) => a.position - b.position,
        keyOf,
        groupOfKey: key => key.slice(0, key.indexOf(' ')),
      },
    });
    this.#byPromise = this.#rows.prepare('WHERE promise = ? ORDER BY position');
    this.#byMessage = this.#rows.prepare('WHERE promise = ? AND message = ?');
    this.#list = this.#rows.prepare('ORDER BY CAST(substr(promise, 3) AS INTEGER), position');
  }

  append(promise: KernelPromiseRef, message: number): void {
    const row = { promise, position: this.#counters.take(COUNTER, FIRST_POSITION), message };
    this.#rows.put(keyOf(row), row);
  }

  /** The messages that wait for one promise, oldest first. */
  list(promise: KernelPromiseRef): number[] {
    return this.#listRows(promise).map(({ message }) => message);
  }

  #listRows(promise: KernelPromiseRef): PromiseQueueRow[] {
    const rows = this.#rows.inGroup(promise);
    return rows === undefined ? this.#rows.select(this.#byPromise, promise) : [...rows];
  }

  delete(promise: KernelPromiseRef, message: number): void {
    this.#rows.deleteAll(this.#rows.select(this.#byMessage, promise, message), keyOf);
  }

  deleteAll(promise: KernelPromiseRef): void {
    this.#rows.deleteAll(this.#listRows(promise), keyOf);
  }

  listAll(): PromiseQueueRow[] {
    return this.#rows.select(this.#list);
  }

  count(): number {
    return this.#rows.count();
  }
}
