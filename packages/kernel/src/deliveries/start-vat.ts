/** The first delivery of an incarnation. The vat's row holds its parameters for as long as the incarnation lives. */
import type { VatId } from '@cooperage/protocol/refs';
import type { Crank } from '../crank-state.ts';
import { findRoot } from '../vats/lifecycle.ts';
import type { Warehouse } from '../vats/warehouse.ts';
import { tellStarted } from '../vats/watch.ts';
import { deliverToVat, type DeliveryResult } from './deliver.ts';

/** Hands an incarnation that has just begun its parameters. */
export const startIncarnation = (crank: Crank, warehouse: Warehouse, vat: VatId): Promise<DeliveryResult> => {
  const { tables } = crank;
  const parameters = { body: tables.vats.get(vat).parametersBody, slots: tables.parameterSlots.get(vat) };
  return deliverToVat(crank, warehouse, { vat, delivery: { type: 'startVat', parameters } });
};

/** Starts a new vat. */
export const runStartVat = async (crank: Crank, warehouse: Warehouse, vat: VatId): Promise<DeliveryResult | null> => {
  const { tables } = crank;
  if (tables.vats.get(vat).state !== 'starting') return null;
  const delivered = await startIncarnation(crank, warehouse, vat);
  if (delivered.fault === null) {
    tables.vats.put({ ...tables.vats.get(vat), state: 'running' });
    crank.log({ type: 'vat', crank: crank.number, vat, change: 'started', problem: null });
    const root = findRoot(crank, vat);
    if (root !== undefined) tellStarted(crank, vat, root);
  }
  return delivered;
};
