/**
 * Checks a config before anything is opened or made. Every refusal is an ERR_CONFIG that names the place and says what is known
 * there. `openKernel` and `installVat` are the callers.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CooperageError } from '@cooperage/protocol/errors';
import { LIMITS } from '@cooperage/protocol/limits';
import { suggest } from './nearest-word.ts';
import type { KernelOptions, UpgradeSpec, VatSettings, VatSpec } from './options.ts';
import { type ParsedVatSource, parseVatSource } from './vat-source.ts';

export type VatConfig = {
  readonly name: string;
  readonly source: ParsedVatSource;
  readonly parameters: unknown;
  readonly settings: VatSettings;
};

export type KernelConfig = Omit<KernelOptions, 'database' | 'vats' | 'slog'> & {
  readonly database: string;
  /** Undefined: go on with what the database has. */
  readonly vats: readonly VatConfig[] | undefined;
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
  bootstrap: text,
  bootstrapArguments: anything,
  defaults: record,
  sources: oneOf('given', 'stored'),
  allowOtherEngine: flag,
  slog: either(code, path),
  console: either(oneOf('inherit', 'silent'), code),
  commitEvery: count,
  maxOnline: count,
  harvest: oneOf('forced', 'organic'),
  cleanupBudget: count,
  auditEveryCrank: flag,
  synchronous: oneOf('FULL', 'NORMAL', 'OFF'),
  maxDatabasePages: count,
};
const SETTING_KEYS: Record<keyof VatSettings, Check> = {
  onFault: oneOf('terminate', 'suspend'),
  critical: flag,
  reap: record,
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

const VAT_NAME = /^[A-Za-z][A-Za-z0-9_.-]*$/;

export const insistVatName = (name: string): void => {
  if (name.length > LIMITS.vatNameLength) {
    const cut = `${name.slice(0, 40)}...`;
    throw new CooperageError('ERR_CONFIG', `the vat name "${cut}" is longer than ${LIMITS.vatNameLength} characters`, {
      subject: name,
    });
  }
  if (VAT_NAME.test(name)) return;
  throw new CooperageError('ERR_CONFIG', `${JSON.stringify(name)} cannot be the name of a vat`, {
    subject: name,
    remedy: 'Names begin with a letter and go on with letters, digits, "_", "-" or ".".',
  });
};

const parseSource = (place: string, { source, buildRootObject }: VatSpec): ParsedVatSource | undefined => {
  if (source !== undefined && buildRootObject !== undefined) {
    throw new CooperageError('ERR_CONFIG', `${place} has both a source and a buildRootObject`, {
      subject: place,
      remedy: 'Give one of them.',
    });
  }
  if (buildRootObject !== undefined) return { kind: 'function', code: { buildRootObject } };
  return source === undefined ? undefined : parseVatSource(source, `${place}.source`);
};

const parseSettings = ({ onFault, critical, reap, pipelining }: VatSettings): VatSettings => ({
  ...(onFault === undefined ? {} : { onFault }),
  ...(critical === undefined ? {} : { critical }),
  ...(reap === undefined ? {} : { reap }),
  ...(pipelining === undefined ? {} : { pipelining }),
});

/** Checks one vat's spec. */
export const parseVatSpec = (name: string, spec: VatSpec): VatConfig => {
  insistVatName(name);
  const place = `vats.${name}`;
  insistKeys(place, spec, VAT_KEYS);
  insistSettings(place, spec);
  const source = parseSource(place, spec);
  if (source === undefined) {
    throw new CooperageError('ERR_CONFIG', `${place} has no source`, {
      subject: place,
      remedy: "Give `source: new URL('./vat.js', import.meta.url)`, or a buildRootObject function.",
    });
  }
  return { name, source, parameters: spec.parameters, settings: parseSettings(spec) };
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

const toPath = (place: string | URL): string => {
  if (place instanceof URL || place.startsWith('file:')) return fileURLToPath(place);
  return place === ':memory:' ? place : resolve(place);
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
  const { vats, defaults, bootstrap, slog } = options;
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
    slog: typeof slog === 'string' || slog instanceof URL ? toPath(slog) : slog,
  };
};
