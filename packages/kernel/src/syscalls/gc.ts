/** What a vat lets go of: imports and promises that it dropped, imports that it retired, exports that it retired or disowns. Translation checked the states. */
import type { KernelObjectRef, KernelPromiseRef, KRef, VatId } from '@cooperage/protocol/refs';
import type { ClistRow } from '@cooperage/store/tables/clists';
import type { Crank } from '../crank-state.ts';
import { orphan, retireEverywhere } from '../gc/free.ts';
import { clearReachable, deleteRow } from '../refs/clist.ts';

const listRows = (crank: Crank, vat: VatId, refs: readonly KRef[]): ClistRow[] =>
  refs.map(kref => crank.tables.clists.find(vat, kref)).filter(row => row !== undefined);

export const handleDropImports = (crank: Crank, vat: VatId, refs: readonly KRef[]): void => {
  for (const row of listRows(crank, vat, refs)) clearReachable(crank, row);
};

/**
 * The vat will not name these promises any more. One that it decides stays its own until the vat ends, and cannot be settled before:
 * there is nobody who could.
 */
export const handleDropPromises = (crank: Crank, vat: VatId, refs: readonly KRef[]): void => {
  for (const row of listRows(crank, vat, refs)) {
    const kref = row.kref as KernelPromiseRef;
    const promise = crank.tables.promises.get(kref);
    if (promise.decider === vat) crank.tables.promises.put({ ...promise, isHopeless: true });
    crank.tables.subscriptions.delete(kref, vat);
    deleteRow(crank, row);
  }
};

export const handleRetireImports = (crank: Crank, vat: VatId, refs: readonly KRef[]): void => {
  const { gcActions, objects } = crank.tables;
  for (const row of listRows(crank, vat, refs)) {
    const kref = row.kref as KernelObjectRef;
    deleteRow(crank, row);
    // The object went first: the vat need not hear of it any more.
    if (objects.find(kref) === undefined) gcActions.delete({ vat, action: 'retireImport', kref });
  }
};

export const handleRetireExports = (crank: Crank, vat: VatId, refs: readonly KRef[]): void => {
  for (const row of listRows(crank, vat, refs)) {
    const kref = row.kref as KernelObjectRef;
    deleteRow(crank, row);
    crank.tables.gcActions.delete({ vat, action: 'retireExport', kref });
    retireEverywhere(crank, kref);
  }
};

export const handleAbandonExports = (crank: Crank, vat: VatId, refs: readonly KRef[]): void => {
  for (const kref of refs) orphan(crank, vat, kref as KernelObjectRef);
};
