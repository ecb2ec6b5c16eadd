/** The devices of a kernel with everything that can fail already done: their code loaded and made, their parameters encoded. */
import type { Device, Devices } from '@cooperage/kernel/devices/device-port';
import type { Kernel } from '@cooperage/kernel/kernel';
import type { CapData } from '@cooperage/protocol/capdata';
import { CooperageError } from '@cooperage/protocol/errors';
import type { KRef } from '@cooperage/protocol/refs';
import type { Tables } from '@cooperage/store/tables/tables';
import { VAT_ADMIN } from '../config.ts';
import { hostValueToCapData, capDataToHostValue } from '../host-values.ts';
import type { KernelRefs } from '../kernel-ref.ts';
import type { VatSettings } from '../options.ts';
import { DeviceBench, makeObjectDevice } from './device-bench.ts';
import { loadDevice, type DeviceSpec } from './device-source.ts';
import { makeVatAdminMethods } from './vat-admin-device.ts';

export type PreparedDevice = { readonly name: string; readonly device: Device; readonly parameters: CapData<KRef> };

const encodeParameters = (name: string, parameters: unknown, refs: KernelRefs): CapData<KRef> => {
  try {
    return hostValueToCapData(parameters, refs);
  } catch (cause) {
    const place = `devices.${name}.parameters`;
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new CooperageError('ERR_CONFIG', `${place}: ${problem}`, { subject: place, cause });
  }
};

export const prepareDevice = async (name: string, spec: DeviceSpec, refs: KernelRefs): Promise<PreparedDevice> => {
  const parameters = encodeParameters(name, spec.parameters, refs);
  const makeDevice = await loadDevice(name, spec);
  try {
    const device = makeObjectDevice(name, makeDevice, {
      // What the device is given is a copy, as it will be at every opening.
      parameters: capDataToHostValue(parameters, refs),
      endowments: spec.endowments,
    });
    return { name, device, parameters };
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new CooperageError('ERR_DEVICE', `device "${name}" cannot be made: ${problem}`, { subject: name, cause });
  }
};

/** The device behind the vatAdmin vat. Its code is ours, so it is there whether or not the config asks for it. */
export const prepareVatAdmin = (defaults: VatSettings | undefined, refs: KernelRefs): PreparedDevice => ({
  name: VAT_ADMIN,
  device: new DeviceBench(VAT_ADMIN, bench => makeVatAdminMethods(bench, { defaults })),
  parameters: hostValueToCapData(undefined, refs),
});

export const devicesByName = (prepared: readonly PreparedDevice[]): Devices =>
  new Map(prepared.map(({ name, device }) => [name, device]));

/** Every device of the database must have its code here, and be made with what it was made with. Nothing has been changed yet. */
export const insistKnownDevices = (tables: Tables, prepared: readonly PreparedDevice[], database: string): void => {
  for (const { device: name, parametersBody } of tables.devices.list()) {
    const given = prepared.find(one => one.name === name);
    if (given === undefined) {
      throw new CooperageError('ERR_CONFIG', `the config contradicts ${database}: device "${name}" is not given`, {
        subject: name,
        remedy: `Give devices: { ${name}: { source } } again: the database does not have its code.`,
      });
    }
    if (given.parameters.body === parametersBody) continue;
    throw new CooperageError(
      'ERR_CONFIG',
      `the config contradicts ${database}: the parameters of device "${name}" have changed`,
      {
        subject: name,
        remedy: 'A device keeps its parameters: put the old ones back, or begin with a new database. Endowments may change.',
      },
    );
  }
};

/** Enters the devices that the database does not have yet. */
export const addNewDevices = (kernel: Kernel, tables: Tables, prepared: readonly PreparedDevice[]): void => {
  for (const { name, parameters } of prepared) if (tables.devices.find(name) === undefined) kernel.addDevice(name, parameters);
};
