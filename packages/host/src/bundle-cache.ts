/**
 * Bundles of files, made only when something that went into them has changed: any file that was read, any link that was followed,
 * any file that was looked for and was not there. Kept in memory and on the disk; what is on the disk can be deleted at any time.
 */
import { join } from 'node:path';
import type { VatBundle } from '@cooperage/protocol/worker-port';
import { Bundler, type BundlingFailure, type BundlingResult } from './bundler.ts';
import { chooseCacheFolder, fileStamp, findFile, findRealPath, sha512, writeWholeFile } from './powers.ts';

/** Part of the name of each entry: another format, or another bundler, finds nothing of the old. */
const VERSION = '2 bundle-source@4.3.2';

type Entry = {
  readonly bundle: VatBundle;
  /** Path and SHA-512, or null where no file was. */
  readonly files: readonly (readonly [path: string, digest: string | null])[];
  readonly links: readonly (readonly [path: string, real: string])[];
};

const isCurrent = ({ files, links }: Entry): boolean =>
  links.every(([path, real]) => findRealPath(path) === real) &&
  files.every(([path, digest]) => {
    const bytes = findFile(path);
    return bytes === undefined ? digest === null : sha512(bytes) === digest;
  });

const stampOf = ({ files, links }: Entry): string =>
  JSON.stringify([files.map(([path]) => fileStamp(path)), links.map(([path]) => findRealPath(path))]);

const makeEntry = ({ bundle, files, links }: BundlingResult): Entry => ({
  bundle: { id: `b1-${bundle.endoZipBase64Sha512}`, format: 'endoZipBase64', content: JSON.stringify(bundle) },
  files: [...files],
  links: [...links],
});

export class BundleCache {
  readonly #bundler = new Bundler();
  readonly #kept = new Map<string, { readonly entry: Entry; readonly stamp: string }>();
  /** So that two vats with one source cost one bundling. */
  readonly #underway = new Map<string, Promise<VatBundle | BundlingFailure>>();

  /** The bundle of the module in a file, or why there is none. */
  provideBundle(path: string): Promise<VatBundle | BundlingFailure> {
    const known = this.#underway.get(path);
    if (known !== undefined) return known;
    const made = this.#provide(path).finally(() => this.#underway.delete(path));
    this.#underway.set(path, made);
    return made;
  }

  async #provide(path: string): Promise<VatBundle | BundlingFailure> {
    const kept = this.#kept.get(path);
    if (kept !== undefined && stampOf(kept.entry) === kept.stamp) return kept.entry.bundle;
    const file = join(chooseCacheFolder(path), `${sha512(`${VERSION}\n${path}`).slice(0, 40)}.json`);
    const entry = kept !== undefined && isCurrent(kept.entry) ? kept.entry : findStored(file);
    if (entry !== undefined) return this.#keep(path, entry);
    const result = await this.#bundler.bundle(path);
    if ('message' in result) return result;
    const made = makeEntry(result);
    tryStore(file, made);
    return this.#keep(path, made);
  }

  #keep(path: string, entry: Entry): VatBundle {
    this.#kept.set(path, { entry, stamp: stampOf(entry) });
    return entry.bundle;
  }
}

const findStored = (file: string): Entry | undefined => {
  const bytes = findFile(file);
  if (bytes === undefined) return undefined;
  try {
    const entry = JSON.parse(Buffer.from(bytes).toString('utf8')) as Entry;
    return isCurrent(entry) ? entry : undefined;
  } catch {
    return undefined;
  }
};

/** A cache that cannot be written costs time, nothing else. */
const tryStore = (file: string, entry: Entry): void => {
  try {
    writeWholeFile(file, JSON.stringify(entry));
  } catch {
    // The next opening bundles again.
  }
};
