/** Messages that wait, in the run queue or for a promise. Their slots are in `messageSlots`. */
import type { KernelPromiseRef, KRef } from '@cooperage/protocol/refs';
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';
import type { CountersTable } from './counters.ts';
import { makeNumberSeries } from './id-series.ts';

export type MessageRow = {
  readonly message: number;
  readonly target: KRef;
  /** Encodes `[method, args]`. */
  readonly body: string;
  readonly result: KernelPromiseRef | null;
};

export class MessagesTable {
  readonly #rows: RowTable<number, MessageRow>;
  readonly #list: Query;

  constructor(connection: Connection, counters: CountersTable) {
    this.#rows = new RowTable<number, MessageRow>(connection, {
      table: 'messages',
      columns: { message: 'message', target: 'target', body: 'body', result: 'result' },
      key: ['message'],
      series: makeNumberSeries(counters, 'message'),
      text: ['body'],
      kept: 2_000,
    });
    this.#list = this.#rows.prepare('ORDER BY message');
  }

  get(message: number): MessageRow {
    return this.#rows.get(message);
  }

  find(message: number): MessageRow | undefined {
    return this.#rows.find(message);
  }

  put(row: MessageRow): void {
    this.#rows.put(row.message, row);
  }

  delete(message: number): void {
    this.#rows.delete(message);
  }

  list(): MessageRow[] {
    return this.#rows.select(this.#list);
  }

  count(): number {
    return this.#rows.count();
  }
}
