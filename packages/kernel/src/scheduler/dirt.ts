/**
 * Dirt: what may have left garbage in a vat since its last BOYD. Enough of it and the vat is queued for a reap. Counted in
 * deliveries and refs, so that every replica reaps at the same moment.
 */
import type { Delivery } from '@cooperage/protocol/delivery';
import type { KRef, VatId } from '@cooperage/protocol/refs';
import type { Crank } from '../crank-state.ts';
import { queueReap } from './due-reaps.ts';
import { readVatOptions } from '../vats/options.ts';

const countRefs = (delivery: Delivery<KRef>): number => {
  switch (delivery.type) {
    case 'message':
      return delivery.message.methargs.slots.length;
    case 'notify':
      return delivery.resolutions.reduce((sum, { data }) => sum + data.slots.length, 0);
    case 'startVat':
      return delivery.parameters.slots.length;
    case 'bringOutYourDead':
    case 'stopVat':
      return 0;
    default:
      return delivery.refs.length;
  }
};

/** After a delivery that stands. */
export const addDirt = (crank: Crank, vat: VatId, delivery: Delivery<KRef>): void => {
  const { tables } = crank;
  const progress = tables.vatProgress.get(vat);
  if (delivery.type === 'bringOutYourDead' || delivery.type === 'stopVat') {
    tables.vatProgress.put({ ...progress, dirtDeliveries: 0, dirtKrefs: 0 });
    return;
  }
  const dirtDeliveries = progress.dirtDeliveries + 1;
  const dirtKrefs = progress.dirtKrefs + countRefs(delivery);
  tables.vatProgress.put({ ...progress, dirtDeliveries, dirtKrefs });
  const { reap } = readVatOptions(tables.vats.get(vat));
  const isDue = (dirt: number, threshold: number | 'never'): boolean => threshold !== 'never' && dirt >= threshold;
  const due = isDue(dirtDeliveries, reap.deliveries) || isDue(dirtKrefs, reap.krefs);
  if (crank.maybe('reap-early')) tables.reapQueue.append(vat);
  else if (due) queueReap(crank, vat);
};
