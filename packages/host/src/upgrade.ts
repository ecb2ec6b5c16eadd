/**
 * Upgrades as the host asks for them: source, parameters and options that change, an outcome to wait for, and a rehearsal. The
 * controller is the caller; it runs the kernel in between.
 */
import type { Kernel } from '@cooperage/kernel/kernel';
import type { Rehearsal } from '@cooperage/kernel/rehearsal';
import { completeVatOptions, readVatOptions, type VatOptions } from '@cooperage/kernel/vats/options';
import type { NewUpgrade } from '@cooperage/kernel/vats/upgrade-event';
import { CooperageError } from '@cooperage/protocol/errors';
import type { KernelPromiseRef, KRef, VatId, VRef } from '@cooperage/protocol/refs';
import type { VatBundle } from '@cooperage/protocol/worker-port';
import type { Store } from '@cooperage/store/store';
import type { VatRow } from '@cooperage/store/tables/vats';
import { functionBundleId, makeVatBundle } from './bundles.ts';
import { parseKernelOptions, type UpgradeConfig } from './config.ts';
import type { KernelRefs } from './kernel-ref.ts';
import { suggest } from './nearest-word.ts';
import type { KernelOptions, UpgradeSpec } from './options.ts';
import { addArguments, encodeParameters, mergeSettings } from './prepare-vat.ts';
import type { VatNamespace } from './vat-source.ts';

export type UpgradeReport = {
  /** The incarnation that runs now; a vat begins with 0. */
  readonly incarnation: number;
};

/** What an upgrade would do. */
export type UpgradeRehearsal = {
  readonly outcome: 'would succeed' | 'would fail';
  /** Why it would fail. */
  readonly problem: string | undefined;
  /** Exports that would be lost although others still hold them: messages to them would be rejected. */
  readonly abandoned: readonly { readonly ref: KRef; readonly vref: VRef; readonly importers: readonly string[] }[];
  /** Promises that would be rejected because the vat has not settled them. */
  readonly rejected: readonly KernelPromiseRef[];
  /** References that only the old heap holds. */
  readonly dropped: readonly KRef[];
};

export type PreparedUpgrade = { readonly spec: NewUpgrade; readonly bundle: VatBundle; readonly code: VatNamespace | undefined };

type Powers = { readonly store: Store; readonly refs: KernelRefs };

/** The source of the next incarnation. Code of this process gets a name of its own: the old code may have to be replayed. */
const makeBundle = async ({ name, source }: UpgradeConfig, row: VatRow, store: Store): Promise<VatBundle> => {
  if (source === undefined) {
    const { format, content } = store.tables.bundles.get(row.bundle);
    return { id: row.bundle, format, content };
  }
  const bundle = await makeVatBundle(name, source);
  return source.kind === 'function' ? { ...bundle, id: functionBundleId(`${name}@${row.incarnation + 1}`) } : bundle;
};

/** Everything that can fail before the kernel is asked. */
export const prepareUpgrade = async (config: UpgradeConfig, row: VatRow, powers: Powers): Promise<PreparedUpgrade> => {
  const { name, source, parameters, settings, message = 'vat upgraded', heap = 'stop', place } = config;
  const bundle = await makeBundle(config, row, powers.store);
  const options = settings as Partial<VatOptions>;
  const spec: NewUpgrade = {
    vat: row.vat,
    bundle: bundle.id,
    parameters: parameters === undefined ? null : encodeParameters({ name, parameters }, powers.refs),
    options,
    message,
    heap,
    result: 'host',
    place: place ?? (readVatOptions(row).critical ? 'ahead' : 'in turn'),
  };
  return { spec, bundle, code: source?.kind === 'function' ? source.code : undefined };
};

/** Reads what became of an upgrade; throws ERR_UPGRADE when there is none. The caller commits. */
export const takeUpgradeReport = (kernel: Kernel, name: string, upgrade: number): UpgradeReport => {
  const row = kernel.takeUpgradeOutcome(upgrade);
  if (row?.outcome === 'upgraded') return { incarnation: row.incarnation };
  const problem = row?.problem ?? 'the kernel stopped before it came to it';
  throw new CooperageError('ERR_UPGRADE', `vat "${name}" was not upgraded: ${problem}`, {
    subject: name,
    remedy:
      'The old incarnation goes on as if nothing had been. Mend the source and upgrade again; with rehearse: true it is tried ' +
      'and undone.',
  });
};

/** With the names that people know. */
export const toUpgradeRehearsal = ({ tables }: Store, rehearsal: Rehearsal): UpgradeRehearsal => {
  const nameOf = (vat: VatId): string => tables.vats.get(vat).name;
  const { outcome, problem, abandoned, rejected, dropped } = rehearsal;
  return {
    outcome,
    problem: problem ?? undefined,
    abandoned: abandoned.map(({ kref, vref, importers }) => ({ ref: kref, vref, importers: importers.map(nameOf) })),
    rejected,
    dropped,
  };
};

/** The upgrade after which a vat is what its config says, so that the config contradicts the database no more. */
export const makeUpgradeToConfig = (config: KernelOptions, name: string): UpgradeSpec => {
  const { vats, defaults } = parseKernelOptions(config);
  const parsed = vats?.find(vat => vat.name === name);
  const spec = config.vats?.[name];
  if (parsed === undefined || spec === undefined) {
    throw new CooperageError('ERR_VAT_NOT_FOUND', `the config has no vat named "${name}"`, {
      subject: name,
      remedy: suggest(name, vats?.map(vat => vat.name) ?? []),
    });
  }
  const { parameters = {} } = addArguments(config, parsed);
  return { ...spec, parameters, ...completeVatOptions(mergeSettings(defaults, parsed.settings)) };
};
