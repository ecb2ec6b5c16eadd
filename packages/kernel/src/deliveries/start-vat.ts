/** The first delivery of an incarnation. The vat's row holds its parameters for as long as the incarnation lives. */
import type { VatId } from '@cooperage/protocol/refs';
import type { Crank } from '../crank-state.ts';
import type { Warehouse } from '../vats/warehouse.ts';
import { deliverToVat, type DeliveryResult } from './deliver.ts';

export const runStartVat = async (crank: Crank, warehouse: Warehouse, vat: VatId): Promise<DeliveryResult | null> => {
  const { tables } = crank;
  const row = tables.vats.get(vat);
  if (row.state !== 'starting') return null;
  const parameters = { body: row.parametersBody, slots: tables.parameterSlots.get(vat) };
  const delivered = await deliverToVat(crank, warehouse, { vat, delivery: { type: 'startVat', parameters } });
  if (delivered.fault === null) {
    tables.vats.put({ ...tables.vats.get(vat), state: 'running' });
    crank.log({ type: 'vat', crank: crank.number, vat, change: 'started', problem: null });
  }
  return delivered;
};
