/** Vats that were made by a vat: whom to tell what becomes of each, and whether it is to end. A row goes when its vat was cleaned up. */
import { compareByNumber, type KernelObjectRef, type VatId } from '@cooperage/protocol/refs';
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';

export type DynamicVatRow = {
  readonly vat: VatId;
  /** The object that is told; held by this row. Null: the vat has ended, and that was told. */
  readonly watcher: KernelObjectRef | null;
  /** Why the vat is to end in the next crank, as a smallcaps body whose slots are in `verdictSlots`; null: it is not. */
  readonly verdictBody: string | null;
};

const BY_NUMBER = 'ORDER BY CAST(substr(vat, 2) AS INTEGER)';

const CONDEMNED = 'condemned';

export class DynamicVatsTable {
  readonly #rows: RowTable<VatId, DynamicVatRow>;
  readonly #condemned: Query;
  readonly #list: Query;

  constructor(connection: Connection) {
    this.#rows = new RowTable<VatId, DynamicVatRow>(connection, {
      table: 'dynamic_vats',
      columns: { vat: 'vat', watcher: 'watcher', verdictBody: 'verdict_body' },
      key: ['vat'],
      text: ['verdictBody'],
      index: {
        groupOf: ({ verdictBody }) => (verdictBody === null ? undefined : CONDEMNED),
        compare: (a, b) => compareByNumber(a.vat, b.vat),
        keyOf: ({ vat }) => vat,
      },
    });
    this.#condemned = this.#rows.prepare(`WHERE verdict_body IS NOT NULL ${BY_NUMBER} LIMIT 1`);
    this.#list = this.#rows.prepare(BY_NUMBER);
  }

  find(vat: VatId): DynamicVatRow | undefined {
    return this.#rows.find(vat);
  }

  /** The first vat that is to end. */
  findCondemned(): DynamicVatRow | undefined {
    const first = this.#rows.firstInGroup(CONDEMNED);
    return first === 'unknown' ? this.#rows.selectFirst(this.#condemned) : first;
  }

  put(row: DynamicVatRow): void {
    this.#rows.put(row.vat, row);
  }

  delete(vat: VatId): void {
    this.#rows.delete(vat);
  }

  list(): DynamicVatRow[] {
    return this.#rows.select(this.#list);
  }

  count(): number {
    return this.#rows.count();
  }
}
