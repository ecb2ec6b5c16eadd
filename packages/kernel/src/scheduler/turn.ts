/**
 * Whose turn it is. Work that nobody waits for, the cleanup of dead vats and the rest of unfinished reaps, may be much; so it
 * alternates with the run queue, crank by crank, and neither holds the other up. The turn is a fact in the tables, because a kernel
 * that is closed and opened goes on as one that is not; its absence means that such work goes first.
 */
import type { Crank } from '../crank-state.ts';

const TURN = 'turn';
const QUEUE = 'queue';

/** Whether the run queue goes before the work that nobody waits for. */
export const isQueueFirst = (crank: Crank): boolean => crank.tables.kernelState.find(TURN) === QUEUE;

const hasBackgroundWork = ({ tables }: Crank): boolean =>
  tables.cleanupQueue.findHead() !== undefined || tables.unfinishedReaps.findHead() !== undefined;

/** What a crank worked on: garbage collection, reaps and ends of vats are on neither side. */
export type Side = 'queue' | 'background' | 'neither';

/** After the work of a crank: the other side comes next, if there are two. */
export const passTurn = (crank: Crank, side: Side): void => {
  const { kernelState } = crank.tables;
  if (side === 'background' && hasBackgroundWork(crank)) kernelState.put(TURN, QUEUE);
  else if (isQueueFirst(crank) && (side === 'queue' || !hasBackgroundWork(crank))) kernelState.delete(TURN);
};
