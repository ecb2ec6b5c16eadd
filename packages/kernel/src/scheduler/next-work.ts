/**
 * What the next crank does: garbage collection first, so that tables shrink before they grow, then cleanup of dead vats, then
 * reaps, then the run queue in order.
 */
import { insistInvariant } from '@cooperage/protocol/fault';
import type { KernelPromiseRef, VatId } from '@cooperage/protocol/refs';
import type { MessageRow } from '@cooperage/store/tables/messages';
import type { RunQueueRow } from '@cooperage/store/tables/run-queue';
import type { Crank } from '../crank-state.ts';
import { takeGcActions, type GcDelivery } from '../gc/actions.ts';

export type Work =
  | { readonly kind: 'gc'; readonly vat: VatId; readonly delivery: GcDelivery }
  /** There were GC actions, none of them true any more. That they are gone takes a crank of its own, so that it stands. */
  | { readonly kind: 'moot'; readonly vat: null }
  | { readonly kind: 'cleanup'; readonly vat: VatId }
  | { readonly kind: 'reap'; readonly vat: VatId }
  | { readonly kind: 'start-vat'; readonly vat: VatId }
  | { readonly kind: 'notify'; readonly vat: VatId; readonly promise: KernelPromiseRef; readonly row: RunQueueRow }
  | { readonly kind: 'message'; readonly vat: null; readonly message: MessageRow; readonly row: RunQueueRow };

export type WorkKind = Work['kind'];

/** Takes the next work off its queue; undefined when there is none. */
export const takeNextWork = (crank: Crank): Work | undefined => {
  const { tables } = crank;
  const gc = takeGcActions(crank);
  if (gc === 'moot') return { kind: 'moot', vat: null };
  if (gc !== undefined) return { kind: 'gc', ...gc };
  const dead = tables.cleanupQueue.findHead();
  if (dead !== undefined) return { kind: 'cleanup', vat: dead };
  const dirty = takeReap(crank);
  if (dirty !== undefined) return { kind: 'reap', vat: dirty };
  const row = tables.runQueue.findHead();
  return row === undefined ? undefined : takeQueued(crank, row);
};

const takeReap = (crank: Crank): VatId | undefined => {
  const { reapQueue, vats } = crank.tables;
  const vat = reapQueue.list().find(candidate => vats.get(candidate).state === 'running');
  if (vat !== undefined) reapQueue.delete(vat);
  return vat;
};

const takeQueued = (crank: Crank, row: RunQueueRow): Work => {
  const { tables } = crank;
  tables.runQueue.delete(row.position);
  if (row.kind === 'message' && row.message !== null) {
    return { kind: 'message', vat: null, message: tables.messages.get(row.message), row };
  }
  insistInvariant('I17', row.vat !== null, `run queue item ${row.position} names no vat`);
  if (row.kind === 'start-vat') return { kind: 'start-vat', vat: row.vat };
  insistInvariant('I17', row.promise !== null, `run queue item ${row.position} names no promise`);
  return { kind: 'notify', vat: row.vat, promise: row.promise, row };
};

/** Puts an item back into its place in the order, to wait until `vat` resumes. */
export const park = (crank: Crank, row: RunQueueRow, vat: VatId): void => crank.tables.runQueue.put({ ...row, parkedFor: vat });
