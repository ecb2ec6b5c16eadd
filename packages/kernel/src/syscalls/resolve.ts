/** A vat settles promises that it decides, in one batch; afterwards it knows none of them any more (I13). */
import type { KernelPromiseRef, KRef, VatId } from '@cooperage/protocol/refs';
import type { Syscall } from '@cooperage/protocol/syscall';
import type { Crank } from '../crank-state.ts';
import { settlePromise } from '../promises/settle.ts';
import { deleteRow } from '../refs/clist.ts';

export const handleResolve = (crank: Crank, vat: VatId, { resolutions }: Extract<Syscall<KRef>, { type: 'resolve' }>): void => {
  for (const { promise, outcome, data } of resolutions) settlePromise(crank, promise as KernelPromiseRef, vat, { outcome, data });
  for (const { promise } of resolutions) {
    const row = crank.tables.clists.find(vat, promise);
    if (row !== undefined) deleteRow(crank, row);
  }
};
