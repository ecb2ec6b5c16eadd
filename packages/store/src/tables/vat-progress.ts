/** What changes with every delivery to a vat, apart from the row about the vat itself, which rarely does. */
import type { VatId } from '@cooperage/protocol/refs';
import type { Connection } from '../connection.ts';
import { RowTable } from '../row-table.ts';

export type VatProgressRow = {
  readonly vat: VatId;
  /** The numbers of the vat's next imports. */
  readonly nextObject: number;
  readonly nextPromise: number;
  readonly nextDevice: number;
  /** Deliveries in the vat's whole history; the next one's position in the transcript. */
  readonly deliveries: number;
  readonly transcriptHash: string;
  /** Deliveries since the last BOYD, and krefs that they brought. */
  readonly dirtDeliveries: number;
  readonly dirtKrefs: number;
};

export class VatProgressTable {
  readonly #rows: RowTable<VatId, VatProgressRow>;

  constructor(connection: Connection) {
    this.#rows = new RowTable<VatId, VatProgressRow>(connection, {
      table: 'vat_progress',
      columns: {
        vat: 'vat',
        nextObject: 'next_object',
        nextPromise: 'next_promise',
        nextDevice: 'next_device',
        deliveries: 'deliveries',
        transcriptHash: 'transcript_hash',
        dirtDeliveries: 'dirt_deliveries',
        dirtKrefs: 'dirt_krefs',
      },
      key: ['vat'],
    });
  }

  get(vat: VatId): VatProgressRow {
    return this.#rows.get(vat);
  }

  find(vat: VatId): VatProgressRow | undefined {
    return this.#rows.find(vat);
  }

  put(row: VatProgressRow): void {
    this.#rows.put(row.vat, row);
  }

  delete(vat: VatId): void {
    this.#rows.delete(vat);
  }

  count(): number {
    return this.#rows.count();
  }
}
