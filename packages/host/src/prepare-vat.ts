/** A vat of the config with everything that can fail already done: its source bundled, its parameters encoded. */
import type { VatOptions } from '@cooperage/kernel/vats/options';
import type { CapData } from '@cooperage/protocol/capdata';
import { CooperageError } from '@cooperage/protocol/errors';
import type { KRef } from '@cooperage/protocol/refs';
import type { VatBundle } from '@cooperage/protocol/worker-port';
import { makeVatBundle } from './bundles.ts';
import type { VatConfig } from './config.ts';
import { hostValueToCapData } from './host-values.ts';
import type { KernelRefs } from './kernel-ref.ts';
import type { KernelOptions, VatSettings } from './options.ts';
import type { VatNamespace } from './vat-source.ts';

export type PreparedVat = {
  readonly name: string;
  /** Undefined when the source in the database is to be used. */
  readonly bundle: VatBundle | undefined;
  readonly code: VatNamespace | undefined;
  readonly parameters: CapData<KRef>;
  readonly settings: Partial<VatOptions>;
};

export type PrepareOptions = {
  readonly defaults: VatSettings | undefined;
  readonly refs: KernelRefs;
  /** Do not look at files: what the database has will do. */
  readonly storedSource: boolean;
};

/** What a vat says, over what holds for all. */
export const mergeSettings = (defaults: VatSettings = {}, own: VatSettings): Partial<VatOptions> => {
  const reap = { ...defaults.reap, ...own.reap };
  const { reap: _ignored, ...rest } = { ...defaults, ...own };
  return { ...rest, ...(Object.keys(reap).length === 0 ? {} : { reap: reap as VatOptions['reap'] }) };
};

/** The parameters of the bootstrap vat have the bootstrap arguments among them. */
export const addArguments = (
  { bootstrap, bootstrapArguments }: Pick<KernelOptions, 'bootstrap' | 'bootstrapArguments'>,
  vat: VatConfig,
): VatConfig => {
  if (vat.name !== bootstrap || bootstrapArguments === undefined) return vat;
  return { ...vat, parameters: { argv: bootstrapArguments, ...(vat.parameters as object | undefined) } };
};

export const prepareVat = async (config: VatConfig, options: PrepareOptions): Promise<PreparedVat> => {
  const { name, source, settings } = config;
  const { defaults, refs, storedSource } = options;
  const isFunction = source.kind === 'function';
  return {
    name,
    bundle: storedSource && !isFunction ? undefined : await makeVatBundle(name, source),
    code: isFunction ? source.code : undefined,
    parameters: encodeParameters(config, refs),
    settings: mergeSettings(defaults, settings),
  };
};

export const encodeParameters = (
  { name, parameters = {} }: Pick<VatConfig, 'name' | 'parameters'>,
  refs: KernelRefs,
): CapData<KRef> => {
  try {
    return hostValueToCapData(parameters, refs);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new CooperageError('ERR_CONFIG', `vats.${name}.parameters: ${problem}`, { subject: `vats.${name}.parameters`, cause });
  }
};
