/**
 * Messages on their way. A message is a row that holds its target, its result and every slot from the moment it is made until the
 * row is deleted, whichever way that happens (I17); between queues only its place changes.
 */
import { findSingleSlot } from '@cooperage/marshal/single-slot';
import type { Message } from '@cooperage/protocol/delivery';
import { FIRST_ID, isKernelPromiseRef, type KernelPromiseRef, type KRef, type VatId } from '@cooperage/protocol/refs';
import type { MessageRow } from '@cooperage/store/tables/messages';
import type { Crank } from '../crank-state.ts';
import { release, releaseAll, take, takeAll } from '../refs/refcounts.ts';
import { enqueueItem } from '../scheduler/queue-item.ts';
import { routeMessage } from './route.ts';

/** Queues a new message to `target`. Its result, if any, must be decided by the kernel by now. */
export const enqueueMessage = (crank: Crank, target: KRef, message: Message<KRef>): void => {
  const { tables } = crank;
  const row: MessageRow = {
    message: tables.counters.take('message', FIRST_ID.message),
    target,
    body: message.methargs.body,
    result: message.result as KernelPromiseRef | null,
  };
  tables.messages.put(row);
  if (message.methargs.slots.length > 0) tables.messageSlots.put(row.message, message.methargs.slots);
  take(crank, target);
  if (row.result !== null) take(crank, row.result);
  takeAll(crank, message.methargs.slots);
  crank.count('messagesQueued');
  placeMessage(crank, row);
};

/** Puts a message that stands in no queue into the one where it belongs now. */
export const placeMessage = (crank: Crank, row: MessageRow): void => {
  const { tables } = crank;
  const route = routeMessage(tables, row.target, row.body);
  if (route.kind === 'wait') {
    tables.promiseQueue.append(route.promise, row.message);
    return;
  }
  retarget(crank, row);
  enqueueItem(crank, { kind: 'message', message: row.message });
};

/** A message to a promise that is fulfilled with an object becomes a message to that object. */
const retarget = (crank: Crank, row: MessageRow): void => {
  if (!isKernelPromiseRef(row.target)) return;
  const promise = crank.tables.promises.get(row.target);
  if (promise.state !== 'fulfilled') return;
  const single = findSingleSlot({ body: promise.body ?? '', slots: crank.tables.promiseSlots.get(row.target) });
  if (single?.kind !== 'remotable') return;
  const target = single.ref as KRef;
  take(crank, target);
  release(crank, row.target);
  crank.tables.messages.put({ ...row, target });
};

/** Takes a message out of existence and lets go of all that it held. Its queue row must be gone already. */
export const deleteMessage = (crank: Crank, row: MessageRow): void => {
  const { tables } = crank;
  const slots = tables.messageSlots.get(row.message);
  release(crank, row.target);
  if (row.result !== null) release(crank, row.result);
  releaseAll(crank, slots);
  if (slots.length > 0) tables.messageSlots.delete(row.message);
  tables.messages.delete(row.message);
};

/** Moves everything that waits for a promise to where it belongs now, in order. */
export const releasePromiseQueue = (crank: Crank, promise: KernelPromiseRef): void => {
  const { tables } = crank;
  const waiting = tables.promiseQueue.list(promise);
  if (waiting.length === 0) return;
  tables.promiseQueue.deleteAll(promise);
  for (const message of waiting) placeMessage(crank, tables.messages.get(message));
};

/** Queues the news that `promise` has settled; the row holds the promise. */
export const enqueueNotify = (crank: Crank, vat: VatId, promise: KernelPromiseRef): void => {
  take(crank, promise);
  enqueueItem(crank, { kind: 'notify', vat, promise });
};
