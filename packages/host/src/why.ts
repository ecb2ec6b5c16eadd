/** Why something in an open kernel is alive: the inspector's answer, from what the kernel sees itself. `kernel.why` is the caller. */
import { explainWhy, type WhyAnswer, type WhyOptions as InspectorOptions } from '@cooperage/inspector/why';
import { readOnlyViewOf } from '@cooperage/store/read-only';
import type { Store } from '@cooperage/store/store';
import { KernelRef } from './kernel-ref.ts';

export type { WhyAnswer };
export type WhyOptions = Pick<InspectorOptions, 'limit'>;
export type HeapWhyOptions = WhyOptions & { readonly heap: true };

/** A KernelRef may have been released: its name is what is asked about. */
export const explainInKernel = (store: Store, ref: KernelRef | string, options?: InspectorOptions): WhyAnswer =>
  explainWhy(readOnlyViewOf(store), ref instanceof KernelRef ? ref.ref : ref, options);
