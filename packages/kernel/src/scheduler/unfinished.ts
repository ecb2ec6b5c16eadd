/**
 * Unfinished reaps: a vat may let go of only so much in one delivery. It says so, and is queued to go on (I25), between other work:
 * see `turn.ts`. The stop of an incarnation is a reap too; the next incarnation goes on with it.
 */
import type { Delivery } from '@cooperage/protocol/delivery';
import type { KRef, VatId } from '@cooperage/protocol/refs';
import type { DeliveryOutcome } from '@cooperage/protocol/worker-port';
import type { Crank } from '../crank-state.ts';

type Delivered = { readonly delivery: Delivery<KRef>; readonly result: DeliveryOutcome };

/** After a delivery that stands. The vat goes to the end of the line, so that several take turns. */
export const noteUnfinished = (crank: Crank, vat: VatId, { delivery, result }: Delivered): void => {
  if (delivery.type !== 'bringOutYourDead' && delivery.type !== 'stopVat') return;
  const { unfinishedReaps } = crank.tables;
  unfinishedReaps.delete(vat);
  if (result.outcome === 'ok' && result.unfinished === true) unfinishedReaps.append(vat);
};

/** The first vat that is to go on; a suspended one waits. */
export const findUnfinished = (crank: Crank): VatId | undefined => {
  const { unfinishedReaps, vats } = crank.tables;
  return unfinishedReaps.list().find(vat => vats.get(vat).state === 'running');
};
