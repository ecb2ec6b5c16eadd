/**
 * What the next crank does: reaps first when it is time for them, all that are due in a row; then what garbage collection has to say, so
 * that tables shrink before they grow; then the end of vats whose makers want it; then, taking turns, what nobody waits for (the rest of
 * unfinished reaps, the cleanup of dead vats) and the run queue in order.
 */
import { insistInvariant } from '@cooperage/protocol/fault';
import type { KernelPromiseRef, VatId } from '@cooperage/protocol/refs';
import type { MessageRow } from '@cooperage/store/tables/messages';
import type { RunQueueRow } from '@cooperage/store/tables/run-queue';
import type { UpgradeRow } from '@cooperage/store/tables/upgrades';
import type { Choice } from '../choices.ts';
import type { Crank } from '../crank-state.ts';
import { takeGcActions, type GcDelivery } from '../gc/actions.ts';
import { takeDueReap } from './due-reaps.ts';
import { isQueueFirst, type Side } from './turn.ts';
import { findUnfinished } from './unfinished.ts';

export type Work =
  | { readonly kind: 'gc'; readonly vat: VatId; readonly delivery: GcDelivery }
  /** There were GC actions, none of them true any more. That they are gone takes a crank of its own, so that it stands. */
  | { readonly kind: 'moot'; readonly vat: null }
  /** A vat was told to end, by the one that made it. */
  | { readonly kind: 'end-vat'; readonly vat: VatId }
  | { readonly kind: 'cleanup'; readonly vat: VatId }
  /** isContinued: the vat goes on with what it could not finish. */
  | { readonly kind: 'reap'; readonly vat: VatId; readonly isContinued: boolean }
  | { readonly kind: 'start-vat'; readonly vat: VatId; readonly row: RunQueueRow }
  | { readonly kind: 'upgrade-vat'; readonly vat: VatId; readonly upgrade: UpgradeRow; readonly row: RunQueueRow }
  | { readonly kind: 'notify'; readonly vat: VatId; readonly promise: KernelPromiseRef; readonly row: RunQueueRow }
  | { readonly kind: 'message'; readonly vat: null; readonly message: MessageRow; readonly row: RunQueueRow };

export type WorkKind = Work['kind'];
type Take = (crank: Crank) => Work | undefined;
type Step = { readonly take: Take; readonly later?: Choice };

/** On whose turn the work was done. */
export const sideOf = (work: Work): Side => {
  switch (work.kind) {
    case 'cleanup':
      return 'background';
    case 'reap':
      return work.isContinued ? 'background' : 'neither';
    case 'gc':
    case 'moot':
    case 'end-vat':
      return 'neither';
    default:
      return 'queue';
  }
};

/** Takes the next work off its queue; undefined when there is none. */
export const takeNextWork = (crank: Crank): Work | undefined => {
  const postponed: Step[] = [];
  for (const step of isQueueFirst(crank) ? QUEUE_FIRST : BACKGROUND_FIRST) {
    if (step.later !== undefined && crank.maybe(step.later)) {
      postponed.push(step);
      continue;
    }
    const work = step.take(crank);
    if (work !== undefined) return work;
  }
  for (const step of postponed) {
    const work = step.take(crank);
    if (work !== undefined) return work;
  }
  return undefined;
};

const takeGc = (crank: Crank): Work | undefined => {
  const gc = takeGcActions(crank);
  if (gc === 'moot') return { kind: 'moot', vat: null };
  return gc === undefined ? undefined : { kind: 'gc', ...gc };
};

const takeVerdict = (crank: Crank): Work | undefined => {
  const vat = crank.tables.dynamicVats.findCondemned()?.vat;
  return vat === undefined ? undefined : { kind: 'end-vat', vat };
};

const takeCleanup = (crank: Crank): Work | undefined => {
  const vat = crank.tables.cleanupQueue.findHead();
  return vat === undefined ? undefined : { kind: 'cleanup', vat };
};

const takeReap = (crank: Crank): Work | undefined => {
  const vat = takeDueReap(crank);
  return vat === undefined ? undefined : { kind: 'reap', vat, isContinued: false };
};

/** The reap of a certain vat, whether it is due or not. */
export const takeReapOf = ({ tables: { reapQueue, vats } }: Crank, vat: VatId): Work | undefined => {
  if (vats.get(vat).state !== 'running') return undefined;
  reapQueue.delete(vat);
  return { kind: 'reap', vat, isContinued: false };
};

const takeUnfinished = (crank: Crank): Work | undefined => {
  const vat = findUnfinished(crank);
  if (vat === undefined) return undefined;
  crank.tables.unfinishedReaps.delete(vat);
  return { kind: 'reap', vat, isContinued: true };
};

const takeQueued = (crank: Crank): Work | undefined => {
  const { tables } = crank;
  const row = tables.runQueue.findHead();
  if (row === undefined) return undefined;
  tables.runQueue.delete(row.position);
  if (row.kind === 'message' && row.message !== null) {
    return { kind: 'message', vat: null, message: tables.messages.get(row.message), row };
  }
  insistInvariant('I17', row.vat !== null, `run queue item ${row.position} names no vat`);
  if (row.kind === 'start-vat') return { kind: 'start-vat', vat: row.vat, row };
  if (row.upgrade !== null) return { kind: 'upgrade-vat', vat: row.vat, upgrade: tables.upgrades.get(row.upgrade), row };
  insistInvariant('I17', row.promise !== null, `run queue item ${row.position} names no promise`);
  return { kind: 'notify', vat: row.vat, promise: row.promise, row };
};

const GC: Step = { take: takeGc, later: 'gc-later' };
const BACKGROUND: readonly Step[] = [
  { take: takeUnfinished, later: 'reap-later' },
  { take: takeCleanup, later: 'cleanup-later' },
];
const REAP: Step = { take: takeReap, later: 'reap-later' };
const QUEUE: Step = { take: takeQueued };
const VERDICT: Step = { take: takeVerdict };
const BACKGROUND_FIRST = [REAP, GC, VERDICT, ...BACKGROUND, QUEUE];
const QUEUE_FIRST = [REAP, GC, VERDICT, QUEUE, ...BACKGROUND];
