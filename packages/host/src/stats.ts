/** `kernel.stats()`: what was counted, what there is, and what depends on the machine, kept apart. */
import { figuresToPrometheus } from '@cooperage/inspector/prometheus';
import type { Kernel } from '@cooperage/kernel/kernel';
import type { VatId } from '@cooperage/protocol/refs';
import type { Store } from '@cooperage/store/store';
import { readMemoryUse, type MemoryUse } from './powers.ts';

export type KernelStats = {
  /** How often what happened since the database was created. The same wherever the same is run. */
  readonly counters: Readonly<Record<string, number>>;
  /** How many cranks there were, and the hash over all that they changed: equal wherever the same was done. */
  readonly activity: { readonly cranks: number; readonly hash: string };
  /** Rows per table. */
  readonly tables: Readonly<Record<string, number>>;
  /** Terminated vats whose rows are still being removed, in that order, with the rows that each has left. */
  readonly cleanup: readonly { readonly vat: string; readonly id: VatId; readonly rowsLeft: number }[];
  /** Of this process, now. */
  readonly process: { readonly kernelRefs: number; readonly vatsInMemory: number; readonly memory: MemoryUse };
};

export const readKernelStats = (kernel: Kernel, store: Store, kernelRefs: number): KernelStats => ({
  counters: Object.fromEntries(kernel.statistics()),
  activity: { cranks: kernel.crankNumber, hash: kernel.activityHash },
  tables: store.tables.countRows(),
  cleanup: kernel.cleanups().map(({ vat, clistRows, vatstoreRows, transcriptRows }) => ({
    vat: store.tables.vats.get(vat).name,
    id: vat,
    rowsLeft: clistRows + vatstoreRows + transcriptRows,
  })),
  process: { kernelRefs, vatsInMemory: kernel.onlineVats().length, memory: readMemoryUse() },
});

/** The figures in the text format of Prometheus, for a host that is scraped. */
export const statsToPrometheus = ({
  counters,
  tables,
  activity,
  process: { kernelRefs, vatsInMemory, memory },
}: KernelStats): string =>
  figuresToPrometheus({
    counters,
    tables,
    gauges: [
      ['next_crank', 'The number of the next crank.', activity.cranks],
      ['kernel_refs', 'KernelRefs that the host holds.', kernelRefs],
      ['vats_in_memory', 'Vats that are in memory.', vatsInMemory],
      ['resident_bytes', 'Memory of the process.', memory.resident],
      ['heap_used_bytes', 'Heap of the process that is in use.', memory.heapUsed],
    ],
  });
