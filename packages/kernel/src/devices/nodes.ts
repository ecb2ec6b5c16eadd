/** Device nodes: what a vat holds of a device. Nobody counts them; they live as long as the device. */
import { FIRST_ID, makeKernelDeviceRef, type KernelDeviceRef } from '@cooperage/protocol/refs';
import type { NodeName } from '@cooperage/store/tables/device-nodes';
import type { Crank } from '../crank-state.ts';

/** The kref of a node, made when it is first asked for. */
export const provideNode = ({ tables }: Crank, name: NodeName): KernelDeviceRef => {
  const known = tables.deviceNodes.findByName(name);
  if (known !== undefined) return known.kref;
  const { device, kind, id } = name;
  const kref = makeKernelDeviceRef(tables.counters.take('device', FIRST_ID.device));
  tables.deviceNodes.put({ kref, device, kind, id });
  return kref;
};
