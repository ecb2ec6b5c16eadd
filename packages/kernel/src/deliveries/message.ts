/** A message comes off the run queue. */
import type { KernelPromiseRef } from '@cooperage/protocol/refs';
import type { MessageRow } from '@cooperage/store/tables/messages';
import type { RunQueueRow } from '@cooperage/store/tables/run-queue';
import type { Crank } from '../crank-state.ts';
import { settlePromise } from '../promises/settle.ts';
import { deleteMessage, releasePromiseQueue } from '../routing/enqueue.ts';
import { pipelines, routeMessage } from '../routing/route.ts';
import { park } from '../scheduler/parking.ts';
import type { Warehouse } from '../vats/warehouse.ts';
import { deliverToVat, type DeliveryResult } from './deliver.ts';

type QueuedMessage = { readonly message: MessageRow; readonly row: RunQueueRow };

/** Delivers the message, or lets it wait, or rejects its result. Its row holds its refs until it is delivered or rejected. */
export const runMessage = async (
  crank: Crank,
  warehouse: Warehouse,
  { message, row }: QueuedMessage,
): Promise<DeliveryResult | null> => {
  const { tables } = crank;
  const { body, result } = message;
  const route = routeMessage(tables, message.target, body);
  switch (route.kind) {
    case 'park':
      park(crank, row, route.vat);
      return null;
    case 'wait':
      tables.promiseQueue.append(route.promise, message.message);
      return null;
    case 'splat':
      if (result !== null) settlePromise(crank, result, null, { outcome: 'rejected', data: route.reason });
      deleteMessage(crank, message);
      crank.count('messagesSplatted');
      return null;
    case 'deliver': {
      const methargs = { body, slots: tables.messageSlots.get(message.message) };
      const { vat, target } = route;
      // Holds pass from the row to the vat's c-list; nothing is freed before the crank settles.
      deleteMessage(crank, message);
      const delivered = await deliverToVat(crank, warehouse, {
        vat,
        delivery: { type: 'message', target, message: { methargs, result } },
      });
      if (delivered.fault === null && result !== null) releaseToPipeliningDecider(crank, result);
      return delivered;
    }
  }
};

/** What waited for the result may go to the vat that now decides it, if that vat takes such messages. */
const releaseToPipeliningDecider = (crank: Crank, result: KernelPromiseRef): void => {
  const promise = crank.tables.promises.find(result);
  if (promise?.decider != null && pipelines(crank.tables, promise.decider)) releasePromiseQueue(crank, result);
};
