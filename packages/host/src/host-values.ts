/**
 * Values on their way between host and kernel: plain data in which KernelRefs stand for what is in the kernel. Arguments are copied
 * and hardened for the caller; what comes back is frozen.
 */
import { type CapData, findCapDataExcess } from '@cooperage/protocol/capdata';
import { CooperageError } from '@cooperage/protocol/errors';
import { LIMITS } from '@cooperage/protocol/limits';
import type { KRef } from '@cooperage/protocol/refs';
import { capDataToValue, krefOf, krefsToCapData, makeStandIn } from '@cooperage/marshal/kernel-marshal';
import { makeTagged } from '@endo/pass-style';
import { KernelRef, type KernelRefs } from './kernel-ref.ts';

const PASS_STYLE = Symbol.for('passStyle');

type Tagged = { readonly [Symbol.toStringTag]: string; readonly payload: unknown };
type Convert = (value: object, seen: readonly object[]) => unknown;

const isTagged = (value: object): value is Tagged => (value as { [PASS_STYLE]?: unknown })[PASS_STYLE] === 'tagged';

const isPlainRecord = (value: object): value is Record<string, unknown> => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** A copy of a record whatever its keys are called: `__proto__` becomes a property like any other. */
const makeRecord = (entries: Iterable<readonly [string, unknown]>): object => {
  const record = {};
  for (const [key, value] of entries)
    Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
  return record;
};

const insistNoCycle = (value: object, seen: readonly object[]): readonly object[] => {
  if (seen.includes(value))
    throw new CooperageError('ERR_ARGUMENT', 'the data contains itself', { remedy: 'Pass data without cycles.' });
  return [...seen, value];
};

/** Copies arrays, records and tagged values; every other object goes to `leaf`. */
const copy = (value: unknown, leaf: Convert, seen: readonly object[] = []): unknown => {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return value;
  if (Array.isArray(value)) {
    const within = insistNoCycle(value, seen);
    return Object.freeze(Array.from(value as unknown[], item => copy(item, leaf, within)));
  }
  if (typeof value === 'object' && isPlainRecord(value) && !isTagged(value)) {
    const within = insistNoCycle(value, seen);
    if (Object.getOwnPropertySymbols(value).length > 0) return leaf(value, seen);
    return Object.freeze(makeRecord(Object.entries(value).map(([key, item]) => [key, copy(item, leaf, within)])));
  }
  return leaf(value, seen);
};

const describeForeign = (value: object): string => {
  if (typeof value === 'function') return 'a function';
  if (isPlainRecord(value)) return 'a record with symbols for keys';
  const { constructor } = value as { constructor?: unknown };
  const name = typeof constructor === 'function' && constructor !== Object ? constructor.name : '';
  return name === '' ? 'an object with methods' : `an instance of ${name}`;
};

/** Encodes what the host passes. Throws ERR_ARGUMENT for what cannot pass, ERR_REF for refs that are not held. */
export const hostValueToCapData = (value: unknown, refs: KernelRefs): CapData<KRef> =>
  encodeHostValue(value, {
    findStandIn: object => (object instanceof KernelRef ? makeStandIn(refs.krefOf(object), object.iface) : undefined),
    toCapData: krefsToCapData,
  });

export type HostEncoder = {
  /** What stands for a reference in the value; undefined for objects that are none. */
  readonly findStandIn: (object: object) => object | undefined;
  readonly toCapData: (value: unknown) => CapData<KRef>;
};

/** Encodes a copy of plain data of the host's, in which some objects are references. Hardens nothing of the host's. */
export const encodeHostValue = (value: unknown, { findStandIn, toCapData }: HostEncoder): CapData<KRef> => {
  const leaf: Convert = (object, seen) => {
    const standIn = findStandIn(object);
    if (standIn !== undefined) return standIn;
    if (isTagged(object))
      return makeTagged(object[Symbol.toStringTag], copy(object.payload, leaf, insistNoCycle(object, seen)) as never);
    if (object instanceof Promise) {
      throw new CooperageError('ERR_ARGUMENT', 'a promise of the host cannot be passed', {
        remedy: 'Await it, and pass the value.',
      });
    }
    if (object instanceof Error || object instanceof ArrayBuffer) return harden(object);
    // Said here, before anything hardens what belongs to the host.
    throw new CooperageError('ERR_ARGUMENT', `the data cannot be passed: it holds ${describeForeign(object)}`, {
      remedy: 'Pass plain data and references.',
    });
  };
  const capdata = encode(() => toCapData(copy(value, leaf)));
  const excess = findCapDataExcess([capdata]);
  if (excess !== undefined)
    throw new CooperageError('ERR_ARGUMENT', `the data cannot be passed: ${excess}`, { remedy: 'Pass it in parts.' });
  return capdata;
};

const encode = (make: () => CapData<KRef>): CapData<KRef> => {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof CooperageError) throw cause;
    // Out of stack: how deep that is depends on the engine, the limit does not.
    const tooDeep = cause instanceof RangeError ? `data is nested deeper than ${LIMITS.capdataDepth} levels` : undefined;
    const problem = tooDeep ?? (cause instanceof Error ? cause.message : String(cause));
    throw new CooperageError('ERR_ARGUMENT', `the data cannot be passed: ${problem}`, {
      cause,
      remedy: 'Pass plain data and references.',
    });
  }
};

/** Decodes what comes from the kernel; each reference in it becomes a KernelRef that is held from now on. */
export const capDataToHostValue = (capdata: CapData<KRef>, refs: KernelRefs): unknown => {
  const leaf: Convert = object => {
    const kref = krefOf(object);
    if (kref !== undefined) {
      const iface = (object as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
      return refs.make(kref, object instanceof Promise || iface === 'Remotable' ? undefined : String(iface));
    }
    if (!isTagged(object)) return object;
    // Not made anew with makeTagged: a KernelRef is no passable, until it goes back in.
    const prototype = Object.getPrototypeOf(object) as object;
    const { [Symbol.toStringTag]: tag, payload } = object;
    return Object.freeze(
      Object.create(prototype, {
        [PASS_STYLE]: { value: 'tagged' },
        [Symbol.toStringTag]: { value: tag },
        payload: { value: copy(payload, leaf), enumerable: true },
      }),
    );
  };
  return copy(capDataToValue(capdata), leaf);
};
