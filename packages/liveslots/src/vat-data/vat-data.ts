/**
 * `VatData`: the functions by which vat code keeps things outside its heap. Each room offers its own; vat code finds them all on its
 * `globalThis`, or, where it runs in the host's compartment, among its powers.
 */
import { makeCollectionFunctions } from '../collections/stores.ts';
import { harden } from '../harden.ts';
import type { VatSpace } from '../space.ts';
import { makeKindFunctions } from '../virtual/kind-functions.ts';
import type { WeakGlobals } from '../weak/weak-globals.ts';
import { makeWatchFunctions } from './watched-promises.ts';

/** By name. Their types are `@cooperage/vat`'s to tell, to the code that calls them. */
export type VatData = Readonly<Record<string, (...args: never[]) => unknown>>;

/** What liveslots puts in the place of a vat's globals. */
export type LiveslotsGlobals = WeakGlobals & { readonly VatData: VatData };

export const makeVatData = (space: VatSpace): VatData => {
  const kindFunctions = makeKindFunctions(space);
  return harden({
    ...kindFunctions,
    ...makeCollectionFunctions(space),
    ...makeWatchFunctions(space, kindFunctions.defineDurableKind),
  });
};
