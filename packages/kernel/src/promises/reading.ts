/** What a host is told of a promise. */
import type { CapData } from '@cooperage/protocol/capdata';
import type { KernelPromiseRef, KRef, VatId } from '@cooperage/protocol/refs';
import type { Tables } from '@cooperage/store/tables/tables';

export type PromiseReading = {
  readonly state: 'unresolved' | 'fulfilled' | 'rejected';
  readonly decider: VatId | null;
  readonly data: CapData<KRef> | null;
};

/** Undefined: it is gone. */
export const readPromise = ({ promises, promiseSlots }: Tables, promise: KernelPromiseRef): PromiseReading | undefined => {
  const row = promises.find(promise);
  if (row === undefined) return undefined;
  const { state, decider, body } = row;
  return { state, decider, data: body === null ? null : { body, slots: promiseSlots.get(promise) } };
};
