/**
 * A kernel's state as files with hashes, and back; and a database relieved of what it needs no more. All work on the database alone: no vat
 * runs, and no source is needed. The controller and the command line are the callers.
 */
import { CooperageError } from '@cooperage/protocol/errors';
import { exportDatabase, type ExportOptions } from '@cooperage/store/export';
import { importDatabase, type ImportOptions } from '@cooperage/store/import';
import { type Artifact, type Manifest, MANIFEST } from '@cooperage/store/manifest';
import { openStore } from '@cooperage/store/open';
import { measurePrunable, type PruneOptions, type PruneReport } from '@cooperage/store/prune';
import { openReadOnly, readOnlyViewOf, type ReadOnlyStore } from '@cooperage/store/read-only';
import type { Store } from '@cooperage/store/store';
import { toPath } from './config.ts';
import { isFile } from './powers.ts';

export type { Artifact, ExportOptions, ImportOptions, Manifest, PruneOptions, PruneReport };
export { MANIFEST };

/** Of an open kernel, as it was committed last. */
export const exportKernel = (store: Store, directory: string | URL, options?: ExportOptions): Manifest =>
  exportDatabase(readOnlyViewOf(store), toPath(directory), options);

/** Of a database that nobody need have opened. */
export const exportStore = (store: ReadOnlyStore, directory: string, options?: ExportOptions): Manifest =>
  exportDatabase(store, directory, options);

/**
 * Makes a database of an export; `openKernel` with it goes on where the exported kernel stood, with the same activity hash. Throws
 * ERR_EXPORT when an artifact is damaged, foreign or missing, ERR_ARGUMENT when the database exists; then nothing is left behind.
 */
export const importKernel = (directory: string | URL, database: string | URL, options?: ImportOptions): Manifest =>
  importDatabase(toPath(directory), toPath(database), options);

/** Prunes a database that no kernel uses, and throws ERR_DATABASE_LOCKED when one does; a dry run only reads, and minds nobody. */
export const pruneFile = (database: string, options: PruneOptions = {}): PruneReport => {
  if (!isFile(database)) {
    throw new CooperageError('ERR_DATABASE', `there is no database ${database}`, { subject: database, remedy: 'check the path' });
  }
  if (options.dryRun === true) return countPrunable(database, options);
  const { store } = openStore({ path: database });
  try {
    return store.prune(options);
  } finally {
    store.close();
  }
};

const countPrunable = (database: string, { onStep }: PruneOptions): PruneReport => {
  onStep?.('counting');
  const store = openReadOnly(database);
  try {
    return store.inSnapshot(() => measurePrunable(sql => store.query(sql), store.path));
  } finally {
    store.close();
  }
};
