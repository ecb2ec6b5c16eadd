/**
 * Telling the kernel what became of promises that this vat decides.
 *
 * A batch starts at promises that are settled and takes in, depth first, every settled promise that their data cites, so that
 * cyclic resolutions go out together. A value that cannot be sent becomes a rejection that says so. A resolution that finds no
 * room in the batch follows on its own; one that finds no room twice belongs to a cycle larger than the limits, and is rejected.
 */
import { LIMITS } from '@cooperage/protocol/limits';
import type { CapData } from '@cooperage/protocol/capdata';
import type { Resolution } from '@cooperage/protocol/delivery';
import type { VRef } from '@cooperage/protocol/refs';
import type { CitedPromise, Draft } from '../slots/draft.ts';
import type { Settlement } from '../slots/promises.ts';
import type { VatSpace } from '../space.ts';

const deferredOnce = new WeakSet<Promise<unknown>>();

/** Waits for a promise that this vat decides and resolves it for the kernel. */
const followPromise = (space: VatSpace, { vpid, promise }: CitedPromise): void => {
  const settle = (settlement: Settlement): void => {
    const record = space.promises.find(vpid);
    if (record?.decider !== 'vat' || record.promise !== promise) return;
    if (space.promises.findSettlement(promise) === undefined) space.promises.remember(promise, settlement);
    resolveSettled(space, [vpid]);
  };
  promise
    .then(
      value => settle({ outcome: 'fulfilled', value }),
      reason => settle({ outcome: 'rejected', value: reason }),
    )
    .catch(space.fail);
};

/** Enters promises that a syscall just mentioned for the first time; those that are settled already are resolved at once. */
export const exportPromises = (space: VatSpace, cited: readonly CitedPromise[]): void => {
  const settled: VRef[] = [];
  for (const { vpid, promise } of cited) {
    if (space.promises.find(vpid) !== undefined) continue;
    decidePromise(space, vpid, promise);
    if (space.promises.findSettlement(promise) !== undefined) settled.push(vpid);
  }
  if (settled.length > 0) resolveSettled(space, settled);
};

/** From now on this vat decides `vpid`, by what becomes of `promise`. */
export const decidePromise = (space: VatSpace, vpid: VRef, promise: Promise<unknown>): void => {
  space.promises.set(vpid, { decider: 'vat', promise });
  if (space.promises.findSettlement(promise) === undefined) followPromise(space, { vpid, promise });
};

/** The data for a settlement, or for the rejection that takes its place when the value cannot be sent. */
const encodeSettlement = (draft: Draft, { outcome, value }: Settlement): Omit<Resolution<VRef>, 'promise'> => {
  try {
    return { outcome, data: draft.encode(value) };
  } catch (problem) {
    try {
      return { outcome: 'rejected', data: draft.encode(problem) };
    } catch {
      return { outcome: 'rejected', data: draft.encode(new Error('the value cannot be sent, and neither can the reason')) };
    }
  }
};

class Batch {
  readonly resolutions: Resolution<VRef>[] = [];
  #bodyLength = 0;
  #slotCount = 0;

  /** Whether one more resolution stays within what a syscall may carry; the first always does. */
  hasRoomFor(data: CapData<VRef>): boolean {
    if (this.resolutions.length === 0) return true;
    return (
      this.resolutions.length < LIMITS.resolutions &&
      this.#bodyLength + data.body.length <= LIMITS.capdataBodyLength &&
      this.#slotCount + data.slots.length <= LIMITS.capdataSlots
    );
  }

  add(resolution: Resolution<VRef>): void {
    this.resolutions.push(resolution);
    this.#bodyLength += resolution.data.body.length;
    this.#slotCount += resolution.data.slots.length;
  }
}

const deferPromise = (space: VatSpace, { vpid, promise }: CitedPromise): void => {
  if (deferredOnce.has(promise)) {
    const reason = new Error('promises resolve to each other in a cycle that is larger than one syscall may carry');
    space.promises.remember(promise, { outcome: 'rejected', value: reason });
  }
  deferredOnce.add(promise);
  followPromise(space, { vpid, promise });
};

/** Resolves settled promises that this vat decides, and all settled ones that their data cites, in one syscall. */
export const resolveSettled = (space: VatSpace, roots: readonly VRef[]): void => {
  const { promises, convert, syscalls } = space;
  const batch = new Batch();
  const visited = new Set<VRef>();
  const deferred: CitedPromise[] = [];
  convert.draft(draft => {
    const agenda = [...roots].reverse();
    for (let vpid = agenda.pop(); vpid !== undefined; vpid = agenda.pop()) {
      const record = promises.find(vpid);
      const settlement = record && promises.findSettlement(record.promise);
      if (visited.has(vpid) || record?.decider !== 'vat' || settlement === undefined) continue;
      visited.add(vpid);
      const { outcome, data } = encodeSettlement(draft, settlement);
      if (!batch.hasRoomFor(data)) {
        draft.discardLast();
        deferred.push({ vpid, promise: record.promise });
        continue;
      }
      batch.add({ promise: vpid, outcome, data });
      const cited = draft.commit(data);
      for (const { vpid: next, promise } of cited) if (promises.find(next) === undefined) decidePromise(space, next, promise);
      agenda.push(...cited.map(({ vpid: next }) => next).reverse());
    }
  });
  if (batch.resolutions.length === 0) return;
  syscalls.resolve(batch.resolutions);
  for (const { promise } of batch.resolutions) promises.retire(promise);
  for (const promise of deferred) deferPromise(space, promise);
};
