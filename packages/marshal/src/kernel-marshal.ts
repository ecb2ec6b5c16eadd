/**
 * Values on the kernel's side of the wall: plain data in which every reference is an inert stand-in that knows its kref and can do
 * nothing. The host encodes arguments and decodes answers with it; vats never see it.
 *
 * Needs a realm that was locked down before this module is loaded: `@endo/marshal` reads SES globals at import, and hardening
 * anything earlier would make a later `lockdown()` impossible. The other modules of this package need nothing.
 */
import type { CapData } from '@cooperage/protocol/capdata';
import type { KRef } from '@cooperage/protocol/refs';
import { insistKRef, parseKRef } from '@cooperage/protocol/refs';
import { makeMarshal } from '@endo/marshal';
import { Remotable } from '@endo/pass-style';

const krefOfStandIn = new WeakMap<object, KRef>();

/**
 * An object that stands for `kref` in values: a promise that never settles for `kp...`, an empty remotable for everything else.
 * `iface` is shown to people and travels along: `Alleged: purse`.
 */
export const makeStandIn = (kref: KRef, iface?: string): object => {
  insistKRef(kref);
  const standIn: object =
    parseKRef(kref)?.kind === 'promise'
      ? Object.freeze(new Promise(() => {}))
      : Remotable<object, string>(iface ?? 'Remotable', undefined, {});
  krefOfStandIn.set(standIn, kref);
  return standIn;
};

/** The kref that a value from `makeStandIn` stands for; undefined for every other value. */
export const krefOf = (value: unknown): KRef | undefined =>
  typeof value === 'object' && value !== null ? krefOfStandIn.get(value) : undefined;

/** Lets an embedder use objects of its own for krefs; both default to the stand-ins above. */
export type KernelMarshalOptions = {
  /** Makes the object for the kref of an object or a device: hardened, with the pass style of a remotable. */
  readonly standInForObject?: (kref: KRef, iface: string | undefined) => object;
  /** The kref of such an object; undefined for objects it did not make. Asked about promises too. */
  readonly krefForObject?: (value: object) => KRef | undefined;
};

export type KernelMarshal = {
  /** Encodes a hardened passable value. Throws a TypeError that says what cannot pass. */
  readonly krefsToCapData: (value: unknown) => CapData<KRef>;
  /** Decodes smallcaps. Throws a TypeError when body and slots do not make sense; nothing in them can reach a prototype. */
  readonly capDataToValue: (capdata: CapData<KRef>) => unknown;
};

export const makeKernelMarshal = (options: KernelMarshalOptions = {}): KernelMarshal => {
  const { standInForObject = makeStandIn, krefForObject = () => undefined } = options;

  const valueToSlot = (value: object): KRef => {
    const kref = krefForObject(value) ?? krefOf(value);
    if (kref === undefined)
      throw new TypeError('only references that came from the kernel can be passed, not local objects or promises');
    return kref;
  };

  const slotToValue = (slot: KRef | undefined, iface?: string): object => {
    if (slot === undefined) throw new TypeError('the body cites a slot that is not there');
    return parseKRef(slot)?.kind === 'promise' ? makeStandIn(slot) : standInForObject(slot, iface);
  };

  const { toCapData, fromCapData } = makeMarshal<KRef>(valueToSlot, slotToValue, {
    errorTagging: 'off',
    serializeBodyFormat: 'smallcaps',
  });

  return {
    krefsToCapData: value => toCapData(value as Parameters<typeof toCapData>[0]),
    capDataToValue: capdata => {
      if (!capdata.body.startsWith('#')) throw new TypeError('not smallcaps: the body does not begin with "#"');
      try {
        return fromCapData(capdata as Parameters<typeof fromCapData>[0]) as unknown;
      } catch (cause) {
        const problem = cause instanceof Error ? cause.message : String(cause);
        throw new TypeError(`malformed capdata: ${problem}`, { cause });
      }
    },
  };
};

/** Encode and decode with plain stand-ins. */
export const { krefsToCapData, capDataToValue } = makeKernelMarshal();
