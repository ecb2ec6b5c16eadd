/** Looks into the memories of vats of this isolate by a snapshot of it. */
import type { HeapLook } from '@cooperage/protocol/heap-look';
import type { VatId } from '@cooperage/protocol/refs';
import type { VatWorker } from '@cooperage/protocol/worker-port';
import { Supervisor } from '../supervisor.ts';
import { writeExcerpt } from './excerpt.ts';
import { makePathFinder } from './heap-paths.ts';
import { markHeap, type MarkedHeap } from './marked-heap.ts';
import { VatMemory } from './vat-memory.ts';

/** The marks are dropped when this returns. */
const markWorkers = (workers: ReadonlyMap<VatId, VatWorker>): Promise<MarkedHeap> => {
  const marks = [...workers].flatMap(([vat, worker]) => {
    const marked = worker instanceof Supervisor ? worker.markHeap() : undefined;
    return marked === undefined ? [] : [[vat, marked] as const];
  });
  return markHeap(new Map(marks));
};

export const lookIntoHeaps = async (workers: ReadonlyMap<VatId, VatWorker>): Promise<HeapLook> => {
  const heap = await markWorkers(workers);
  let finder: HeapLook['findPaths'] | undefined;
  let memory: VatMemory | undefined;
  const provideMemory = (): VatMemory => (memory ??= new VatMemory(heap));
  return {
    findPaths: (vat, ref) => (finder ??= makePathFinder(heap))(vat, ref),
    measure: vat => provideMemory().measure(vat),
    excerpt: vat => {
      const nodes = provideMemory().list(vat);
      if (nodes === undefined) return undefined;
      return writeExcerpt({ graph: heap.graph, nodes, entrances: provideMemory().listEntrances(vat), title: `vat ${vat}` });
    },
  };
};
