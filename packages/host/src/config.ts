/**
 * Checks a config before anything is opened or made. Every refusal is an ERR_CONFIG that names the place and says what is known
 * there. `openKernel` and `installVat` are the callers.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CooperageError } from '@cooperage/protocol/errors';
import { LIMITS } from '@cooperage/protocol/limits';
import { suggest } from './nearest-word.ts';
import { VAT_ADMIN_SOURCE } from '@cooperage/vat-admin/source';
import type { DeviceSpec } from './devices/device-source.ts';
import type { BundleSpec, KernelOptions, UpgradeSpec, VatSettings, VatSpec } from './options.ts';
import { type ParsedVatSource, parseVatSource } from './vat-source.ts';

export type VatConfig = {
  readonly name: string;
  readonly source: ParsedVatSource;
  readonly parameters: unknown;
  readonly settings: VatSettings;
};

/** Source that has a name. */
export type NamedSource = { readonly name: string; readonly source: ParsedVatSource };

export type KernelConfig = Omit<KernelOptions, 'database' | 'vats' | 'bundles' | 'devices' | 'slog'> & {
  readonly database: string;
  /** Undefined: go on with what the database has. */
  readonly vats: readonly VatConfig[] | undefined;
  readonly bundles: readonly NamedSource[];
  readonly devices: readonly (readonly [name: string, spec: DeviceSpec])[];
  readonly slog: Exclude<KernelOptions['slog'], URL>;
};

type Check = { readonly expected: string; readonly test: (value: unknown) => boolean };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof URL);

const record: Check = { expected: 'an object', test: isRecord };
const text: Check = { expected: 'a non-empty string', test: value => typeof value === 'string' && value !== '' };
const flag: Check = { expected: 'true or false', test: value => typeof value === 'boolean' };
const code: Check = { expected: 'a function', test: value => typeof value === 'function' };
const anything: Check = { expected: 'anything', test: () => true };
const count: Check = { expected: 'a whole number above 0', test: value => Number.isSafeInteger(value) && (value as number) > 0 };
const path: Check = {
  expected: 'a path or a file URL',
  test: value => text.test(value) || (value instanceof URL && value.protocol === 'file:'),
};
const either = (...checks: Check[]): Check => ({
  expected: checks.map(check => check.expected).join(' or '),
  test: value => checks.some(check => check.test(value)),
});
const oneOf = (...words: string[]): Check => ({
  expected: words.map(word => `"${word}"`).join(' or '),
  test: value => typeof value === 'string' && words.includes(value),
});

const KERNEL_KEYS: Record<keyof KernelOptions, Check> = {
  database: path,
  vats: record,
  bundles: record,
  devices: record,
  vatAdmin: flag,
  bootstrap: text,
  bootstrapArguments: anything,
  defaults: record,
  sources: oneOf('given', 'stored'),
  allowOtherEngine: flag,
  slog: either(code, path),
  console: either(oneOf('inherit', 'silent'), code),
  commitEvery: count,
  history: either(oneOf('all'), record),
  maxOnline: count,
  harvest: oneOf('forced', 'organic'),
  collect: record,
  cleanupBudget: count,
  auditEveryCrank: flag,
  synchronous: oneOf('FULL', 'NORMAL', 'OFF'),
  maxDatabasePages: count,
};
const SETTING_KEYS: Record<keyof VatSettings, Check> = {
  onFault: oneOf('terminate', 'suspend'),
  critical: flag,
  reap: record,
  relaxDurability: flag,
  pipelining: flag,
};
const VAT_KEYS: Record<keyof VatSpec, Check> = { source: anything, buildRootObject: code, parameters: anything, ...SETTING_KEYS };
const UPGRADE_KEYS: Record<keyof UpgradeSpec, Check> = {
  message: { expected: 'a string', test: value => typeof value === 'string' },
  rehearse: flag,
  heap: oneOf('stop', 'discard'),
  place: oneOf('in turn', 'ahead'),
  ...VAT_KEYS,
};
const BUNDLE_KEYS: Record<keyof BundleSpec, Check> = { source: anything, buildRootObject: code };
const DEVICE_KEYS: Record<keyof DeviceSpec, Check> = {
  source: path,
  makeDevice: code,
  parameters: anything,
  endowments: anything,
};
const COLLECT_KEYS: Record<'cycles', Check> = { cycles: oneOf('auto', 'never') };
const HISTORY_KEYS: Record<'cranks', Check> = { cranks: count };
const REAP_KEYS: Record<'deliveries' | 'krefs', Check> = {
  deliveries: either(count, oneOf('never')),
  krefs: either(count, oneOf('never')),
};

const describe = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
  return typeof value === 'object' || typeof value === 'function'
    ? `a ${value instanceof URL ? `URL (${value.protocol})` : typeof value}`
    : String(value);
};

/** Refuses keys that are not known at this place, and values of the wrong kind. Keys set to undefined count as left out. */
const insistKeys = (place: string, given: unknown, known: Readonly<Record<string, Check>>): void => {
  const inPlace = place === '' ? 'the options' : place;
  if (!isRecord(given))
    throw new CooperageError('ERR_CONFIG', `${inPlace} must be an object, not ${describe(given)}`, { subject: inPlace });
  for (const [key, value] of Object.entries(given)) {
    const full = place === '' ? key : `${place}.${key}`;
    const check = Object.hasOwn(known, key) ? known[key] : undefined;
    if (check === undefined) {
      throw new CooperageError('ERR_CONFIG', `unknown key "${key}" in ${inPlace}`, {
        subject: full,
        remedy: suggest(key, Object.keys(known)),
      });
    }
    if (value !== undefined && !check.test(value)) {
      throw new CooperageError('ERR_CONFIG', `${full} must be ${check.expected}, not ${describe(value)}`, { subject: full });
    }
  }
};

const insistSettings = (place: string, { reap }: VatSettings): void => {
  if (reap !== undefined) insistKeys(`${place}.reap`, reap, REAP_KEYS);
};

const insistHistory = (history: object): void => {
  insistKeys('history', history, HISTORY_KEYS);
  if ('cranks' in history && history.cranks !== undefined) return;
  throw new CooperageError('ERR_CONFIG', 'history says neither "all" nor how many cranks', {
    subject: 'history',
    remedy: "Give history: 'all' or history: { cranks: 1000 }.",
  });
};

/** Checks how a vat is to be run. */
export const insistVatSettings = (place: string, settings: VatSettings): void => {
  insistKeys(place, settings, SETTING_KEYS);
  insistSettings(place, settings);
};

/** The vat and the device that the option `vatAdmin` adds. */
export const VAT_ADMIN = 'vatAdmin';

const VAT_NAME = /^[A-Za-z][A-Za-z0-9_.-]*$/;

export const insistVatName = (name: string): void => insistName(name, 'vat');

const insistName = (name: string, what: 'vat' | 'bundle' | 'device'): void => {
  if (name.length > LIMITS.vatNameLength) {
    const cut = `${name.slice(0, 40)}...`;
    throw new CooperageError('ERR_CONFIG', `the ${what} name "${cut}" is longer than ${LIMITS.vatNameLength} characters`, {
      subject: name,
    });
  }
  if (VAT_NAME.test(name)) return;
  throw new CooperageError('ERR_CONFIG', `${JSON.stringify(name)} cannot be the name of a ${what}`, {
    subject: name,
    remedy: 'Names begin with a letter and go on with letters, digits, "_", "-" or ".".',
  });
};

const parseSource = (place: string, { source, buildRootObject }: BundleSpec): ParsedVatSource | undefined => {
  if (source !== undefined && buildRootObject !== undefined) {
    throw new CooperageError('ERR_CONFIG', `${place} has both a source and a buildRootObject`, {
      subject: place,
      remedy: 'Give one of them.',
    });
  }
  if (buildRootObject !== undefined) return { kind: 'function', code: { buildRootObject } };
  return source === undefined ? undefined : parseVatSource(source, `${place}.source`);
};

const parseSettings = ({ onFault, critical, reap, relaxDurability, pipelining }: VatSettings): VatSettings => ({
  ...(onFault === undefined ? {} : { onFault }),
  ...(critical === undefined ? {} : { critical }),
  ...(reap === undefined ? {} : { reap }),
  ...(relaxDurability === undefined ? {} : { relaxDurability }),
  ...(pipelining === undefined ? {} : { pipelining }),
});

const insistSource = (place: string, spec: BundleSpec): ParsedVatSource => {
  const source = parseSource(place, spec);
  if (source !== undefined) return source;
  throw new CooperageError('ERR_CONFIG', `${place} has no source`, {
    subject: place,
    remedy: "Give `source: new URL('./vat.js', import.meta.url)`, or a buildRootObject function.",
  });
};

/** Checks one named bundle. */
export const parseBundleSpec = (name: string, spec: BundleSpec): NamedSource => {
  insistName(name, 'bundle');
  const place = `bundles.${name}`;
  insistKeys(place, spec, BUNDLE_KEYS);
  return { name, source: insistSource(place, spec) };
};

const parseDeviceSpec = (name: string, spec: DeviceSpec): readonly [string, DeviceSpec] => {
  insistName(name, 'device');
  const place = `devices.${name}`;
  insistKeys(place, spec, DEVICE_KEYS);
  if ((spec.source === undefined) === (spec.makeDevice === undefined)) {
    throw new CooperageError('ERR_CONFIG', `${place} must have a source or a makeDevice function, and not both`, {
      subject: place,
      remedy: "Give `source: new URL('./clock-device.ts', import.meta.url)`, a module that exports makeDevice.",
    });
  }
  return [name, spec];
};

/** Checks one vat's spec. */
export const parseVatSpec = (name: string, spec: VatSpec): VatConfig => {
  insistVatName(name);
  const place = `vats.${name}`;
  insistKeys(place, spec, VAT_KEYS);
  insistSettings(place, spec);
  return { name, source: insistSource(place, spec), parameters: spec.parameters, settings: parseSettings(spec) };
};

export type UpgradeConfig = Pick<UpgradeSpec, 'message' | 'rehearse' | 'heap' | 'place'> & {
  readonly name: string;
  /** Undefined: the source that the vat has. */
  readonly source: ParsedVatSource | undefined;
  /** Undefined: the parameters that it has. */
  readonly parameters: unknown;
  readonly settings: VatSettings;
};

/** Checks what an upgrade is to change. */
export const parseUpgradeSpec = (name: string, spec: UpgradeSpec): UpgradeConfig => {
  const place = `the upgrade of "${name}"`;
  insistKeys(place, spec, UPGRADE_KEYS);
  insistSettings(place, spec);
  const { message, rehearse, heap, place: turn, parameters } = spec;
  return {
    name,
    source: parseSource(place, spec),
    parameters,
    settings: parseSettings(spec),
    ...(message === undefined ? {} : { message }),
    ...(rehearse === undefined ? {} : { rehearse }),
    ...(heap === undefined ? {} : { heap }),
    ...(turn === undefined ? {} : { place: turn }),
  };
};

/** The path that a path or a file URL means. */
export const toPath = (place: string | URL): string => {
  if (place instanceof URL || place.startsWith('file:')) return fileURLToPath(place);
  return place === ':memory:' ? place : resolve(place);
};

/** The vat that the option `vatAdmin` adds. Its name, and that of its device, are taken then. */
const parseVatAdmin = (wanted: boolean, vats: object, devices: object): Record<string, VatSpec> => {
  if (Object.hasOwn(devices, VAT_ADMIN) || (wanted && Object.hasOwn(vats, VAT_ADMIN))) {
    throw new CooperageError('ERR_CONFIG', `"${VAT_ADMIN}" is the name of the vat and the device that the option vatAdmin adds`, {
      subject: VAT_ADMIN,
      remedy: 'Choose another name.',
    });
  }
  return wanted ? { [VAT_ADMIN]: { source: VAT_ADMIN_SOURCE } } : {};
};

/** Checks all that `openKernel` was given. */
export const parseKernelOptions = (options: KernelOptions): KernelConfig => {
  insistKeys('', options, KERNEL_KEYS);
  if (options.database === undefined) {
    throw new CooperageError('ERR_CONFIG', 'no database is given', {
      subject: 'database',
      remedy: "Give a path, a file URL, or ':memory:'.",
    });
  }
  const { vats: ownVats, bundles = {}, devices = {}, vatAdmin = false, defaults, bootstrap, slog } = options;
  const vats = ownVats === undefined ? undefined : { ...ownVats, ...parseVatAdmin(vatAdmin, ownVats, devices) };
  if (typeof options.history === 'object') insistHistory(options.history);
  if (options.collect !== undefined) insistKeys('collect', options.collect, COLLECT_KEYS);
  if (defaults !== undefined) {
    insistKeys('defaults', defaults, SETTING_KEYS);
    insistSettings('defaults', defaults);
  }
  const parsed = vats === undefined ? undefined : Object.entries(vats).map(([name, spec]) => parseVatSpec(name, spec));
  if (bootstrap !== undefined && parsed !== undefined && !parsed.some(({ name }) => name === bootstrap)) {
    throw new CooperageError('ERR_CONFIG', `bootstrap names the vat "${bootstrap}", which is not among the vats`, {
      subject: bootstrap,
      remedy: suggest(bootstrap, Object.keys(vats ?? {})),
    });
  }
  return {
    ...options,
    database: toPath(options.database),
    vats: parsed,
    bundles: Object.entries(bundles).map(([name, spec]) => parseBundleSpec(name, spec)),
    devices: Object.entries(devices).map(([name, spec]) => parseDeviceSpec(name, spec)),
    slog: typeof slog === 'string' || slog instanceof URL ? toPath(slog) : slog,
  };
};
