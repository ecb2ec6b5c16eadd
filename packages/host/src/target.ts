/** Whom a message of the host is for: a vat's root by the vat's name, or an object or promise by its ref. */
import type { Kernel } from '@cooperage/kernel/kernel';
import { CooperageError } from '@cooperage/protocol/errors';
import { isKernelObjectRef, isKernelPromiseRef, type KernelObjectRef, type KernelPromiseRef } from '@cooperage/protocol/refs';
import type { Store } from '@cooperage/store/store';
import type { Tables } from '@cooperage/store/tables/tables';
import { KernelRef, type KernelRefs } from './kernel-ref.ts';
import { getVatByName } from './vat-lookup.ts';

/** A vat's name, a ref as text (`ko20`, `kp40`), or a KernelRef. */
export type Target = string | KernelRef;

export type TargetPowers = { readonly store: Store; readonly kernel: Kernel; readonly refs: KernelRefs };

export const findTarget = (target: Target, { store, kernel, refs }: TargetPowers): KernelObjectRef | KernelPromiseRef => {
  const { objects, promises } = store.tables;
  if (typeof target !== 'string' && !(target instanceof KernelRef)) {
    throw new CooperageError('ERR_ARGUMENT', 'the target must be the name of a vat, a ref, or a KernelRef', {
      subject: 'target',
    });
  }
  const ref = target instanceof KernelRef ? refs.krefOf(target) : target;
  if (isKernelPromiseRef(ref) && promises.find(ref) !== undefined) return ref;
  if (isKernelObjectRef(ref)) {
    // What nobody reaches may be on its way out: its owner may have been told so.
    if ((objects.find(ref)?.reachable ?? 0) > 0) return ref;
  } else if (!isKernelPromiseRef(ref)) return kernel.rootOf(getVatByName(store.tables, ref).vat);
  throw new CooperageError('ERR_REF', `nothing that can be reached is named ${ref}`, {
    subject: ref,
    remedy: 'It was collected, or never was. Hold objects with the KernelRef that a call returned.',
  });
};

/** A suspended vat answers nothing: to wait for it would be in vain. */
export const insistRunning = (tables: Tables, target: Target): void => {
  if (typeof target !== 'string' || isKernelObjectRef(target) || isKernelPromiseRef(target)) return;
  const row = getVatByName(tables, target);
  if (row.state !== 'suspended') return;
  throw new CooperageError('ERR_VAT_STATE', `vat "${target}" is suspended: ${row.problem ?? 'no reason was given'}`, {
    subject: target,
    remedy: 'Let it go on with resumeVat, or queue the message with send.',
  });
};
