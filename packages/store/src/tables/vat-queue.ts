/** Queues of vats, first in, first out: those due for BOYD, those with an unfinished one, dead ones due for cleanup. A vat stands in a queue once. */
import type { VatId } from '@cooperage/protocol/refs';
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';
import type { CountersTable } from './counters.ts';

type VatQueueRow = { readonly vat: VatId; readonly position: number };

const FIRST_POSITION = 1;
const ALL = 'all';

export class VatQueueTable {
  readonly #table: string;
  readonly #counters: CountersTable;
  readonly #rows: RowTable<VatId, VatQueueRow>;
  readonly #head: Query<VatId>;
  readonly #list: Query<VatId>;

  constructor(connection: Connection, counters: CountersTable, table: 'reap_queue' | 'unfinished_reaps' | 'cleanup_queue') {
    this.#table = table;
    this.#counters = counters;
    this.#rows = new RowTable<VatId, VatQueueRow>(connection, {
      table,
      columns: { vat: 'vat', position: 'position' },
      key: ['vat'],
      index: { groupOf: () => ALL, compare: (a, b) => a.position - b.position, keyOf: ({ vat }) => vat, groupOfKey: () => ALL },
    });
    this.#head = connection.prepareColumn(`SELECT vat FROM ${table} ORDER BY position LIMIT 1`);
    this.#list = connection.prepareColumn(`SELECT vat FROM ${table} ORDER BY position`);
  }

  /** Does nothing when the vat waits already. */
  append(vat: VatId): void {
    if (this.has(vat)) return;
    this.#rows.put(vat, { vat, position: this.#counters.take(this.#table, FIRST_POSITION) });
  }

  findHead(): VatId | undefined {
    const first = this.#rows.firstInGroup(ALL);
    if (first !== 'unknown') return first?.vat;
    this.#rows.flush();
    return this.#head.get();
  }

  delete(vat: VatId): void {
    this.#rows.delete(vat);
  }

  has(vat: VatId): boolean {
    return this.#rows.find(vat) !== undefined;
  }

  list(): VatId[] {
    const rows = this.#rows.inGroup(ALL);
    if (rows !== undefined) return Array.from(rows, ({ vat }) => vat);
    this.#rows.flush();
    return this.#list.all();
  }

  count(): number {
    return this.#rows.count();
  }
}
