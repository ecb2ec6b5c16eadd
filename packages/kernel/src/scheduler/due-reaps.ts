/**
 * When the vats that are due bring out their dead. A harvest costs a collection of the whole isolate however many vats are harvested, so a
 * vat that has become due by its dirt waits for others: until the run queue is empty, or so many cranks have passed. Then all that
 * are due go, one after the other and before anything else runs that could make the collection stale. Reaps that the host asks for do not
 * wait. The wait is a fact in the tables, because every replica must end it at the same moment.
 */
import type { VatId } from '@cooperage/protocol/refs';
import { LIMITS } from '@cooperage/protocol/limits';
import type { Crank } from '../crank-state.ts';

const WAIT = 'reaps_wait_until_crank';

/** Queues a reap that can wait for others. */
export const queueReap = ({ tables, number }: Crank, vat: VatId): void => {
  if (tables.reapQueue.findHead() === undefined) tables.kernelState.put(WAIT, String(number + LIMITS.cranksUntilReap));
  tables.reapQueue.append(vat);
};

/** The next vat to be reaped, if that is to be now; takes it off the queue. */
export const takeDueReap = ({ tables, number }: Crank): VatId | undefined => {
  const { reapQueue, kernelState, runQueue, vats } = tables;
  if (reapQueue.findHead() === undefined) return undefined;
  const wait = kernelState.find(WAIT);
  if (wait !== undefined && number < Number(wait) && runQueue.findHead() !== undefined) return undefined;
  const vat = reapQueue.list().find(candidate => vats.get(candidate).state === 'running');
  if (vat === undefined) return undefined;
  reapQueue.delete(vat);
  if (wait !== undefined) kernelState.delete(WAIT);
  return vat;
};
