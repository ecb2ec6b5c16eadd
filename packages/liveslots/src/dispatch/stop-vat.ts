/**
 * The stopVat delivery: the incarnation ends and its heap goes with it, so every Presence and every weak collection counts as gone.
 * What the vat exports from its heap is the kernel's to abandon.
 */
import { isImportVRef, isVRef } from '@cooperage/protocol/refs';
import type { VatSpace } from '../space.ts';
import { deliverBringOutYourDead } from './bring-out-your-dead.ts';

export const deliverStopVat = (space: VatSpace): void => {
  const names = space.watch.listNames().filter(name => !isVRef(name) || isImportVRef(name));
  deliverBringOutYourDead(space, names);
};
