/** Items that enter the run queue, or leave it without being taken. Both are told to whoever watches. */
import type { NewRunQueueItem, RunQueueRow } from '@cooperage/store/tables/run-queue';
import type { Crank } from '../crank-state.ts';

/** Puts an item at the end of the queue, or before all that waits. */
export const enqueueItem = (crank: Crank, item: NewRunQueueItem, place: 'last' | 'first' = 'last'): void => {
  const { runQueue } = crank.tables;
  const position = place === 'last' ? runQueue.append(item) : runQueue.prepend(item);
  crank.log({ type: 'queue', crank: crank.number, change: 'enqueued', position, kind: item.kind });
};

/** Takes an item that nobody is to hear of out of the queue. */
export const removeItem = (crank: Crank, { position, kind }: Pick<RunQueueRow, 'position' | 'kind'>): void => {
  crank.tables.runQueue.delete(position);
  crank.log({ type: 'queue', crank: crank.number, change: 'removed', position, kind });
};
