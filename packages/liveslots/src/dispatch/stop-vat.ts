/**
 * The stopVat delivery: the incarnation ends and its heap goes with it, so every Presence, every representative and every weak
 * collection of the heap counts as gone, and so does every promise that only the heap waited for. What the vat exports from its heap is
 * the kernel's to abandon. What does not fit into the budget is left to the next incarnation, as are the numbers from which it goes on
 * counting.
 */
import { isImportVRef, isVRef, parseVRef } from '@cooperage/protocol/refs';
import type { VatSpace } from '../space.ts';
import { deliverBringOutYourDead } from './bring-out-your-dead.ts';

const isKernelsToAbandon = (name: string): boolean =>
  isVRef(name) && !isImportVRef(name) && parseVRef(name)?.durability === 'ephemeral';

/** Returns whether something is left for BOYDs of the next incarnation. */
export const deliverStopVat = (space: VatSpace): boolean => {
  const { watch, watches, promises, suspects, counters, rows } = space;
  const isUnfinished = deliverBringOutYourDead(space, [
    ...watch.listNames().filter(name => !isKernelsToAbandon(name)),
    ...promises.listAwaited().filter(vpid => !watches.has(vpid)),
  ]);
  suspects.save(rows);
  counters.save(rows);
  return isUnfinished;
};
