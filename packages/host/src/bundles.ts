/** From a vat's source, in whatever form it was given, to the bundle that the database keeps. Ids are hashes of content. */
import { canonicalJson } from '@cooperage/protocol/canonical-json';
import { CooperageError } from '@cooperage/protocol/errors';
import type { VatBundle } from '@cooperage/protocol/worker-port';
import { BundleCache } from './bundle-cache.ts';
import { makeBundlingError } from './bundle-problem.ts';
import { findFile, isFile, sha512 } from './powers.ts';
import { isSourceBundle, type ParsedVatSource, type SourceBundle } from './vat-source.ts';

/** One for the process: test files open many kernels over the same sources. */
const cache = new BundleCache();

/** Function vats have no content to hash: their id is their name, and the host must bring their code each time. */
export const functionBundleId = (vat: string): string => `function:${vat}`;

/** Whose code it is, in words: `vat "bob"`, `bundle "worker"`. */
export type BundleOwner = `${'vat' | 'bundle'} "${string}"`;

/** Its id is what the bundle says of itself: for bundles of the host's own. */
export const bundleToVatBundle = (bundle: SourceBundle, owner: string): VatBundle => {
  const { moduleFormat: format } = bundle;
  const content = canonicalJson(bundle);
  const claimed = bundle['endoZipBase64Sha512'];
  if (format !== 'endoZipBase64' || claimed === undefined) return { id: `b1-${sha512(content)}`, format, content };
  if (typeof claimed === 'string' && /^[0-9a-f]{128}$/.test(claimed)) return { id: `b1-${claimed}`, format, content };
  throw new CooperageError('ERR_VAT_SOURCE', `the bundle of ${owner} has an endoZipBase64Sha512 that is no SHA-512`, {
    subject: owner,
    remedy: 'Bundle the source again.',
  });
};

const readBundleFile = (path: string, owner: BundleOwner): VatBundle => {
  const problem = (text: string, cause?: unknown): CooperageError =>
    new CooperageError('ERR_VAT_SOURCE', `the source of ${owner} in ${path} ${text}`, {
      subject: path,
      remedy: 'Give a bundle made by @endo/bundle-source, or the module itself.',
      cause,
    });
  let bundle: unknown;
  try {
    bundle = JSON.parse(Buffer.from(findFile(path) ?? []).toString('utf8'));
  } catch (error) {
    throw problem('is not JSON', error);
  }
  if (!isSourceBundle(bundle)) throw problem('is not a bundle');
  return bundleToVatBundle(bundle, owner);
};

const bundleFile = async (path: string, owner: BundleOwner): Promise<VatBundle> => {
  if (!isFile(path)) {
    throw new CooperageError('ERR_VAT_SOURCE', `the source of ${owner} is missing: there is no file ${path}`, {
      subject: path,
      remedy: 'Correct the path of the source; a relative path starts at the working directory.',
    });
  }
  if (path.endsWith('.json')) return readBundleFile(path, owner);
  const result = await cache.provideBundle(path);
  if ('message' in result) throw makeBundlingError(result, owner, path);
  return result;
};

/** The bundle for a source. Rejects with ERR_VAT_SOURCE, naming owner, file and line. `functionId`: for code of this process. */
export const makeBundle = async (owner: BundleOwner, source: ParsedVatSource, functionId: string): Promise<VatBundle> => {
  switch (source.kind) {
    case 'file':
      return bundleFile(source.path, owner);
    case 'bundle':
      return bundleToVatBundle(source.bundle, owner);
    case 'function':
      return { id: functionId, format: 'function', content: '' };
  }
};

/** The bundle for a vat of the config. */
export const makeVatBundle = (vat: string, source: ParsedVatSource): Promise<VatBundle> =>
  makeBundle(`vat "${vat}"`, source, functionBundleId(vat));
