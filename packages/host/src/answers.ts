/** What the host learns of a promise: an answer that it waited for, or where a promise stands. `controller.ts` is the caller. */
import type { Kernel } from '@cooperage/kernel/kernel';
import type { PromiseReading } from '@cooperage/kernel/promises/reading';
import { CooperageError } from '@cooperage/protocol/errors';
import { isKernelPromiseRef, type KernelPromiseRef } from '@cooperage/protocol/refs';
import type { Tables } from '@cooperage/store/tables/tables';
import { capDataToHostValue } from './host-values.ts';
import { KernelRef, type KernelRefs } from './kernel-ref.ts';
import { toThrowable } from './rejection.ts';

/** What became of a promise, for people and programs. References in value or reason are held until they are released. */
export type PromiseRecord =
  | { readonly state: 'unresolved'; readonly decider: string | undefined }
  | { readonly state: 'fulfilled'; readonly value: unknown }
  | { readonly state: 'rejected'; readonly reason: unknown };

type Call = { readonly method: string; readonly kernel: Kernel; readonly refs: KernelRefs };

/** The answer to a call, which is released; throws what the vat rejected with, or ERR_NO_ANSWER. */
export const takeAnswer = (result: KernelPromiseRef, target: string, { method, kernel, refs }: Call): unknown => {
  const reading = kernel.readPromise(result);
  try {
    if (reading === undefined || reading.state === 'unresolved' || reading.data === null) {
      throw new CooperageError('ERR_NO_ANSWER', `${target} did not answer ${method}(): the kernel has nothing left to do`, {
        subject: method,
        remedy: 'The answer waits for something that nobody will do. To get it later, use send() and promise().',
      });
    }
    const value = capDataToHostValue(reading.data, refs);
    if (reading.state === 'rejected') throw toThrowable(value);
    return value;
  } finally {
    kernel.releaseResult(result);
  }
};

/** What has become of a promise; throws ERR_REF when there is none of that name. */
export const getReading = (ref: KernelRef | string, kernel: Kernel, refs: KernelRefs): PromiseReading => {
  const kref = ref instanceof KernelRef ? refs.krefOf(ref) : ref;
  const reading = isKernelPromiseRef(kref) ? kernel.readPromise(kref) : undefined;
  if (reading !== undefined) return reading;
  const remedy = 'The answer to a send is kept until its release; other promises only while something holds them.';
  throw new CooperageError('ERR_REF', `there is no promise ${kref}`, { subject: kref, remedy });
};

/** The promise for the answer to a message; throws ERR_REF for what is none. */
export const insistAnswer = (ref: string): KernelPromiseRef => {
  if (isKernelPromiseRef(ref)) return ref;
  throw new CooperageError('ERR_REF', `${JSON.stringify(ref)} is not the promise of a send`, { subject: ref });
};

export const describePromise = ({ state, decider, data }: PromiseReading, tables: Tables, refs: KernelRefs): PromiseRecord => {
  if (state === 'unresolved' || data === null) {
    return { state: 'unresolved', decider: decider === null ? undefined : tables.vats.find(decider)?.name };
  }
  const value = capDataToHostValue(data, refs);
  return state === 'fulfilled' ? { state, value } : { state, reason: value };
};
