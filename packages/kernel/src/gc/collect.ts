/**
 * The collector of cycles: finds what nothing can reach although its counts never fall, across vats, promises and stored data.
 *
 * 1. `mark/survey` draws the world from the tables; `mark/marker` marks what is alive without the help of any heap.
 * 2. What is left is suspect. The vats' place lets the engine decide it together with all heaps at once (`WorkerLauncher.findDead`);
 *    heaps that cannot be looked into were taken to keep whatever they could.
 * 3. What died in a heap, the vat's next harvest reports, which comes before anything else; the rest is ordinary drop and retire. What
 *    is dead and stored is condemned, and so are dead keys of stored weak entries: their vat deletes what they cite, and what is filed
 *    under them. What is dead and the kernel's own, the data and the waiting messages of promises, goes here.
 *
 * Between the survey and step 3 nothing is delivered, so what was found dead stays dead: nobody is left who could name it (I28).
 */
import type { KernelPromiseRef, KRef, VatId, VRef } from '@cooperage/protocol/refs';
import type { VatWorker } from '@cooperage/protocol/worker-port';
import type { Tables } from '@cooperage/store/tables/tables';
import type { Crank } from '../crank-state.ts';
import type { Machine } from '../machine.ts';
import { release, releaseAll } from '../refs/refcounts.ts';
import { Marker } from './mark/marker.ts';
import { findSuspects } from './mark/suspects.ts';
import { surveyWorld, type Survey } from './mark/survey.ts';

/** What a collection of cycles found: nodes that nothing keeps, and the stored objects among them. */
export type CycleReport = { readonly dead: number; readonly condemned: number };

/** Vats whose memory can be looked into: those that are in memory, and others as far as there is room. */
const openHeaps = async ({ store, warehouse, launcher }: Machine): Promise<ReadonlyMap<VatId, VatWorker>> => {
  const heaps = new Map<VatId, VatWorker>();
  if (launcher.findDead === undefined) return heaps;
  const online = new Set(warehouse.listOnline());
  const running = store.tables.vats.list().filter(({ state }) => state === 'running');
  const inOrder = [...running.filter(({ vat }) => online.has(vat)), ...running.filter(({ vat }) => !online.has(vat))];
  for (const { vat } of inOrder) {
    if (heaps.size >= warehouse.capacity) break;
    const worker = await warehouse.provideWorker(vat);
    if (launcher.isTransparent?.(worker) === true) heaps.set(vat, worker);
    // It must not take the place of a heap that has been opened already.
    else if (warehouse.isFull) await warehouse.evict(vat);
  }
  return heaps;
};

/** What nothing keeps, and the vats whose memory was asked. */
type Finding = { readonly dead: readonly number[]; readonly asked: readonly VatId[] };

const findDeadNodes = async (machine: Machine, survey: Survey, heaps: ReadonlyMap<VatId, VatWorker>): Promise<Finding> => {
  const marker = new Marker(survey.world);
  marker.step();
  const suspects = findSuspects(survey, marker);
  if (suspects === undefined) return { dead: [], asked: [] };
  const { world, nodes } = suspects;
  const asked = [...world.names.keys()];
  if (asked.length === 0) return { dead: nodes, asked };
  const dead = await machine.launcher.findDead?.(world, heaps);
  return dead === undefined ? { dead: [], asked: [] } : { dead: nodes.filter((_node, i) => dead[i] === 1), asked };
};

export type Garbage = { readonly survey: Survey; readonly dead: ReadonlySet<number>; readonly asked: readonly VatId[] };

/** Looks for what nothing keeps. Changes nothing but the memory of vats, where nobody can see it. */
export const findGarbage = async (machine: Machine): Promise<Garbage> => {
  const heaps = await openHeaps(machine);
  const survey = surveyWorld(machine.store.tables, new Set(heaps.keys()));
  const { dead, asked } = await findDeadNodes(machine, survey, heaps);
  return { survey, dead: new Set(dead), asked };
};

/** What is stored, or has something stored under it, and is dead: the rows of its vat have to be told. */
const condemnStored = (crank: Crank, survey: Survey, dead: ReadonlySet<number>): number => {
  const { condemned, reapQueue } = crank.tables;
  let count = 0;
  for (const [vat, names] of survey.names) {
    const before = count;
    for (const { ref, node } of names) {
      if (!dead.has(node) || !(isStored(ref) || survey.weakKeys.get(vat)?.has(ref) === true)) continue;
      condemned.add({ vat, vref: ref as VRef });
      count += 1;
    }
    if (count > before) reapQueue.append(vat);
  }
  return count;
};

const isStored = (ref: string): boolean => ref.startsWith('o+d') || ref.startsWith('o+v');

/**
 * Nobody has the promise: what it was settled with goes, and so do messages that wait for it, and the wish of vats to hear of it. One
 * that left memory since the look, and so does not know yet, must not hear of the end of its decider any more than the others.
 */
const releasePromise = (crank: Crank, promise: KernelPromiseRef, isUnsettlable: boolean): void => {
  const { tables } = crank;
  const row = tables.promises.find(promise);
  if (row === undefined) return;
  if (row.state !== 'unresolved') {
    releaseAll(crank, tables.promiseSlots.get(promise));
    tables.promiseSlots.delete(promise);
  } else if (isUnsettlable) {
    releaseWaiting(crank, promise);
    tables.subscriptions.deleteAll(promise);
  }
};

const releaseWaiting = (crank: Crank, promise: KernelPromiseRef): void => {
  const { tables } = crank;
  const waiting = tables.promiseQueue.list(promise);
  tables.promiseQueue.deleteAll(promise);
  for (const message of waiting) {
    const { target, result } = tables.messages.get(message);
    releaseAll(crank, tables.messageSlots.get(message));
    tables.messageSlots.delete(message);
    tables.messages.delete(message);
    release(crank, target);
    if (result === null) continue;
    tables.promises.put({ ...tables.promises.get(result), isHopeless: true });
    release(crank, result);
  }
};

/** Acts on what was found: one input crank. Returns how many objects were condemned. */
export const releaseGarbage = (crank: Crank, survey: Survey, dead: ReadonlySet<number>): number => {
  for (const { kref } of crank.tables.promises.list()) {
    if (dead.has(survey.nodeOf(kref))) releasePromise(crank, kref, dead.has(survey.settlingNodeOf(kref)));
  }
  return condemnStored(crank, survey, dead);
};

/**
 * The krefs among the dead, for the check that nobody names them again. `before`: those of earlier looks, which stay dead as long as they
 * have rows, even if a vat that cannot be looked into any more has yet to hear of it.
 */
export const listDeadKrefs = (
  tables: Tables,
  survey: Survey,
  { dead, before }: { readonly dead: ReadonlySet<number>; readonly before: ReadonlySet<KRef> },
): Set<KRef> => {
  const rows: readonly { readonly kref: KRef }[] = [...tables.objects.list(), ...tables.promises.list()];
  return new Set(rows.flatMap(({ kref }) => (before.has(kref) || dead.has(survey.nodeOf(kref)) ? [kref] : [])));
};
