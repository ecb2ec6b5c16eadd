/**
 * Finds what nothing keeps in the memories of several vats of this isolate: for one collection the vats hold each other's objects by the
 * edges that there are, and by no more, so the engine's own collector finds every cycle. What it collects is garbage indeed: nothing is
 * tried out, and nothing has to be taken back.
 */
import { EngineLinks } from '@cooperage/liveslots/gc/engine-links';
import type { Fasten, Links } from '@cooperage/liveslots/gc/links';
import type { DeadNodes, SuspectWorld } from '@cooperage/protocol/suspect-world';
import type { Heap } from './gc-tools.ts';

/** Stops holding what the names of the world stand for, in every vat that it names. */
export type LoosenAll = (links: Links) => readonly Fasten[];

/** In a job of its own: nothing that is linked here may stay on the stack. */
const link = (links: EngineLinks, loosenAll: LoosenAll): readonly Fasten[] => {
  const fastenings = loosenAll(links);
  links.letGo();
  return fastenings;
};

export const findDead = async (heap: Heap, world: SuspectWorld, loosenAll: LoosenAll): Promise<DeadNodes> => {
  const links = new EngineLinks(world);
  const fastenings = link(links, loosenAll);
  heap.markStale();
  try {
    await heap.collect();
  } finally {
    for (const fasten of fastenings) fasten(node => links.isAlive(node));
  }
  return links.listDead();
};
