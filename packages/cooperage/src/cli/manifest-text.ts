/** What `export` and `import` say of an export: progress while it goes on, and what it was in the end. */
import type { ExportOptions, Manifest } from '@cooperage/host/state-files';
import { bytesText, countText } from './quantities.ts';
import { Sheet } from './sheet.ts';
import type { Terminal } from './terminal.ts';

export const showArtifacts =
  (what: string, terminal: Terminal): NonNullable<ExportOptions['onArtifact']> =>
  ({ file }, { number, total }) =>
    terminal.showProgress(`${what} ${file} (${number} of ${total})`);

export const tellManifest = (manifest: Manifest, place: string, terminal: Terminal): void => {
  terminal.clearProgress();
  const { artifacts, crank, activityHash, sha256 } = manifest;
  const files = artifacts.length;
  const rows = artifacts.reduce((sum, artifact) => sum + artifact.rows, 0);
  const bytes = artifacts.reduce((sum, artifact) => sum + artifact.bytes, 0);
  if (terminal.json) {
    terminal.printJson({ place, files, rows, bytes, crank, activityHash, sha256 });
    return;
  }
  new Sheet(terminal, { full: true }).facts([
    ['written to', place],
    ['files', `${countText(files, 'file')}, ${countText(rows, 'row')}, ${bytesText(bytes)}`],
    ['crank', crank],
    ['activity', activityHash === '' ? 'none yet' : activityHash],
    ['sha256', sha256],
  ]);
};
