/** What is held for reasons outside the vats. */
import type { KRef } from '@cooperage/protocol/refs';
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';

/** 'root': a vat's root object; 'host': a ref that the running host holds; 'result': the answer to a message from the host. */
export type PinReason = 'root' | 'host' | 'result';
export type PinRow = { readonly kref: KRef; readonly reason: PinReason };

const keyOf = ({ kref, reason }: PinRow): string => `${kref} ${reason}`;
const BY_NUMBER = 'ORDER BY CAST(substr(kref, 3) AS INTEGER), kref, reason';

export class PinsTable {
  readonly #rows: RowTable<string, PinRow>;
  readonly #list: Query;
  readonly #byReason: Query;

  constructor(connection: Connection) {
    this.#rows = new RowTable<string, PinRow>(connection, {
      table: 'pins',
      columns: { kref: 'kref', reason: 'reason' },
      key: ['kref', 'reason'],
    });
    this.#list = this.#rows.prepare(BY_NUMBER);
    this.#byReason = this.#rows.prepare(`WHERE reason = ? ${BY_NUMBER}`);
  }

  has(row: PinRow): boolean {
    return this.#rows.find(keyOf(row)) !== undefined;
  }

  add(row: PinRow): void {
    const { kref, reason } = row;
    this.#rows.put(keyOf(row), { kref, reason });
  }

  delete(row: PinRow): void {
    this.#rows.delete(keyOf(row));
  }

  list(): PinRow[] {
    return this.#rows.select(this.#list);
  }

  listByReason(reason: PinReason): PinRow[] {
    return this.#rows.select(this.#byReason, reason);
  }

  count(): number {
    return this.#rows.count();
  }
}
