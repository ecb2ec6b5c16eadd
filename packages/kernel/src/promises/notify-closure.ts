/**
 * Which settled promises a notify carries: the one subscribed to, and those that its data cites, and theirs. Depth first in slot
 * order, without recursion, and never more than the limit: what is left out stays a promise of its own, to which the vat
 * subscribes when it meets it.
 */
import { LIMITS } from '@cooperage/protocol/limits';
import { isKernelPromiseRef, type KernelPromiseRef } from '@cooperage/protocol/refs';
import type { Tables } from '@cooperage/store/tables/tables';

/** The promises to tell of, the primary one first; each is settled and stands once. */
export const listNotifyClosure = (tables: Tables, primary: KernelPromiseRef): KernelPromiseRef[] => {
  const closure = new Set<KernelPromiseRef>();
  const stack = [primary];
  while (stack.length > 0 && closure.size < LIMITS.resolutions) {
    const promise = stack.pop() as KernelPromiseRef;
    if (closure.has(promise) || tables.promises.get(promise).state === 'unresolved') continue;
    closure.add(promise);
    const cited = tables.promiseSlots.get(promise).filter(isKernelPromiseRef);
    stack.push(...cited.reverse());
  }
  return [...closure];
};
