/**
 * What stands in stored data for something that ended with the heap of an earlier incarnation. Only durable data of a vat whose
 * durability is relaxed can cite such things. A relic can be held and passed on, as an object of this incarnation; whoever uses it is
 * told what it was.
 */
import { HandledPromise } from '@endo/eventual-send';
import { PASS_STYLE } from '@endo/pass-style';
import { harden } from '../harden.ts';

export class Relics {
  /** Kept for the whole incarnation, so that a slot always means the same object. */
  readonly #relics = new Map<string, object>();

  provide(slot: string, iface: string | undefined): object {
    const known = this.#relics.get(slot);
    if (known !== undefined) return known;
    const relic = slot.startsWith('h') ? makeBrokenPromise(slot) : makeRelic(slot, iface);
    this.#relics.set(slot, relic);
    return relic;
  }
}

const describe = (what: string): Error =>
  new Error(`${what} was not durable, and did not outlive the incarnation that stored it`);

const makeBrokenPromise = (slot: string): object => {
  const promise = Promise.reject<unknown>(describe(`promise ${slot}`));
  promise.catch(() => {});
  return harden(promise);
};

const makeRelic = (slot: string, iface = 'Remotable'): object => {
  const refuse = (): never => {
    throw describe(`${slot} (${iface})`);
  };
  const handler = harden({ applyMethod: refuse, applyFunction: refuse, get: refuse });
  let relic: object | undefined;
  void new HandledPromise((_resolve, _reject, resolveWithPresence) => {
    relic = resolveWithPresence(handler);
  });
  if (relic === undefined) throw new Error('a promise did not run its executor');
  const marks = { [PASS_STYLE]: { value: 'remotable' }, [Symbol.toStringTag]: { value: iface } };
  Object.setPrototypeOf(relic, harden(Object.create(Object.prototype, marks) as object));
  return harden(relic);
};
