/** `cooperage prune <database>`: takes out what no kernel will read again, and gives the room back. */
import { pruneFile, type PruneReport } from '@cooperage/host/state-files';
import { EXIT, toFailure } from '../failure.ts';
import { bytesText, countText } from '../quantities.ts';
import { Sheet } from '../sheet.ts';
import type { Terminal } from '../terminal.ts';

export type PruneRequest = { readonly database: string; readonly dryRun: boolean };

export const prune = async ({ database, dryRun }: PruneRequest, terminal: Terminal): Promise<number> => {
  try {
    const report = pruneFile(database, { dryRun, onStep: step => terminal.showProgress(step) });
    terminal.clearProgress();
    if (terminal.json) terminal.printJson(report);
    else show(report, new Sheet(terminal, { full: true }));
    return EXIT.ok;
  } catch (error) {
    throw toFailure(error, EXIT.cannotOpen);
  }
};

const show = ({ transcripts, bundles, freeBytes, bytesBefore, bytesAfter }: PruneReport, sheet: Sheet): void => {
  sheet.facts([
    ['ended incarnations', `${countText(transcripts.rows, 'delivery', 'deliveries')}, ${bytesText(transcripts.bytes)}`],
    ['unused source', `${countText(bundles.rows, 'bundle')}, ${bytesText(bundles.bytes)}`],
    ['free pages', bytesText(freeBytes)],
    ['file before', bytesText(bytesBefore)],
    ['file after', bytesAfter === null ? 'nothing was changed' : bytesText(bytesAfter)],
  ]);
};
