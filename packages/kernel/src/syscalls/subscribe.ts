/** A vat wants to hear when a promise settles. The subscription holds nothing: the vat's c-list row does. */
import type { KernelPromiseRef, KRef, VatId } from '@cooperage/protocol/refs';
import type { Syscall } from '@cooperage/protocol/syscall';
import type { Crank } from '../crank-state.ts';
import { enqueueNotify } from '../routing/enqueue.ts';

export const handleSubscribe = (crank: Crank, vat: VatId, { promise }: Extract<Syscall<KRef>, { type: 'subscribe' }>): void => {
  const kref = promise as KernelPromiseRef;
  if (crank.tables.promises.get(kref).state !== 'unresolved') enqueueNotify(crank, vat, kref);
  else if (!crank.tables.subscriptions.has(kref, vat)) crank.tables.subscriptions.add(kref, vat);
};
