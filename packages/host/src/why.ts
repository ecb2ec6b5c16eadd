/** Why something in an open kernel is alive: the inspector's answer, from what the kernel sees itself. `kernel.why` is the caller. */
import { explainWhy, type WhyAnswer, type WhyOptions } from '@cooperage/inspector/why';
import { readOnlyViewOf } from '@cooperage/store/read-only';
import type { Store } from '@cooperage/store/store';
import { KernelRef } from './kernel-ref.ts';

export type { WhyAnswer, WhyOptions };

/** A KernelRef may have been released: its name is what is asked about. */
export const explainInKernel = (store: Store, ref: KernelRef | string, options?: WhyOptions): WhyAnswer =>
  explainWhy(readOnlyViewOf(store), ref instanceof KernelRef ? ref.ref : ref, options);
