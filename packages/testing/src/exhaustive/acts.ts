/** What may happen next, as far as it is not a vat's choice: one crank, or one thing that the host does. */
import type { KernelObjectRef, VatId } from '@cooperage/protocol/refs';
import { unreachable } from '@cooperage/protocol/unreachable';
import type { Scope } from './scope.ts';
import type { TableImage } from './table-image.ts';

export type Act =
  | { readonly kind: 'step' }
  | { readonly kind: 'reap'; readonly vat: VatId }
  | { readonly kind: 'suspend'; readonly vat: VatId }
  | { readonly kind: 'resume'; readonly vat: VatId }
  | { readonly kind: 'terminate'; readonly vat: VatId }
  | { readonly kind: 'call'; readonly kref: KernelObjectRef }
  | { readonly kind: 'hold'; readonly kref: KernelObjectRef }
  | { readonly kind: 'release'; readonly kref: KernelObjectRef };

export const showAct = (act: Act): string => {
  switch (act.kind) {
    case 'step':
      return 'step';
    case 'reap':
    case 'suspend':
    case 'resume':
    case 'terminate':
      return `${act.kind} ${act.vat}`;
    case 'call':
    case 'hold':
    case 'release':
      return `host: ${act.kind} ${act.kref}`;
    default:
      return unreachable(act);
  }
};

/** Who the vats are, which of their krefs are roots, and what the search allows. */
export type Cast = { readonly scope: Scope; readonly vats: readonly VatId[]; readonly roots: ReadonlySet<string> };

const statesOf = (image: TableImage): Map<VatId, string> => new Map(image.rows('vats').map(({ vat, state }) => [vat, state]));

/** Whether a crank would find something to do. */
const hasWork = (image: TableImage): boolean => {
  const states = statesOf(image);
  for (const { vat } of image.rows('gc_actions')) if (states.get(vat) !== 'suspended') return true;
  if (image.count('cleanup_queue') > 0) return true;
  for (const { vat } of image.rows('reap_queue')) if (states.get(vat) === 'running') return true;
  for (const { parkedFor } of image.rows('run_queue')) if (parkedFor === null) return true;
  return false;
};

/** Every act that the scope allows here. */
export const listActs = (image: TableImage, { scope, vats, roots }: Cast): Act[] => {
  const acts: Act[] = [];
  const states = statesOf(image);
  const allows = (places: readonly number[], vat: VatId): boolean => places.includes(vats.indexOf(vat));
  if (hasWork(image)) acts.push({ kind: 'step' });
  const isReaping = image.count('reap_queue') > 0;
  for (const vat of vats) {
    const state = states.get(vat);
    if (state === 'terminated') continue;
    if (state === 'running' && !isReaping) acts.push({ kind: 'reap', vat });
    if (state === 'suspended') acts.push({ kind: 'resume', vat });
    else if (allows(scope.suspends, vat)) acts.push({ kind: 'suspend', vat });
    if (allows(scope.terminates, vat)) acts.push({ kind: 'terminate', vat });
  }
  if (!scope.host) return acts;
  const held = new Set<string>();
  for (const { kref, reason } of image.rows('pins')) if (reason === 'host') held.add(kref);
  const isQueueFull = image.count('run_queue') >= scope.queueLength;
  for (const { kref } of image.rows('objects')) {
    if (roots.has(kref)) continue;
    if (!isQueueFull) acts.push({ kind: 'call', kref });
    acts.push({ kind: held.has(kref) ? 'release' : 'hold', kref });
  }
  return acts;
};

/**
 * What brings everything to rest: resume who is suspended, let go of what the host holds, work off what is queued, and then ask each
 * vat that holds or decides something to bring out its dead. Undefined when nothing is left to do. Vats must let go meanwhile.
 */
export const findDrainingAct = (image: TableImage, { vats, roots }: Cast): Act | undefined => {
  const states = statesOf(image);
  const suspended = vats.find(vat => states.get(vat) === 'suspended');
  if (suspended !== undefined) return { kind: 'resume', vat: suspended };
  for (const { kref, reason } of image.rows('pins')) {
    if (reason === 'host') return { kind: 'release', kref: kref as KernelObjectRef };
  }
  if (hasWork(image)) return { kind: 'step' };
  const deciders = new Map<string, VatId | null>();
  for (const { kref, decider } of image.rows('promises')) deciders.set(kref, decider);
  const holders = new Set<VatId>();
  for (const { vat, kref, vref } of image.rows('clists')) {
    if (vref.startsWith('o-') && !roots.has(kref)) holders.add(vat);
    if (deciders.get(kref) === vat) holders.add(vat);
  }
  const holder = vats.find(vat => holders.has(vat) && states.get(vat) === 'running');
  return holder === undefined ? undefined : { kind: 'reap', vat: holder };
};

/** What is left although everything has been let go; empty at the baseline, where only the roots are there and who knows them. */
export const listLeaks = (image: TableImage, { roots }: Cast): string[] => {
  const leaks: string[] = [];
  for (const { kref } of image.rows('objects')) if (!roots.has(kref)) leaks.push(`object ${kref}`);
  for (const { vat, kref, vref } of image.rows('clists')) if (!roots.has(kref)) leaks.push(`${vat} ${kref} ${vref}`);
  for (const { kref } of image.rows('promises')) leaks.push(`promise ${kref}`);
  for (const { kref, reason } of image.rows('pins')) if (reason !== 'root') leaks.push(`pin of ${kref}`);
  const names = [
    'promise_slots',
    'subscriptions',
    'messages',
    'message_slots',
    'run_queue',
    'promise_queue',
    'gc_actions',
  ] as const;
  for (const name of [...names, 'reap_queue', 'cleanup_queue'] as const) {
    if (image.count(name) > 0) leaks.push(`rows in ${name}`);
  }
  const terminated = new Set<VatId>();
  for (const { vat, state } of image.rows('vats')) if (state === 'terminated') terminated.add(vat);
  for (const { vat, kref } of image.rows('clists')) if (terminated.has(vat)) leaks.push(`${vat} is dead and knows ${kref}`);
  return leaks;
};
