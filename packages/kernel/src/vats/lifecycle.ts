/** How vats begin, pause and end. */
import { makeErrorData } from '@cooperage/marshal/error-data';
import type { CapData } from '@cooperage/protocol/capdata';
import { CooperageError } from '@cooperage/protocol/errors';
import {
  FIRST_ID,
  makeKernelObjectRef,
  makeVatId,
  ROOT_VREF,
  type KernelObjectRef,
  type KRef,
  type VatId,
} from '@cooperage/protocol/refs';
import type { Crank } from '../crank-state.ts';
import { rejectAllDecidedBy, type Settlement } from '../promises/settle.ts';
import { take, release, releaseAll, takeAll } from '../refs/refcounts.ts';
import { VAT_TERMINATED } from '../routing/route.ts';
import { enqueueItem, removeItem } from '../scheduler/queue-item.ts';
import { unpark } from '../scheduler/parking.ts';
import { completeVatOptions, readVatOptions, type VatOptions } from './options.ts';
import { failUpgradesOf } from './upgrade-event.ts';
import { tellTerminated } from './watch.ts';

export type NewVat = {
  /** An id that was taken for it already; absent: the next. */
  readonly vat?: VatId;
  readonly name: string;
  readonly bundle: string;
  readonly worker: string;
  readonly engine: string;
  readonly parameters: CapData<KRef>;
  readonly options: Partial<VatOptions>;
};

/** Makes a vat's rows and its root object, and queues its start. The root is pinned for as long as the vat lives. */
export const createVat = (crank: Crank, spec: NewVat): VatId => {
  const { tables } = crank;
  const vat = spec.vat ?? makeVatId(tables.counters.take('vat', FIRST_ID.vat));
  const { name, bundle, worker, engine, parameters } = spec;
  tables.vats.put({
    vat,
    name,
    state: 'starting',
    bundle,
    incarnation: 0,
    worker,
    engine,
    options: JSON.stringify(completeVatOptions(spec.options)),
    parametersBody: parameters.body,
    problem: null,
  });
  tables.vatProgress.put({
    vat,
    nextObject: FIRST_ID.importedObject,
    nextPromise: FIRST_ID.importedPromise,
    nextDevice: FIRST_ID.importedDevice,
    deliveries: 0,
    transcriptHash: '',
    dirtDeliveries: 0,
    dirtKrefs: 0,
  });
  if (parameters.slots.length > 0) tables.parameterSlots.put(vat, parameters.slots);
  takeAll(crank, parameters.slots);
  addRoot(crank, vat);
  enqueueItem(crank, { kind: 'start-vat', vat });
  crank.count('vatsCreated');
  crank.log({ type: 'vat', crank: crank.number, vat, change: 'created', problem: null });
  return vat;
};

const addRoot = (crank: Crank, vat: VatId): void => {
  const { tables } = crank;
  const kref = makeKernelObjectRef(tables.counters.take('object', FIRST_ID.object));
  tables.objects.put({ kref, owner: vat, reachable: 0, recognizable: 0 });
  tables.clists.put({ vat, kref, vref: ROOT_VREF, reachable: true });
  tables.pins.add({ kref, reason: 'root' });
  take(crank, kref);
  crank.count('objectsCreated');
};

/** The vat's root object; undefined once the vat has been cleaned up. */
export const findRoot = (crank: Pick<Crank, 'tables'>, vat: VatId): KernelObjectRef | undefined =>
  crank.tables.clists.findByVref(vat, ROOT_VREF)?.kref as KernelObjectRef | undefined;

/** The same for a host, which is told when the vat is gone. */
export const getRoot = (store: Pick<Crank, 'tables'>, vat: VatId): KernelObjectRef => {
  const root = findRoot(store, vat);
  if (root === undefined)
    throw new CooperageError('ERR_VAT_NOT_FOUND', `${vat} has no root object: it was terminated`, { subject: vat });
  return root;
};

/** Stops a vat where it stands. What comes for it waits, in its place in the order. */
export const suspendVat = (crank: Crank, vat: VatId, problem: string): void => {
  crank.tables.vats.put({ ...crank.tables.vats.get(vat), state: 'suspended', problem });
  crank.count('vatsSuspended');
  crank.log({ type: 'vat', crank: crank.number, vat, change: 'suspended', problem });
};

/** Lets a suspended vat go on; what waited for it comes first, as it was queued first. */
export const resumeVat = (crank: Crank, vat: VatId): void => {
  const { tables } = crank;
  tables.vats.put({ ...tables.vats.get(vat), state: 'running', problem: null });
  unpark(crank, vat);
  crank.log({ type: 'vat', crank: crank.number, vat, change: 'resumed', problem: null });
};

/** Ends a vat because of what it did; `end` as in `terminateVat`. A critical vat does not end: the kernel stops, and what the open block did is lost. */
export const endVat = (crank: Crank, vat: VatId, problem: string, end?: Settlement): void => {
  const row = crank.tables.vats.get(vat);
  if (!readVatOptions(row).critical) {
    terminateVat(crank, vat, problem, end);
    return;
  }
  crank.log({ type: 'vat', crank: crank.number, vat, change: 'critical', problem });
  throw new CooperageError('ERR_CRITICAL_VAT', `the critical vat "${row.name}" (${vat}) would have ended: ${problem}`, {
    subject: row.name,
    remedy:
      'Nothing is lost: the database is as it was committed last. Open it again and, before run(), call ' +
      `suspendVat("${row.name}") to let the vat wait, and upgradeVat("${row.name}", { source }) to let it go on with better code.`,
  });
};

/**
 * Ends a vat for good. At once: nothing is delivered to it any more, what it had yet to decide is rejected, its root is unpinned.
 * Its other rows go crank by crank (`vats/cleanup.ts`). Does nothing for a vat that has ended already. `end`: what those are told who
 * wait for its end; an error with the problem unless it is said.
 */
export const terminateVat = (crank: Crank, vat: VatId, problem: string, end?: Settlement): void => {
  const { tables } = crank;
  const row = tables.vats.get(vat);
  if (row.state === 'terminated') return;
  tables.vats.put({ ...row, state: 'terminated', problem });
  purgeQueue(crank, vat);
  unpark(crank, vat);
  tables.gcActions.deleteByVat(vat);
  tables.reapQueue.delete(vat);
  tables.unfinishedReaps.delete(vat);
  tables.condemned.takeSome(vat, Number.MAX_SAFE_INTEGER);
  rejectAllDecidedBy(crank, vat, VAT_TERMINATED);
  releaseAll(crank, tables.parameterSlots.get(vat));
  tables.parameterSlots.delete(vat);
  const root = findRoot(crank, vat);
  if (root !== undefined && tables.pins.has({ kref: root, reason: 'root' })) {
    tables.pins.delete({ kref: root, reason: 'root' });
    release(crank, root);
  }
  tellTerminated(crank, vat, end ?? { outcome: 'rejected', data: makeErrorData(problem) });
  tables.cleanupQueue.append(vat);
  crank.count('vatsTerminated');
  crank.log({ type: 'vat', crank: crank.number, vat, change: 'terminated', problem });
};

/** Takes what only the vat itself was to hear off the queue. Messages stay: their senders learn in the order of the queue. */
const purgeQueue = (crank: Crank, vat: VatId): void => {
  const { runQueue } = crank.tables;
  failUpgradesOf(crank, vat, 'the vat was terminated');
  for (const { kind, position, promise } of runQueue.listByVat(vat)) {
    if (kind === 'message') continue;
    removeItem(crank, { position, kind });
    if (promise !== null) release(crank, promise);
  }
};
