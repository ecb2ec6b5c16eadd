/** `cooperage export <database> <directory>`: the state of a kernel as files with hashes. Never writes the database. */
import { exportStore } from '@cooperage/host/state-files';
import { EXIT, toFailure } from '../failure.ts';
import { withDatabase } from '../inspected-database.ts';
import { showArtifacts, tellManifest } from '../manifest-text.ts';
import type { Terminal } from '../terminal.ts';

export type StateRequest = { readonly database: string; readonly directory: string };

export const exportState = async ({ database, directory }: StateRequest, terminal: Terminal): Promise<number> =>
  withDatabase(database, store => {
    try {
      const manifest = exportStore(store, directory, { onArtifact: showArtifacts('wrote', terminal) });
      tellManifest(manifest, directory, terminal);
      return EXIT.ok;
    } catch (error) {
      throw toFailure(error);
    }
  });
