/**
 * Deliveries: what the kernel asks of a vat, one at a time. The same tagged union serves both sides: over krefs inside the kernel,
 * over vrefs at the worker port. `walk.ts` visits the refs.
 */
import type { CapData } from './capdata.ts';
import type { VRef } from './refs.ts';

/** A method call: `methargs` encodes `[method, args]`; `result` is the promise for its answer, absent when nobody wants one. */
export type Message<Ref> = { readonly methargs: CapData<Ref>; readonly result: Ref | null };

export type SettledOutcome = 'fulfilled' | 'rejected';

/** One promise and what became of it. */
export type Resolution<Ref> = { readonly promise: Ref; readonly outcome: SettledOutcome; readonly data: CapData<Ref> };

export type Delivery<Ref> =
  /** Evaluate the source and make the root object. First in every incarnation. */
  | { readonly type: 'startVat'; readonly parameters: CapData<Ref> }
  /** Call `target`: an export of this vat, or a promise that it decides. */
  | { readonly type: 'message'; readonly target: Ref; readonly message: Message<Ref> }
  /** Promises that this vat knows have settled; the first is the one it subscribed to. */
  | { readonly type: 'notify'; readonly resolutions: readonly Resolution<Ref>[] }
  /** Nobody can reach these exports any more. */
  | { readonly type: 'dropExports'; readonly refs: readonly Ref[] }
  /** Nobody can recognize these exports any more. */
  | { readonly type: 'retireExports'; readonly refs: readonly Ref[] }
  /** These imports no longer exist. */
  | { readonly type: 'retireImports'; readonly refs: readonly Ref[] }
  /**
   * BOYD: the vat learns what its harvest found gone, and says what it drops and retires. `dead` holds, in code unit order, vrefs of
   * objects and promises and names of weak collections (`w<N>`). It is an observation about the vat's own memory, so it stays in the
   * vat's space and is never translated; it is recorded, so that replay needs no collector. `condemned` is the kernel's part: stored
   * objects of the vat that nothing anywhere can reach, although other stored data still cites them.
   */
  | { readonly type: 'bringOutYourDead'; readonly dead: readonly string[]; readonly condemned?: readonly VRef[] }
  /**
   * The last delivery of an incarnation, before an upgrade: its heap is about to go, so everything that only the heap held is let
   * go of, as in a BOYD whose list names all of it. No code of the vat runs.
   */
  | { readonly type: 'stopVat' };

export type DeliveryType = Delivery<never>['type'];
