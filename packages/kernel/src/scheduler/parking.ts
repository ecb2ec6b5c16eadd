/** Items of the run queue that wait for a suspended vat stay in their places, parked; when it goes on, so do they. */
import type { VatId } from '@cooperage/protocol/refs';
import type { RunQueueRow } from '@cooperage/store/tables/run-queue';
import type { Crank } from '../crank-state.ts';

/** Puts an item back into its place in the order, to wait until `vat` resumes. */
export const park = (crank: Crank, row: RunQueueRow, vat: VatId): void => {
  const { position, kind } = row;
  crank.tables.runQueue.put({ ...row, parkedFor: vat });
  crank.log({ type: 'queue', crank: crank.number, change: 'parked', position, kind });
};

/** Lets everything that waits for `vat` go on. */
export const unpark = (crank: Crank, vat: VatId): void => {
  const { runQueue } = crank.tables;
  for (const row of runQueue.listParked(vat)) {
    const { position, kind } = row;
    runQueue.put({ ...row, parkedFor: null });
    crank.log({ type: 'queue', crank: crank.number, change: 'unparked', position, kind });
  }
};
