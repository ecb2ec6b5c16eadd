/** Looks into the memories of vats of this isolate by a snapshot of it. */
import type { HeapLook } from '@cooperage/protocol/heap-look';
import type { VatId } from '@cooperage/protocol/refs';
import type { VatWorker } from '@cooperage/protocol/worker-port';
import { Supervisor } from '../supervisor.ts';
import { makeHeapLook } from './heap-paths.ts';
import { markHeap, type MarkedHeap } from './marked-heap.ts';

/** The marks are dropped when this returns. */
export const markWorkers = (workers: ReadonlyMap<VatId, VatWorker>): Promise<MarkedHeap> => {
  const marks = [...workers].flatMap(([vat, worker]) => {
    const marked = worker instanceof Supervisor ? worker.markHeap() : undefined;
    return marked === undefined ? [] : [[vat, marked] as const];
  });
  return markHeap(new Map(marks));
};

export const lookIntoHeaps = async (workers: ReadonlyMap<VatId, VatWorker>): Promise<HeapLook> =>
  makeHeapLook(await markWorkers(workers));
