/** A vat hears that a promise has settled, together with the settled promises that its data cites. */
import { insistInvariant } from '@cooperage/protocol/fault';
import type { KernelPromiseRef, VatId } from '@cooperage/protocol/refs';
import type { RunQueueRow } from '@cooperage/store/tables/run-queue';
import type { Crank } from '../crank-state.ts';
import { listNotifyClosure } from '../promises/notify-closure.ts';
import { release } from '../refs/refcounts.ts';
import { park } from '../scheduler/parking.ts';
import type { Warehouse } from '../vats/warehouse.ts';
import { deliverToVat, type DeliveryResult } from './deliver.ts';

type QueuedNotify = { readonly vat: VatId; readonly promise: KernelPromiseRef; readonly row: RunQueueRow };

/** Delivers the notify, unless the vat is dead or has heard already. */
export const runNotify = async (
  crank: Crank,
  warehouse: Warehouse,
  { vat, promise, row }: QueuedNotify,
): Promise<DeliveryResult | null> => {
  const { tables } = crank;
  const { state } = tables.vats.get(vat);
  if (state === 'suspended') {
    park(crank, row, vat);
    return null;
  }
  if (state === 'terminated' || tables.clists.find(vat, promise) === undefined) {
    release(crank, promise);
    return null;
  }
  const resolutions = listNotifyClosure(tables, promise).map(settled => {
    const { state: outcome, body } = tables.promises.get(settled);
    insistInvariant('I11', outcome !== 'unresolved' && body !== null, `${settled} is told but not settled`);
    return { promise: settled, outcome, data: { body, slots: tables.promiseSlots.get(settled) } };
  });
  release(crank, promise);
  return deliverToVat(crank, warehouse, { vat, delivery: { type: 'notify', resolutions } });
};
