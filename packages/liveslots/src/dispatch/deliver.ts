/** Picks the part that takes a delivery to a vat that has started. Called by `liveslots.ts`. */
import { unreachable } from '@cooperage/protocol/unreachable';
import type { VatDelivery } from '@cooperage/protocol/worker-port';
import type { VatSpace } from '../space.ts';
import { deliverBringOutYourDead } from './bring-out-your-dead.ts';
import { deliverDropExports, deliverRetireExports, deliverRetireImports } from './gc.ts';
import { deliverMessage } from './message.ts';
import { deliverNotify } from './notify.ts';
import { deliverStopVat } from './stop-vat.ts';

export type LaterDelivery = Exclude<VatDelivery, { type: 'startVat' }>;

/** Returns whether something is left for another BOYD. */
export const deliver = (space: VatSpace, delivery: LaterDelivery): boolean => {
  switch (delivery.type) {
    case 'message':
      deliverMessage(space, delivery.target, delivery.message);
      return false;
    case 'notify':
      deliverNotify(space, delivery.resolutions);
      return false;
    case 'dropExports':
      deliverDropExports(space, delivery.refs);
      return false;
    case 'retireExports':
      deliverRetireExports(space, delivery.refs);
      return false;
    case 'retireImports':
      deliverRetireImports(space, delivery.refs);
      return false;
    case 'bringOutYourDead':
      return deliverBringOutYourDead(space, delivery.dead, delivery.condemned);
    case 'stopVat':
      return deliverStopVat(space);
    default:
      return unreachable(delivery);
  }
};
