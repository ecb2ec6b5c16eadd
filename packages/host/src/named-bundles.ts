/** Bundles that the host gives a name, so that vats can make vats of them. A name is for good. */
import type { Kernel } from '@cooperage/kernel/kernel';
import { krefsToCapData } from '@cooperage/marshal/kernel-marshal';
import { CooperageError } from '@cooperage/protocol/errors';
import type { VatBundle } from '@cooperage/protocol/worker-port';
import type { Store } from '@cooperage/store/store';
import type { Tables } from '@cooperage/store/tables/tables';
import { makeBundle } from './bundles.ts';
import { parseBundleSpec, VAT_ADMIN, type NamedSource } from './config.ts';
import type { BundleSpec } from './options.ts';
import type { VatNamespace } from './vat-source.ts';

export type NamedBundle = {
  readonly name: string;
  readonly bundle: VatBundle;
  /** Code of this process. */
  readonly code: VatNamespace | undefined;
};

export const prepareNamedBundle = async ({ name, source }: NamedSource): Promise<NamedBundle> => ({
  name,
  bundle: await makeBundle(`bundle "${name}"`, source, `function:bundle:${name}`),
  code: source.kind === 'function' ? source.code : undefined,
});

/** With `sources: 'stored'` the database's bundle will do, whatever the file says now. */
export const insistSameBundles = (
  tables: Tables,
  given: readonly NamedBundle[],
  { database, sources }: { readonly database: string; readonly sources: 'given' | 'stored' },
): void => {
  for (const { name, bundle } of given) {
    const stored = tables.bundleNames.find(name)?.bundle;
    if (stored === undefined || stored === bundle.id || sources === 'stored') continue;
    throw new CooperageError('ERR_CONFIG', `the config contradicts ${database}: the source of bundle "${name}" has changed`, {
      subject: name,
      remedy: "A name is for good: give the new source another one, or go on with the stored source by giving sources: 'stored'.",
    });
  }
};

type Parts = { readonly kernel: Kernel; readonly store: Store; readonly functions: Map<string, VatNamespace> };

/** Stores a bundle of a running kernel and tells the vats that wait for it; returns its id. The caller commits. */
export const installNamedBundle = async (
  name: string,
  spec: BundleSpec,
  { kernel, store, functions }: Parts,
): Promise<string> => {
  const { bundle, code } = await prepareNamedBundle(parseBundleSpec(name, spec));
  kernel.installBundle(bundle, name);
  if (code !== undefined) functions.set(bundle.id, code);
  const hasAdmin = store.tables.devices.find(VAT_ADMIN) !== undefined;
  if (hasAdmin) kernel.tellDevice(VAT_ADMIN, 'bundleInstalled', krefsToCapData(harden([bundle.id])));
  return bundle.id;
};
