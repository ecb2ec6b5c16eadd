/** A vat sends a message. */
import type { KernelPromiseRef, KRef } from '@cooperage/protocol/refs';
import type { Syscall } from '@cooperage/protocol/syscall';
import type { Crank } from '../crank-state.ts';
import { enqueueMessage } from '../routing/enqueue.ts';

export const handleSend = (crank: Crank, { target, message }: Extract<Syscall<KRef>, { type: 'send' }>): void => {
  if (message.result !== null) {
    const promise = crank.tables.promises.get(message.result as KernelPromiseRef);
    // From here until the message is delivered the answer is nobody's to give (I10).
    crank.tables.promises.put({ ...promise, decider: null });
  }
  enqueueMessage(crank, target, message);
};
