/**
 * BOYD: the harvest of this very moment goes to the vat as a recorded input. Nothing reaches the vat between harvest and delivery,
 * so the list is true when it arrives.
 */
import type { VatId } from '@cooperage/protocol/refs';
import type { HarvestMode } from '@cooperage/protocol/worker-port';
import type { Crank } from '../crank-state.ts';
import { findHarvestProblem } from '../translate/worker-answer.ts';
import type { Warehouse } from '../vats/warehouse.ts';
import { deliverToVat, type DeliveryResult } from './deliver.ts';

export const runReap = async (
  crank: Crank,
  warehouse: Warehouse,
  { vat, harvest }: { readonly vat: VatId; readonly harvest: HarvestMode },
): Promise<DeliveryResult> => {
  const worker = await warehouse.provideWorker(vat);
  const dead = await worker.harvest(harvest);
  const problem = findHarvestProblem(dead);
  if (problem !== undefined) {
    const delivery = { type: 'bringOutYourDead', dead: [] } as const;
    return { vat, delivery, syscalls: [], fault: { fault: 'delivery-failed', problem }, exit: null };
  }
  return deliverToVat(crank, warehouse, { vat, delivery: { type: 'bringOutYourDead', dead } });
};
