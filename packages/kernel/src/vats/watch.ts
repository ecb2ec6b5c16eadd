/**
 * Dynamic vats: each was made by a vat, and an object of its maker's choice is told what becomes of it, as messages:
 * `vatStarted(vat, root)`, `vatUpgraded(vat, outcome)` and `vatTerminated(vat, outcome)`, where outcome is a settled promise. So what
 * a vat says of its end cannot spoil the message that tells it.
 */
import { makeErrorData } from '@cooperage/marshal/error-data';
import { findSingleSlot } from '@cooperage/marshal/single-slot';
import type { CapData } from '@cooperage/protocol/capdata';
import { isKernelObjectRef, isKernelPromiseRef, type KernelObjectRef, type KRef, type VatId } from '@cooperage/protocol/refs';
import type { Crank } from '../crank-state.ts';
import { settlePromise, type Settlement } from '../promises/settle.ts';
import { addPromise } from '../refs/clist.ts';
import { release, releaseAll, take, takeAll } from '../refs/refcounts.ts';
import { enqueueMessage } from '../routing/enqueue.ts';

/** From now on `watcher` is told; held until the vat has ended. */
export const watchVat = (crank: Crank, vat: VatId, watcher: KernelObjectRef): void => {
  take(crank, watcher);
  crank.tables.dynamicVats.put({ vat, watcher, verdictBody: null });
};

/** Has a dynamic vat end in the next crank. The first verdict stands. */
export const condemnVat = (crank: Crank, vat: VatId, reason: CapData<KRef>): void => {
  const { dynamicVats, verdictSlots } = crank.tables;
  const row = dynamicVats.find(vat);
  if (row === undefined || row.watcher === null || row.verdictBody !== null) return;
  takeAll(crank, reason.slots);
  dynamicVats.put({ ...row, verdictBody: reason.body });
  verdictSlots.put(vat, reason.slots);
};

/** The verdict on a vat that is to end now. */
export const getVerdict = (crank: Crank, vat: VatId): CapData<KRef> => {
  const body = crank.tables.dynamicVats.find(vat)?.verdictBody ?? '#"#undefined"';
  return { body, slots: crank.tables.verdictSlots.get(vat) };
};

const tell = (crank: Crank, vat: VatId, method: string, about: KRef): void => {
  const watcher = crank.tables.dynamicVats.find(vat)?.watcher ?? null;
  if (watcher === null) return;
  const citation = isKernelPromiseRef(about) ? '&0' : '$0.Alleged: root';
  const body = `#${JSON.stringify([method, [vat, citation]])}`;
  enqueueMessage(crank, watcher, { methargs: { body, slots: [about] }, result: null });
};

/** A promise that has settled so. No promise is fulfilled with a promise: that one stands for itself. */
const makeSettledPromise = (crank: Crank, { outcome, data }: Settlement): KRef => {
  const single = findSingleSlot(data);
  if (single?.kind === 'promise' && outcome === 'fulfilled') return single.ref;
  const promise = addPromise(crank, null);
  settlePromise(crank, promise, null, { outcome, data });
  return promise;
};

/** Whether somebody is still to be told what becomes of the vat. */
const isWatched = (crank: Crank, vat: VatId): boolean => (crank.tables.dynamicVats.find(vat)?.watcher ?? null) !== null;

export const tellStarted = (crank: Crank, vat: VatId, root: KernelObjectRef): void => tell(crank, vat, 'vatStarted', root);

export const tellUpgraded = (crank: Crank, vat: VatId, outcome: Settlement): void => {
  if (!isWatched(crank, vat)) return;
  tell(crank, vat, 'vatUpgraded', makeSettledPromise(crank, outcome));
};

/** The vat has ended: its watcher is told, and let go. */
export const tellTerminated = (crank: Crank, vat: VatId, end: Settlement): void => {
  const { dynamicVats, verdictSlots } = crank.tables;
  const row = dynamicVats.find(vat);
  if (row === undefined || row.watcher === null) return;
  tell(crank, vat, 'vatTerminated', makeSettledPromise(crank, end));
  release(crank, row.watcher);
  releaseAll(crank, verdictSlots.get(vat));
  verdictSlots.delete(vat);
  dynamicVats.put({ vat, watcher: null, verdictBody: null });
};

/** The last row of a vat that was cleaned up, if it was made by a vat: its maker was told all, and there may be many. */
export const forgetDynamicVat = ({ tables }: Crank, vat: VatId): void => {
  if (tables.dynamicVats.find(vat) === undefined) return;
  // The host has yet to read what became of an upgrade that it asked for: the row stays.
  if (tables.upgradeOutcomes.list().some(row => row.vat === vat)) return;
  for (const row of tables.upgradeOrphans.list()) if (row.vat === vat) tables.upgradeOrphans.delete(row.kref);
  tables.dynamicVats.delete(vat);
  tables.vats.delete(vat);
};

/** How a vat ended that asked for it. What it cites may have gone with the crank in which it asked. */
export const makeEnd = (crank: Crank, { outcome, info, problem }: ExitWish): Settlement => {
  if (outcome === 'success') return { outcome: 'fulfilled', data: info };
  const { objects, promises } = crank.tables;
  const isThere = (kref: KRef): boolean => {
    if (isKernelPromiseRef(kref)) return promises.find(kref) !== undefined;
    return !isKernelObjectRef(kref) || (objects.find(kref)?.reachable ?? 0) > 0;
  };
  return { outcome: 'rejected', data: info.slots.every(isThere) ? info : makeErrorData(problem) };
};

export type ExitWish = {
  readonly outcome: 'success' | 'failure';
  readonly info: CapData<KRef>;
  /** Said in place of the info when that cannot be told. */
  readonly problem: string;
};
