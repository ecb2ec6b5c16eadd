/**
 * A syscall in a vat's refs becomes one in krefs, or a fault. Every check on what a vat says stands here, so that executing what
 * comes out cannot fail (I23). A fault abandons the crank, so rows made on the way to it need no undoing.
 */
import { findSingleSlot } from '@cooperage/marshal/single-slot';
import type { CapData } from '@cooperage/protocol/capdata';
import type { Resolution } from '@cooperage/protocol/delivery';
import type { VatFault } from '@cooperage/protocol/fault';
import { isKernelPromiseRef, parseVRef, type KernelPromiseRef, type KRef, type VatId, type VRef } from '@cooperage/protocol/refs';
import type { Syscall } from '@cooperage/protocol/syscall';
import { mapSyscall, type RefPlace } from '@cooperage/protocol/walk';
import type { VatSyscall } from '@cooperage/protocol/worker-port';
import type { Crank } from '../crank-state.ts';
import { addObjectExport, addPromiseExport, setReachable } from '../refs/clist.ts';
import { pipelines } from '../routing/route.ts';
import { findSyscallProblem } from './syscall-shape.ts';

export type TranslatedSyscall = { readonly syscall: Syscall<KRef> } | { readonly problem: string };

const NOWHERE = 'ko0' as KRef;

/** Translates one syscall of `vat`. The value comes from the worker and is not to be believed. */
export const translateSyscall = (crank: Crank, vat: VatId, untrusted: VatSyscall): TranslatedSyscall => {
  const shapeProblem = findSyscallProblem(untrusted);
  if (shapeProblem !== undefined) return { problem: shapeProblem };
  let problem: string | undefined;
  const translator = { crank, vat, syscall: untrusted };
  const syscall = mapSyscall<VRef, KRef>(untrusted, (vref, place) => {
    if (problem !== undefined) return NOWHERE;
    const found = translateRef(translator, vref, place);
    if (typeof found === 'string') return found as KRef;
    problem = found.problem;
    return NOWHERE;
  });
  problem ??= findMeaningProblem(crank, vat, syscall);
  return problem === undefined ? { syscall } : { problem: `${untrusted.type}: ${problem}` };
};

type Translator = { readonly crank: Crank; readonly vat: VatId; readonly syscall: VatSyscall };
type Translation = KRef | { readonly problem: string };

const translateRef = (translator: Translator, vref: VRef, place: RefPlace): Translation => {
  if (place === 'gc') return translateGcRef(translator, vref);
  if (place === 'result') return translateResult(translator, vref);
  const kind = parseVRef(vref)?.kind;
  if (place === 'promise' && kind !== 'promise') return { problem: `${vref} is not a promise` };
  if (place === 'target' && kind === 'device' && translator.syscall.type === 'send') {
    return { problem: `${vref} is a device; call it with callNow` };
  }
  if (translator.syscall.type === 'callNow') {
    if (place === 'target' && kind !== 'device') return { problem: `${vref} is not a device` };
    if (place === 'slot' && kind === 'promise') return { problem: `${vref} is a promise; a device takes none` };
  }
  return translateMention(translator, vref);
};

/** A ref that the vat uses: it must have it, or may mint it. */
const translateMention = ({ crank, vat }: Translator, vref: VRef): Translation => {
  const known = crank.tables.clists.findByVref(vat, vref);
  const parsed = parseVRef(vref);
  if (parsed === undefined) return { problem: `${vref} is not a vref` };
  if (known === undefined) {
    if (parsed.allocatedBy === 'kernel') return { problem: `unknown import ${vref}` };
    if (parsed.kind === 'device') return { problem: `vats export no devices: ${vref}` };
    return (parsed.kind === 'object' ? addObjectExport : addPromiseExport)(crank, vat, vref).kref;
  }
  if (crank.dead.has(known.kref)) return { problem: `GC unsound: ${vref} (${known.kref}) was found dead` };
  if (known.reachable) return known.kref;
  if (parsed.allocatedBy === 'kernel') return { problem: `${vref} was dropped and can only be recognized` };
  return setReachable(crank, known).kref;
};

/** The result of a send: a new promise, or for a vat that pipelines one that it was asked to decide. */
const translateResult = (translator: Translator, vref: VRef): Translation => {
  const { crank, vat } = translator;
  if (parseVRef(vref)?.kind !== 'promise') return { problem: `result ${vref} is not a promise` };
  const known = crank.tables.clists.findByVref(vat, vref);
  if (known !== undefined && !pipelines(crank.tables, vat)) return { problem: `result ${vref} is not a new promise` };
  const translation = translateMention(translator, vref);
  if (typeof translation !== 'string') return translation;
  const promise = crank.tables.promises.get(translation as KernelPromiseRef);
  if (promise.state !== 'unresolved') return { problem: `result ${vref} is already settled` };
  if (promise.decider !== vat) return { problem: `result ${vref} is not this vat's to decide` };
  return translation;
};

/** A ref in a GC syscall: it must be there, on the right side, in the right state; nothing is minted. */
const translateGcRef = ({ crank, vat, syscall }: Translator, vref: VRef): Translation => {
  const parsed = parseVRef(vref);
  if (syscall.type === 'dropPromises') return translateDroppedPromise(crank, vat, vref);
  const wantsImport = syscall.type === 'dropImports' || syscall.type === 'retireImports';
  if (parsed?.kind !== 'object') return { problem: `${vref} is not an object` };
  if ((parsed.allocatedBy === 'kernel') !== wantsImport)
    return { problem: `${vref} is not an ${wantsImport ? 'import' : 'export'}` };
  const row = crank.tables.clists.findByVref(vat, vref);
  if (row === undefined) return { problem: `${vref} is not in the c-list` };
  if (row.reachable && syscall.type.startsWith('retire')) return { problem: `${vref} is still reachable` };
  return row.kref;
};

const translateDroppedPromise = (crank: Crank, vat: VatId, vref: VRef): Translation => {
  const row = crank.tables.clists.findByVref(vat, vref);
  if (row === undefined || !isKernelPromiseRef(row.kref)) return { problem: `${vref} is not a promise of this vat` };
  return row.kref;
};

/** What is wrong with a syscall whose refs are all in order. */
const findMeaningProblem = (crank: Crank, vat: VatId, syscall: Syscall<KRef>): string | undefined => {
  if (syscall.type !== 'resolve') return undefined;
  for (const { promise, outcome, data } of syscall.resolutions) {
    const problem = findResolutionProblem(crank, vat, { promise, outcome, data });
    if (problem !== undefined) return problem;
  }
  return undefined;
};

const findResolutionProblem = (crank: Crank, vat: VatId, { promise, outcome, data }: Resolution<KRef>): string | undefined => {
  if (!isKernelPromiseRef(promise)) return `${promise} is not a promise`;
  const row = crank.tables.promises.get(promise);
  const name = crank.tables.clists.find(vat, promise)?.vref ?? promise;
  if (row.state !== 'unresolved') return `${name} is already settled`;
  if (row.decider !== vat) return `${name} is not this vat's to decide`;
  if (outcome === 'fulfilled' && isBarePromise(data)) return `${name} cannot be fulfilled with a promise`;
  return undefined;
};

const isBarePromise = (data: CapData<KRef>): boolean => findSingleSlot(data)?.kind === 'promise';

/** The fault of a vat that made an illegal syscall. */
export const makeIllegalSyscallFault = (problem: string): VatFault => ({
  fault: 'illegal-syscall',
  problem: `illegal syscall: ${problem}`,
});
