/**
 * What follows when a count has fallen to zero, decided once per crank, when all of its takes and releases are done. A worklist
 * runs until nothing falls any more, in the order in which things fell.
 */
import { insistInvariant } from '@cooperage/protocol/fault';
import { isKernelPromiseRef, type KernelObjectRef, type KernelPromiseRef, type VatId } from '@cooperage/protocol/refs';
import type { Crank } from '../crank-state.ts';
import { deleteRow } from '../refs/clist.ts';
import { releaseAll } from '../refs/refcounts.ts';

/** Runs the worklist to its fixpoint. */
export const freeWhatFell = (crank: Crank): void => {
  const { freeable } = crank;
  for (;;) {
    const [next] = freeable;
    if (next === undefined) return;
    freeable.delete(next);
    if (isKernelPromiseRef(next)) freePromise(crank, next);
    else freeObject(crank, next as KernelObjectRef);
  }
};

const freePromise = (crank: Crank, promise: KernelPromiseRef): void => {
  const { tables } = crank;
  const row = tables.promises.find(promise);
  if (row === undefined || row.holds > 0) return;
  // A message in its queue would hold it, and so would the c-list row of any subscriber.
  insistInvariant('I4', tables.promiseQueue.list(promise).length === 0, () => `${promise} has a queue but no holder`);
  if (row.state !== 'unresolved') {
    releaseAll(crank, tables.promiseSlots.get(promise));
    tables.promiseSlots.delete(promise);
  }
  tables.subscriptions.deleteAll(promise);
  tables.promises.delete(promise);
  crank.count('promisesDeleted');
};

const freeObject = (crank: Crank, kref: KernelObjectRef): void => {
  const { tables } = crank;
  const row = tables.objects.find(kref);
  if (row === undefined || row.reachable > 0) return;
  if (row.owner === null) {
    retireEverywhere(crank, kref);
    return;
  }
  if (tables.vats.get(row.owner).state === 'terminated') {
    // Its owner will never hear of anything again: no need to wait until cleanup comes this far.
    orphanOfDead(crank, row.owner, kref);
    retireEverywhere(crank, kref);
    return;
  }
  const exportRow = tables.clists.find(row.owner, kref);
  insistInvariant('I2', exportRow !== undefined, () => `${kref} has no export row in ${row.owner}`);
  if (exportRow.reachable) tables.gcActions.add({ vat: row.owner, action: 'dropExport', kref });
  if (row.recognizable === 0) tables.gcActions.add({ vat: row.owner, action: 'retireExport', kref });
};

/** Tells every importer that an object is gone, and deletes its record. */
export const retireEverywhere = (crank: Crank, kref: KernelObjectRef): void => {
  const { tables } = crank;
  for (const vat of tables.clists.listImporters(kref)) {
    if (tables.vats.get(vat).state !== 'terminated') tables.gcActions.add({ vat, action: 'retireImport', kref });
  }
  if (tables.objects.find(kref)?.owner === null) tables.upgradeOrphans.delete(kref);
  tables.objects.delete(kref);
  crank.count('objectsDeleted');
};

/** The exporter disowns an object: its row goes, importers keep theirs, messages to it splat. */
export const orphan = (crank: Crank, owner: VatId, kref: KernelObjectRef): void => {
  for (const action of ['dropExport', 'retireExport'] as const) crank.tables.gcActions.delete({ vat: owner, action, kref });
  orphanOfDead(crank, owner, kref);
};

/** The same for the export of a vat that was terminated, for which no action is queued. */
export const orphanOfDead = (crank: Crank, owner: VatId, kref: KernelObjectRef): void => {
  const { tables } = crank;
  const exportRow = tables.clists.find(owner, kref);
  if (exportRow !== undefined) deleteRow(crank, exportRow);
  const row = tables.objects.find(kref);
  if (row === undefined) return;
  tables.objects.put({ ...row, owner: null });
  crank.freeable.add(kref);
};
