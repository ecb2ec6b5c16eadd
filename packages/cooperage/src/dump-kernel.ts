/** A kernel's state with names in place of numbers, for snapshots: `t.snapshot(dumpKernel(kernel))`. */
import type { KernelController } from '@cooperage/host/controller';
import { dumpState, type KernelDump } from '@cooperage/inspector/dump';

export type { KernelDump };

/** Deterministic, and no part of it depends on how many objects the kernel has had before. */
export const dumpKernel = (kernel: KernelController): KernelDump => dumpState(kernel.inspect());
