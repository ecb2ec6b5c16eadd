/**
 * `D(device).method(...args)`: a synchronous call of host code. The arguments may cite objects and devices, never promises: an answer
 * that is here at once cannot wait. What the device throws is thrown here, and the vat may catch it.
 */
import type { CapData } from '@cooperage/protocol/capdata';
import { isCapDataShape } from '@cooperage/protocol/capdata';
import type { VRef } from '@cooperage/protocol/refs';
import { harden } from '../harden.ts';
import type { VatSpace } from '../space.ts';

export type DeviceCaller = Readonly<Record<string, (...args: unknown[]) => unknown>>;

const insistNoPromise = (slots: readonly VRef[], what: string): void => {
  if (slots.some(slot => slot.startsWith('p'))) throw new TypeError(`${what} cannot hold promises`);
};

const encodeArguments = ({ convert }: VatSpace, args: readonly unknown[]): CapData<VRef> =>
  convert.draft(draft => {
    const data = draft.encode(args);
    try {
      insistNoPromise(data.slots, 'the arguments of a device');
    } catch (problem) {
      draft.discardLast();
      throw problem;
    }
    draft.commit(data);
    return data;
  });

const callDevice = (space: VatSpace, target: VRef, { method, args }: { method: string; args: readonly unknown[] }): unknown => {
  const result = space.syscalls.callNow(target, method, encodeArguments(space, args));
  if (result.outcome === 'error') throw new Error(result.problem);
  const { value } = result;
  if (!isCapDataShape(value)) throw new TypeError('malformed answer of a device');
  insistNoPromise(value.slots, 'the answer of a device');
  return space.convert.decode(value);
};

/** The power `D`. What it gives for a device has every method that one asks for; which ones there are, the device knows. */
export const makeDevicePower = (space: VatSpace): ((device: unknown) => DeviceCaller) => {
  const D = (device: unknown): DeviceCaller => {
    const target = space.devices.findRef(device);
    if (target === undefined) throw new TypeError('D() needs a device, and this is none');
    return new Proxy(Object.freeze(Object.create(null) as DeviceCaller), {
      // Whoever awaits a caller by mistake gets it back: `then` is no method of a device.
      get: (_target, name) =>
        typeof name === 'string' && name !== 'then'
          ? harden((...args: unknown[]) => callDevice(space, target, { method: name, args }))
          : undefined,
      has: (_target, name) => typeof name === 'string' && name !== 'then',
    });
  };
  return harden(D);
};
