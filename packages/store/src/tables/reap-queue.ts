/** Vats that are due for BOYD, first in, first out. A vat stands in the queue once. */
import type { VatId } from '@cooperage/protocol/refs';
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';
import type { CountersTable } from './counters.ts';

type ReapQueueRow = { readonly vat: VatId; readonly position: number };

const COUNTER = 'reap_queue';
const FIRST_POSITION = 1;

export class ReapQueueTable {
  readonly #counters: CountersTable;
  readonly #rows: RowTable<VatId, ReapQueueRow>;
  readonly #head: Query<VatId>;
  readonly #list: Query<VatId>;

  constructor(connection: Connection, counters: CountersTable) {
    this.#counters = counters;
    this.#rows = new RowTable<VatId, ReapQueueRow>(connection, {
      table: 'reap_queue',
      columns: { vat: 'vat', position: 'position' },
      key: ['vat'],
    });
    this.#head = connection.prepareColumn('SELECT vat FROM reap_queue ORDER BY position LIMIT 1');
    this.#list = connection.prepareColumn('SELECT vat FROM reap_queue ORDER BY position');
  }

  /** Does nothing when the vat waits already. */
  append(vat: VatId): void {
    if (this.has(vat)) return;
    this.#rows.put(vat, { vat, position: this.#counters.take(COUNTER, FIRST_POSITION) });
  }

  findHead(): VatId | undefined {
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
    this.#rows.flush();
    return this.#list.all();
  }

  count(): number {
    return this.#rows.count();
  }
}
