/**
 * Faults and panics. A fault is what a vat did wrong: a value, handed on until the crank is unwound and the vat terminated or
 * suspended. A panic is what we did wrong: thrown, never caught inside the kernel; the kernel rolls back and stops.
 */
import { INVARIANTS, type InvariantId } from './invariants.ts';

export type VatFault = { readonly fault: FaultKind; readonly problem: string };
export type FaultKind = 'illegal-syscall' | 'delivery-failed' | 'exit-with-failure';

/** Stops the kernel: an invariant of ours is broken, or the world under us is. */
export class KernelPanic extends Error {
  readonly code = 'ERR_KERNEL_PANIC';
  readonly invariant: InvariantId | undefined;
  constructor(message: string, options: { cause?: unknown; invariant?: InvariantId } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'KernelPanic';
    this.invariant = options.invariant;
  }
}

/** Panics unless `holds`. `detail` says which thing broke the invariant. */
export function insistInvariant(id: InvariantId, holds: boolean, detail: string | (() => string)): asserts holds {
  if (holds) return;
  throw new KernelPanic(`invariant ${id} broken: ${INVARIANTS[id]} (${typeof detail === 'string' ? detail : detail()})`, {
    invariant: id,
  });
}
