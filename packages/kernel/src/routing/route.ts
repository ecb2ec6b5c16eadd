/**
 * Where a message goes, decided from the tables alone. Asked when the message is sent (does it wait for a promise?) and again when
 * it is taken from the queue, because the world may have moved in between.
 */
import { makeErrorData } from '@cooperage/marshal/error-data';
import { findSingleSlot, methodOf } from '@cooperage/marshal/single-slot';
import type { CapData } from '@cooperage/protocol/capdata';
import { isKernelObjectRef, isKernelPromiseRef, type KernelPromiseRef, type KRef, type VatId } from '@cooperage/protocol/refs';
import type { Tables } from '@cooperage/store/tables/tables';
import { readVatOptions } from '../vats/options.ts';

export type Route =
  /** Deliver to this vat; `target` is what the message is for once settled promises are looked through. */
  | { readonly kind: 'deliver'; readonly vat: VatId; readonly target: KRef }
  /** The promise has no answer yet and its decider takes no messages for it. */
  | { readonly kind: 'wait'; readonly promise: KernelPromiseRef }
  /** The vat is suspended: the message keeps its place until it resumes. */
  | { readonly kind: 'park'; readonly vat: VatId }
  /** The message cannot be delivered, ever; its result is rejected with this. */
  | { readonly kind: 'splat'; readonly reason: CapData<KRef> };

export const VAT_TERMINATED = makeErrorData('vat terminated');

const routeToVat = (tables: Tables, vat: VatId, target: KRef): Route => {
  const { state } = tables.vats.get(vat);
  if (state === 'terminated') return { kind: 'splat', reason: VAT_TERMINATED };
  if (state === 'suspended') return { kind: 'park', vat };
  return { kind: 'deliver', vat, target };
};

const routeToObject = (tables: Tables, target: KRef): Route => {
  const owner = isKernelObjectRef(target) ? (tables.objects.find(target)?.owner ?? null) : null;
  return owner === null ? { kind: 'splat', reason: reasonOfLoss(tables, target) } : routeToVat(tables, owner, target);
};

/** Why nobody answers for an object any more. */
const reasonOfLoss = (tables: Tables, target: KRef): CapData<KRef> => {
  const upgraded = isKernelObjectRef(target) ? tables.upgradeOrphans.find(target)?.vat : undefined;
  return upgraded === undefined
    ? VAT_TERMINATED
    : makeErrorData(`the object was lost when vat "${tables.vats.get(upgraded).name}" was upgraded`);
};

const routeToPromise = (tables: Tables, target: KernelPromiseRef, methargsBody: string): Route => {
  const promise = tables.promises.get(target);
  if (promise.state === 'unresolved') {
    const { decider } = promise;
    if (decider === null) return { kind: 'wait', promise: target };
    return pipelines(tables, decider) ? routeToVat(tables, decider, target) : { kind: 'wait', promise: target };
  }
  const data = { body: promise.body ?? '', slots: tables.promiseSlots.get(target) };
  if (promise.state === 'rejected') return { kind: 'splat', reason: data };
  const single = findSingleSlot(data);
  if (single?.kind === 'remotable') return routeToObject(tables, single.ref as KRef);
  return { kind: 'splat', reason: makeErrorData(`data is not callable, has no method ${methodOf(methargsBody)}`) };
};

/** Whether a vat takes messages for promises that it has not settled yet. */
export const pipelines = (tables: Tables, vat: VatId): boolean => readVatOptions(tables.vats.get(vat)).pipelining;

/** Decides where a message with this target and body goes. */
export const routeMessage = (tables: Tables, target: KRef, methargsBody: string): Route =>
  isKernelPromiseRef(target) ? routeToPromise(tables, target, methargsBody) : routeToObject(tables, target);
