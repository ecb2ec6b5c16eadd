/** Makes a vat of source that the host has. `kernel.installVat` is the caller, and runs the kernel in between. */
import type { Kernel } from '@cooperage/kernel/kernel';
import { CooperageError } from '@cooperage/protocol/errors';
import type { KernelObjectRef, VatId } from '@cooperage/protocol/refs';
import type { Store } from '@cooperage/store/store';
import { parseVatSpec } from './config.ts';
import type { KernelRefs } from './kernel-ref.ts';
import type { VatSettings, VatSpec } from './options.ts';
import { prepareVat } from './prepare-vat.ts';
import type { VatNamespace } from './vat-source.ts';

export type InstallParts = {
  readonly kernel: Kernel;
  readonly defaults: VatSettings | undefined;
  readonly functions: Map<string, VatNamespace>;
  readonly refs: KernelRefs;
};

/** Queues its start. */
export const installVat = async (
  { kernel, defaults, functions, refs }: InstallParts,
  name: string,
  spec: VatSpec,
): Promise<VatId> => {
  const vat = await prepareVat(parseVatSpec(name, spec), { defaults, refs, storedSource: false });
  const { bundle, code, parameters, settings: options } = vat;
  if (bundle === undefined) throw new CooperageError('ERR_VAT_SOURCE', `vat "${name}" has no source`, { subject: name });
  kernel.installBundle(bundle);
  const id = kernel.createVat({ name, bundle: bundle.id, parameters, options });
  if (code !== undefined) functions.set(bundle.id, code);
  return id;
};

/** Throws when the vat did not start. */
export const getStartedRoot = (parts: { readonly kernel: Kernel; readonly store: Store }, vat: VatId): KernelObjectRef => {
  const row = parts.store.tables.vats.find(vat);
  if (row?.state === 'running') return parts.kernel.rootOf(vat);
  const name = row?.name ?? vat;
  throw new CooperageError('ERR_VAT_FAULT', `vat "${name}" did not start: ${row?.problem ?? 'it is gone'}`, { subject: name });
};
