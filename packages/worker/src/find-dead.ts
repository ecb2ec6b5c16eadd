/**
 * Finds what nothing keeps in the memories of several vats of this isolate: for one collection the vats hold each other's objects by the
 * edges that there are, and by no more, so the engine's own collector finds every cycle. What it collects is garbage indeed: nothing is
 * tried out, and nothing has to be taken back.
 */
import { EngineLinks } from '@cooperage/liveslots/gc/engine-links';
import type { Fasten } from '@cooperage/liveslots/gc/links';
import type { VatId } from '@cooperage/protocol/refs';
import type { DeadNodes, SuspectWorld } from '@cooperage/protocol/suspect-world';
import type { VatWorker } from '@cooperage/protocol/worker-port';
import type { Heap } from './gc-tools.ts';
import { Supervisor } from './supervisor.ts';

/** In a job of its own: nothing that is linked here may stay on the stack. */
const link = (links: EngineLinks, world: SuspectWorld, workers: ReadonlyMap<VatId, VatWorker>): readonly Fasten[] => {
  const fastenings: Fasten[] = [];
  for (const [vat, names] of world.names) {
    const worker = workers.get(vat);
    if (!(worker instanceof Supervisor)) throw new Error(`the memory of ${vat} cannot be looked into`);
    fastenings.push(worker.loosen(names, links));
  }
  links.letGo();
  return fastenings;
};

export const findDead = async (heap: Heap, world: SuspectWorld, workers: ReadonlyMap<VatId, VatWorker>): Promise<DeadNodes> => {
  const links = new EngineLinks(world);
  const fastenings = link(links, world, workers);
  heap.markStale();
  try {
    await heap.collect();
  } finally {
    for (const fasten of fastenings) fasten(node => links.isAlive(node));
  }
  return links.listDead();
};
