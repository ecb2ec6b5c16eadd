/** `cooperage import <directory> <database>`: a new database from an export, verified file by file. */
import { importKernel } from '@cooperage/host/state-files';
import { EXIT, toFailure } from '../failure.ts';
import { showArtifacts, tellManifest } from '../manifest-text.ts';
import type { Terminal } from '../terminal.ts';
import type { StateRequest } from './export.ts';

export const importState = async ({ database, directory }: StateRequest, terminal: Terminal): Promise<number> => {
  try {
    const manifest = importKernel(directory, database, { onArtifact: showArtifacts('read', terminal) });
    tellManifest(manifest, database, terminal);
    return EXIT.ok;
  } catch (error) {
    throw toFailure(error, EXIT.cannotOpen);
  }
};
