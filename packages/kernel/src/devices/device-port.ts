/**
 * The device port: all that the kernel knows of a device. Data crosses it as capdata over krefs; what makes values of it, and the
 * device's methods themselves, are the host's. The host makes devices, `call-device.ts` calls them.
 */
import type { CapData } from '@cooperage/protocol/capdata';
import type { KernelDeviceRef, KernelObjectRef, KRef, VatId } from '@cooperage/protocol/refs';
import type { VatBundle } from '@cooperage/protocol/worker-port';
import type { VatOptions } from '../vats/options.ts';

/** The node that every device has. All others have a kind that the device defined, and an id of its choice. */
export const ROOT_NODE = { kind: 'root', id: '' } as const;

export type DeviceCall = {
  readonly kind: string;
  readonly id: string;
  readonly method: string;
  /** Encodes the list of arguments. */
  readonly args: CapData<KRef>;
};

/** What the device remembers. Takes part in the crank: it is undone with it, and when the call throws. */
export type DeviceState = {
  readonly get: (key: string) => CapData<KRef> | undefined;
  /** Holds what the data cites until the key is set again or deleted. */
  readonly set: (key: string, value: CapData<KRef>) => void;
  readonly delete: (key: string) => void;
  /** By bytes of UTF-8. */
  readonly listKeys: () => readonly string[];
};

export type VatOrder = {
  readonly bundle: string;
  readonly name: string | undefined;
  readonly parameters: CapData<KRef>;
  readonly options: Partial<VatOptions>;
  /** Told what becomes of the vat (`vats/watch.ts`). */
  readonly watcher: KernelObjectRef;
};

export type UpgradeOrder = {
  readonly bundle: string;
  /** Undefined: the vat keeps its parameters. */
  readonly parameters: CapData<KRef> | undefined;
  readonly message: string;
};

/** What a device that makes vats may ask for. Each is an event of its own, in a crank to come; refusals are CooperageErrors. */
export type VatHooks = {
  readonly createVat: (order: VatOrder) => VatId;
  readonly upgradeVat: (vat: VatId, order: UpgradeOrder) => void;
  /** The vat ends in the next crank. Does nothing for one that has ended. */
  readonly terminateVat: (vat: VatId, reason: CapData<KRef>) => void;
  readonly changeOptions: (vat: VatId, options: Partial<VatOptions>) => void;
  readonly installBundle: (bundle: VatBundle) => void;
  readonly findBundleContent: (bundle: string) => string | undefined;
  readonly findNamedBundle: (name: string) => string | undefined;
};

/** Valid during one call. */
export type DevicePowers = {
  readonly state: DeviceState;
  /** The kref of one of the device's own nodes, made when it is first asked for. */
  readonly provideNode: (kind: string, id: string) => KernelDeviceRef;
  /** Queues a message whose answer nobody wants. */
  readonly send: (target: KernelObjectRef, methargs: CapData<KRef>) => void;
  /** Runs `act` once all that led to this call is durable; never, if it is undone. */
  readonly whenDurable: (act: () => void) => void;
  readonly vats: VatHooks;
};

export interface Device {
  /** Calls a method of a node. Throws what its caller is to catch. The answer may cite what the powers and the arguments gave. */
  call(call: DeviceCall, powers: DevicePowers): CapData<KRef>;
  /** Takes an input of the host. Throws what the host is to catch. */
  input(name: string, args: CapData<KRef>, powers: DevicePowers): CapData<KRef>;
}

/** The devices of a kernel, by name. */
export type Devices = ReadonlyMap<string, Device>;
