/** The forms in which a vat's source may be given, told apart once. */
import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import { CooperageError } from '@cooperage/protocol/errors';
import type { BundleFormat } from '@cooperage/protocol/worker-port';

/** What every vat module exports. Its result is the vat's root object, made with `Far`, or a promise for it. */
export type BuildRootObject = (vatPowers: never, vatParameters: never, baggage: never) => unknown;

/** A vat that is a function of this process: for tests. Its code is not in the database. */
export type VatNamespace = { readonly buildRootObject: BuildRootObject };

/** A bundle made by `@endo/bundle-source`, in any of its formats. */
export type SourceBundle = { readonly moduleFormat: Exclude<BundleFormat, 'function'> } & Readonly<Record<string, unknown>>;

/** A module's file (`.js`, `.mjs`, `.ts`, ...), a `.json` file with a bundle, a bundle, or code of this process. */
export type VatSource = string | URL | SourceBundle | VatNamespace;

export type ParsedVatSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'bundle'; readonly bundle: SourceBundle }
  | { readonly kind: 'function'; readonly code: VatNamespace };

const FORMATS: readonly string[] = ['endoZipBase64', 'nestedEvaluate', 'getExport', 'endoScript'] satisfies BundleFormat[];

export const isVatNamespace = (value: unknown): value is VatNamespace =>
  typeof value === 'object' && value !== null && typeof (value as { buildRootObject?: unknown }).buildRootObject === 'function';

export const isSourceBundle = (value: unknown): value is SourceBundle =>
  typeof value === 'object' && value !== null && FORMATS.includes(String((value as { moduleFormat?: unknown }).moduleFormat));

const parseUrl = (url: URL, place: string): ParsedVatSource => {
  if (url.protocol === 'file:') return { kind: 'file', path: fileURLToPath(url) };
  throw new CooperageError('ERR_CONFIG', `${place} must be a file URL, not ${url.protocol}`, { subject: url.href });
};

/** `place` says where the source stands in the config, for error texts. */
export const parseVatSource = (source: unknown, place: string): ParsedVatSource => {
  if (source instanceof URL) return parseUrl(source, place);
  if (typeof source === 'string' && source.startsWith('file:')) return parseUrl(new URL(source), place);
  if (typeof source === 'string' && source !== '') return { kind: 'file', path: resolve(source) };
  if (isSourceBundle(source)) return { kind: 'bundle', bundle: source };
  if (isVatNamespace(source)) return { kind: 'function', code: source };
  const format = typeof source === 'object' && source !== null ? (source as { moduleFormat?: unknown }).moduleFormat : undefined;
  const problem = typeof format === 'string' ? `has the unknown module format "${format}"` : 'is not a vat source';
  throw new CooperageError('ERR_CONFIG', `${place} ${problem}`, {
    subject: place,
    remedy: `Give a file (path or URL), a bundle (${FORMATS.join(', ')}), or { buildRootObject }.`,
  });
};
