/**
 * BOYD: the harvest of this very moment goes to the vat as a recorded input. Nothing reaches the vat between harvest and delivery,
 * so the list is true when it arrives. A vat that had more to let go of than one delivery may gets another one, with an empty list:
 * nothing is collected or harvested for it.
 */
import { LIMITS } from '@cooperage/protocol/limits';
import type { VatId, VRef } from '@cooperage/protocol/refs';
import type { HarvestMode } from '@cooperage/protocol/worker-port';
import type { Crank } from '../crank-state.ts';
import { findHarvestProblem } from '../translate/worker-answer.ts';
import type { Warehouse } from '../vats/warehouse.ts';
import { deliverToVat, type DeliveryResult } from './deliver.ts';

const CONTINUED = { type: 'bringOutYourDead', dead: [] } as const;

export const runReap = async (
  crank: Crank,
  warehouse: Warehouse,
  { vat, harvest }: { readonly vat: VatId; readonly harvest: HarvestMode | 'none' },
): Promise<DeliveryResult> => {
  if (harvest === 'none') return deliverToVat(crank, warehouse, { vat, delivery: CONTINUED, keepsDirt: true });
  const worker = await warehouse.provideWorker(vat);
  const dead = await worker.harvest(harvest);
  const problem = findHarvestProblem(dead);
  if (problem !== undefined) {
    return { vat, delivery: CONTINUED, syscalls: [], fault: { fault: 'delivery-failed', problem }, exit: null };
  }
  const condemned = takeCondemned(crank, vat);
  const delivery = { type: 'bringOutYourDead', dead, ...(condemned.length === 0 ? {} : { condemned }) } as const;
  return deliverToVat(crank, warehouse, { vat, delivery });
};

/** What a collection of cycles found, as much of it as one delivery names. */
const takeCondemned = ({ tables }: Crank, vat: VatId): readonly VRef[] => {
  const condemned = tables.condemned.takeSome(vat, LIMITS.gcRefsPerDelivery);
  if (condemned.length === LIMITS.gcRefsPerDelivery) tables.reapQueue.append(vat);
  return condemned;
};
