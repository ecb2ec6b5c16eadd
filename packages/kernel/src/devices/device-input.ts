/** What the host may do with devices and named bundles, each as the body of an input crank. Refusals are CooperageErrors. */
import type { CapData } from '@cooperage/protocol/capdata';
import { CooperageError } from '@cooperage/protocol/errors';
import type { KernelDeviceRef, KRef } from '@cooperage/protocol/refs';
import type { Tables } from '@cooperage/store/tables/tables';
import type { Crank } from '../crank-state.ts';
import { insistExists } from '../input.ts';
import { callDevice } from './call-device.ts';
import { ROOT_NODE } from './device-port.ts';
import { provideNode } from './nodes.ts';

/** A name is for good: vats may have asked for it. */
export const nameBundle = ({ tables }: Crank, name: string, bundle: string): void => {
  const known = tables.bundleNames.find(name);
  if (known?.bundle === bundle) return;
  if (known !== undefined) {
    throw new CooperageError('ERR_CONFIG', `there is already another bundle named "${name}"`, {
      subject: name,
      remedy: 'Choose another name.',
    });
  }
  tables.bundleNames.put({ name, bundle });
};

export const addDevice = (crank: Crank, device: string, parameters: CapData<KRef>): void => {
  if (crank.tables.devices.find(device) !== undefined) {
    throw new CooperageError('ERR_CONFIG', `there is already a device named "${device}"`, { subject: device });
  }
  crank.tables.devices.put({ device, parametersBody: parameters.body });
  provideNode(crank, { device, ...ROOT_NODE });
};

export const getRootNode = (tables: Tables, device: string): KernelDeviceRef => {
  const node = tables.deviceNodes.findByName({ device, ...ROOT_NODE });
  if (node !== undefined) return node.kref;
  const names = tables.devices.list().map(row => row.device);
  throw new CooperageError('ERR_DEVICE', `there is no device named "${device}"`, {
    subject: device,
    remedy: names.length === 0 ? 'This kernel has no devices.' : `There are: ${names.join(', ')}.`,
  });
};

export const tellDevice = (
  crank: Crank,
  device: string,
  { name, args }: { readonly name: string; readonly args: CapData<KRef> },
): CapData<KRef> => {
  getRootNode(crank.tables, device);
  for (const kref of args.slots) insistExists(crank, kref);
  const answer = callDevice(crank, device, (code, powers) => code.input(name, args, powers));
  if (answer.outcome === 'ok') return answer.data;
  throw new CooperageError('ERR_DEVICE', `device "${device}" refused ${name}(): ${answer.problem}`, { subject: device });
};
