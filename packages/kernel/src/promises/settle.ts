/**
 * A promise settles: subscribers hear of it first, then the messages that waited for it move on. From then on the row holds the
 * slots of its data (I11).
 */
import type { CapData } from '@cooperage/protocol/capdata';
import type { SettledOutcome } from '@cooperage/protocol/delivery';
import { insistInvariant } from '@cooperage/protocol/fault';
import type { KernelPromiseRef, KRef, VatId } from '@cooperage/protocol/refs';
import type { Crank } from '../crank-state.ts';
import { takeAll } from '../refs/refcounts.ts';
import { enqueueNotify, releasePromiseQueue } from '../routing/enqueue.ts';

export type Settlement = { readonly outcome: SettledOutcome; readonly data: CapData<KRef> };

/** Settles `promise` on behalf of `decider` (null: the kernel). Every check on what a vat says was made in translation. */
export const settlePromise = (crank: Crank, promise: KernelPromiseRef, decider: VatId | null, settlement: Settlement): void => {
  const { tables } = crank;
  const row = tables.promises.get(promise);
  insistInvariant('I12', row.state === 'unresolved' && row.decider === decider, () => `${promise} by ${decider ?? 'the kernel'}`);
  const { outcome, data } = settlement;
  takeAll(crank, data.slots);
  for (const vat of tables.subscriptions.listVats(promise)) {
    // The dead hear of nothing.
    if (tables.vats.get(vat).state !== 'terminated') enqueueNotify(crank, vat, promise);
  }
  tables.subscriptions.deleteAll(promise);
  // Read again: the notifies took holds.
  tables.promises.put({ ...tables.promises.get(promise), state: outcome, decider: null, isHopeless: false, body: data.body });
  if (data.slots.length > 0) tables.promiseSlots.put(promise, data.slots);
  crank.count('promisesSettled');
  crank.log({ type: 'promise-settled', crank: crank.number, promise, outcome });
  releasePromiseQueue(crank, promise);
};

/** Rejects all that a vat had yet to decide, in order of number. */
export const rejectAllDecidedBy = (crank: Crank, vat: VatId, reason: CapData<KRef>): void => {
  for (const promise of crank.tables.promises.listByDecider(vat)) {
    settlePromise(crank, promise, vat, { outcome: 'rejected', data: reason });
  }
};
