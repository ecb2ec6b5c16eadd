/**
 * Reference counts of objects and promises (I3, I4). An object is *reachable* through holders that can use it and *recognizable*
 * through these and holders that could only tell it apart. Whoever takes must release when its row goes: a row that holds a
 * ref and the count that speaks of it change in the same function.
 *
 * A count that falls to zero only marks the ref: what follows is decided once, when the crank settles.
 */
import { insistInvariant } from '@cooperage/protocol/fault';
import type { KernelObjectRef, KernelPromiseRef, KRef } from '@cooperage/protocol/refs';
import type { Crank } from '../crank-state.ts';

/** Which counts of an object a holder keeps up. */
export type Strength = 'reach' | 'recognize' | 'both';

const isPromise = (kref: KRef): kref is KernelPromiseRef => kref[1] === 'p';
const isObject = (kref: KRef): kref is KernelObjectRef => kref[1] === 'o';

const changeObject = (crank: Crank, kref: KernelObjectRef, reach: number, recognize: number): void => {
  const row = crank.tables.objects.find(kref);
  // The record of a retired object is gone before its importers have heard of it; there is nothing left to count then.
  if (row === undefined) {
    insistInvariant('I24', reach + recognize < 0, kref);
    return;
  }
  const reachable = row.reachable + reach;
  const recognizable = row.recognizable + recognize;
  insistInvariant('I3', reachable >= 0 && recognizable >= reachable, () => `${kref} would have ${reachable}, ${recognizable}`);
  crank.tables.objects.put({ ...row, reachable, recognizable });
  if ((reach < 0 && reachable === 0) || (recognize < 0 && recognizable === 0)) crank.freeable.add(kref);
};

const changePromise = (crank: Crank, kref: KernelPromiseRef, by: number): void => {
  const row = crank.tables.promises.get(kref);
  const holds = row.holds + by;
  insistInvariant('I4', holds >= 0, () => `${kref} would have ${holds}`);
  crank.tables.promises.put({ ...row, holds });
  if (holds === 0) crank.freeable.add(kref);
};

const change = (crank: Crank, kref: KRef, strength: Strength, by: 1 | -1): void => {
  if (isPromise(kref)) changePromise(crank, kref, by);
  else if (isObject(kref)) changeObject(crank, kref, strength === 'recognize' ? 0 : by, strength === 'reach' ? 0 : by);
  // Device nodes live as long as their device: nobody counts them.
};

/** One holder more. Promises know no strength: every holder counts once. */
export const take = (crank: Crank, kref: KRef, strength: Strength = 'both'): void => change(crank, kref, strength, 1);

/** One holder less. */
export const release = (crank: Crank, kref: KRef, strength: Strength = 'both'): void => change(crank, kref, strength, -1);

/** Takes every ref, one hold for each time it is cited. */
export const takeAll = (crank: Crank, krefs: readonly KRef[]): void => krefs.forEach(kref => take(crank, kref));

/** Releases every ref, one hold for each time it is cited. */
export const releaseAll = (crank: Crank, krefs: readonly KRef[]): void => krefs.forEach(kref => release(crank, kref));
