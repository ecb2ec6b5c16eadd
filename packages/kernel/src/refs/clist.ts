/**
 * C-lists: the only pairing of krefs with vrefs (I1, I2). An import's row holds its object: recognition always, reach while its flag
 * stands. An export's row holds nothing; its flag says whether the vat still believes that somebody can reach the object.
 * A promise's row holds the promise on either side.
 */
import { insistInvariant } from '@cooperage/protocol/fault';
import {
  FIRST_ID,
  isImportVRef,
  isKernelObjectRef,
  makeImportVRef,
  makeKernelObjectRef,
  makeKernelPromiseRef,
  parseKRef,
  type KernelObjectRef,
  type KernelPromiseRef,
  type KRef,
  type VatId,
  type VRef,
} from '@cooperage/protocol/refs';
import type { ClistRow } from '@cooperage/store/tables/clists';
import type { Crank } from '../crank-state.ts';
import { release, take } from './refcounts.ts';

const addRow = (crank: Crank, row: ClistRow): ClistRow => {
  crank.tables.clists.put(row);
  crank.log({
    type: 'clist',
    crank: crank.number,
    change: isImportVRef(row.vref) ? 'import' : 'export',
    vat: row.vat,
    kref: row.kref,
    vref: row.vref,
  });
  return row;
};

const takeImportNumber = (crank: Crank, vat: VatId, kref: KRef): VRef => {
  const progress = crank.tables.vatProgress.get(vat);
  const kind = parseKRef(kref)?.kind ?? 'object';
  const field = ({ object: 'nextObject', promise: 'nextPromise', device: 'nextDevice' } as const)[kind];
  crank.tables.vatProgress.put({ ...progress, [field]: progress[field] + 1 });
  return makeImportVRef(kind, progress[field]);
};

/** The row by which `vat` knows `kref`, made if the vat has never met it. A new object row is not reachable yet. */
export const provideImport = (crank: Crank, vat: VatId, kref: KRef): ClistRow => {
  const known = crank.tables.clists.find(vat, kref);
  if (known !== undefined) return known;
  const isObject = isKernelObjectRef(kref);
  if (isObject) insistInvariant('I24', crank.tables.objects.find(kref) !== undefined, `${kref} delivered to ${vat}`);
  take(crank, kref, 'recognize');
  return addRow(crank, { vat, kref, vref: takeImportNumber(crank, vat, kref), reachable: !isObject });
};

/** Makes a kernel object for an export that `vat` has named for the first time. */
export const addObjectExport = (crank: Crank, vat: VatId, vref: VRef): ClistRow => {
  const kref = makeKernelObjectRef(crank.tables.counters.take('object', FIRST_ID.object));
  crank.tables.objects.put({ kref, owner: vat, reachable: 0, recognizable: 0 });
  crank.count('objectsCreated');
  // Nobody holds it yet: unless the syscall that names it finds a holder, it goes as this crank settles.
  crank.freeable.add(kref);
  return addRow(crank, { vat, kref, vref, reachable: true });
};

/** Makes a kernel promise for one that `vat` has named for the first time and decides. */
export const addPromiseExport = (crank: Crank, vat: VatId, vref: VRef): ClistRow => {
  const kref = addPromise(crank, vat);
  take(crank, kref);
  return addRow(crank, { vat, kref, vref, reachable: true });
};

/** A new unresolved promise that nobody holds yet; decider null: the kernel. */
export const addPromise = (crank: Crank, decider: VatId | null): KernelPromiseRef => {
  const kref = makeKernelPromiseRef(crank.tables.counters.take('promise', FIRST_ID.promise));
  crank.tables.promises.put({ kref, state: 'unresolved', decider, holds: 0, isHopeless: false, body: null });
  crank.count('promisesCreated');
  crank.freeable.add(kref);
  return kref;
};

/** The vat may use this object (import), or somebody may (export). Returns the row as it stands now. */
export const setReachable = (crank: Crank, row: ClistRow): ClistRow => {
  if (row.reachable) return row;
  if (isImportVRef(row.vref)) take(crank, row.kref, 'reach');
  // A re-export that finds no holder in this crank must be dropped again (I5).
  else crank.freeable.add(row.kref as KernelObjectRef);
  const now = { ...row, reachable: true };
  crank.tables.clists.put(now);
  return now;
};

/** The vat may only recognize this object (import), or was told that nobody reaches it (export). */
export const clearReachable = (crank: Crank, row: ClistRow): ClistRow => {
  if (!row.reachable) return row;
  if (isImportVRef(row.vref)) release(crank, row.kref, 'reach');
  const now = { ...row, reachable: false };
  crank.tables.clists.put(now);
  return now;
};

/** Ends the pairing and lets go of what the row held. */
export const deleteRow = (crank: Crank, row: ClistRow): void => {
  if (isKernelObjectRef(row.kref)) {
    clearReachable(crank, row);
    if (isImportVRef(row.vref)) release(crank, row.kref, 'recognize');
  } else release(crank, row.kref);
  crank.tables.clists.delete(row);
  crank.log({ type: 'clist', crank: crank.number, change: 'delete', vat: row.vat, kref: row.kref, vref: row.vref });
};

/** The export row of an object that a vat owns. */
export const findExport = (crank: Pick<Crank, 'tables'>, kref: KernelObjectRef): ClistRow | undefined => {
  const owner = crank.tables.objects.find(kref)?.owner ?? null;
  return owner === null ? undefined : crank.tables.clists.find(owner, kref);
};
