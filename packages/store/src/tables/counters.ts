/** The next unused number of each kind of id. Upholds I20: a number is taken once and never comes back. */
import type { Connection } from '../connection.ts';
import { RowTable } from '../row-table.ts';

type CounterRow = { readonly name: string; readonly next: number };

export class CountersTable {
  readonly #rows: RowTable<string, CounterRow>;

  constructor(connection: Connection) {
    this.#rows = new RowTable<string, CounterRow>(connection, {
      table: 'counters',
      columns: { name: 'name', next: 'next' },
      key: ['name'],
    });
  }

  /** The next number, which starts at `first`; the counter moves on. */
  take(name: string, first: number): number {
    const taken = this.peek(name, first);
    this.#rows.put(name, { name, next: taken + 1 });
    return taken;
  }

  /** The number that `take` would return. */
  peek(name: string, first: number): number {
    return this.#rows.find(name)?.next ?? first;
  }

  /** The greatest number that was taken; Infinity when none was. */
  findLast(name: string): number {
    const row = this.#rows.find(name);
    return row === undefined ? Infinity : row.next - 1;
  }

  count(): number {
    return this.#rows.count();
  }
}
