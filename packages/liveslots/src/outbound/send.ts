/**
 * Messages that leave the vat: what `E(x).method(...)` does when `x` is a Presence or a promise that the kernel decides.
 *
 * A message goes out at once, with a new promise for its answer unless nobody wants one; the kernel queues what was sent to an
 * unresolved promise. Presences share one handler, which knows its target by the Presence itself.
 */
import { HandledPromise } from '@endo/eventual-send';
import type { VRef } from '@cooperage/protocol/refs';
import { harden } from '../harden.ts';
import type { Settler } from '../slots/promises.ts';
import type { VatSpace } from '../space.ts';
import { exportPromises } from './resolve.ts';

type Outgoing = {
  readonly target: VRef;
  readonly method: PropertyKey | undefined;
  readonly args: readonly unknown[];
  /** The promise that the sender holds; undefined when the sender wants no answer. */
  readonly returned: Promise<unknown> | undefined;
};

/** Sends one message and gives the promise for its answer, to which what the sender holds is forwarded. */
const sendMessage = (space: VatSpace, { target, method, args, returned }: Outgoing): Promise<unknown> | undefined => {
  const { convert, counters, promises, syscalls } = space;
  const { methargs, cited } = convert.draft(draft => {
    const data = draft.encode([method, args]);
    return { methargs: data, cited: draft.commit(data) };
  });
  if (returned === undefined) {
    syscalls.send(target, { methargs, result: null });
    exportPromises(space, cited);
    return undefined;
  }
  const result = counters.nextPromise();
  const { promise, settler } = makeRemotePromise(space, result);
  promises.set(result, { decider: 'kernel', promise: returned, settler });
  syscalls.send(target, { methargs, result });
  exportPromises(space, cited);
  syscalls.subscribe(result);
  return promise;
};

/** A promise that the kernel decides: until it is settled, messages to it are sent to its vpid. */
const makeRemotePromise = (space: VatSpace, vpid: VRef): { promise: Promise<unknown>; settler: Settler } => {
  let settler: Settler | undefined;
  const send = (outgoing: Omit<Outgoing, 'target'>) => sendMessage(space, { target: vpid, ...outgoing });
  const promise = new HandledPromise<unknown>(
    (resolve, reject) => {
      settler = { resolve, reject };
    },
    {
      applyMethod: (_promise, method, args, returned) => send({ method, args, returned }),
      applyMethodSendOnly: (_promise, method, args) => void send({ method, args, returned: undefined }),
      applyFunction: (_promise, args, returned) => send({ method: undefined, args, returned }),
      applyFunctionSendOnly: (_promise, args) => void send({ method: undefined, args, returned: undefined }),
      // Properties are not read across vats: wait until the value is here.
      get: (local, name) => local.then(value => (value as Record<PropertyKey, unknown>)[name]),
    },
  );
  if (settler === undefined) throw new Error('a promise did not run its executor');
  // It has no properties, and what all promises inherit is hardened.
  return { promise: Object.freeze(promise), settler };
};

/** Enters a promise that inbound data introduced. */
export const importPromise = (space: VatSpace, vpid: VRef): Promise<unknown> => {
  const { promise, settler } = makeRemotePromise(space, vpid);
  // The vat did not ask for this promise, so ignoring its rejection is no mistake of the vat.
  promise.catch(() => {});
  space.promises.introduce(vpid, promise, settler);
  return promise;
};

/**
 * Makes Presences whose messages are sent to the import that they stand for.
 *
 * `E.resolve(presence)` gives a promise that comes and goes with the Presence. So that nothing tells the first from a later one, it
 * counts as settled from the start, and weak collections file it by vref.
 */
export const makePresenceMaker = (getSpace: () => VatSpace): ((vref: VRef, prototype: object) => object) => {
  const send = (presence: object, outgoing: Omit<Outgoing, 'target'>) => {
    const space = getSpace();
    const target = space.slots.find(presence);
    if (target === undefined) throw new Error('an object is in use that was reported to be gone');
    return sendMessage(space, { target, ...outgoing });
  };
  const handler = harden({
    applyMethod: (presence: object, method: PropertyKey | undefined, args: unknown[], returned?: Promise<unknown>) =>
      send(presence, { method, args, returned }),
    applyMethodSendOnly: (presence: object, method: PropertyKey | undefined, args: unknown[]) =>
      void send(presence, { method, args, returned: undefined }),
    applyFunction: (presence: object, args: unknown[], returned?: Promise<unknown>) =>
      send(presence, { method: undefined, args, returned }),
    applyFunctionSendOnly: (presence: object, args: unknown[]) =>
      void send(presence, { method: undefined, args, returned: undefined }),
    get: (presence: object, name: PropertyKey) => (presence as Record<PropertyKey, unknown>)[name],
  });
  return (vref, prototype) => {
    let presence: object | undefined;
    const promise = new HandledPromise((_resolve, _reject, resolveWithPresence) => {
      presence = resolveWithPresence(handler);
    });
    if (presence === undefined) throw new Error('a promise did not run its executor');
    Object.setPrototypeOf(presence, prototype);
    harden(promise);
    harden(presence);
    const { promises, slots } = getSpace();
    promises.remember(promise, { outcome: 'fulfilled', value: presence });
    slots.setCompanion(promise, { vref, role: 'promise' });
    return presence;
  };
};
