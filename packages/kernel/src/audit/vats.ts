/** I18, I22, I25: transcripts have no gap, reaps are finished, and a dead vat leaves no rows behind once it is cleaned up. */
import type { TranscriptSummary } from '@cooperage/store/tables/transcript-summary';
import type { VatRow } from '@cooperage/store/tables/vats';
import type { Report } from './finding.ts';
import type { Reading } from './reading.ts';

export const auditVats = ({ tables, rows }: Reading, report: Report): void => {
  const cleaning = new Set<string>(rows.cleanupQueue);
  for (const row of rows.vats) {
    if (row.state === 'terminated') {
      if (!cleaning.has(row.vat)) auditCleaned({ tables, rows }, row, report);
    } else auditTranscript(tables, row, report);
  }
};

const auditTranscript = (tables: Reading['tables'], row: VatRow, report: Report): void => {
  const { vat, state } = row;
  const progress = tables.vatProgress.find(vat);
  if (progress === undefined) {
    report('I18', vat, 'has no progress row');
    return;
  }
  const summary = tables.transcripts.summarize(vat);
  const { count } = summary;
  // Pruning takes ended incarnations, whole and from the beginning.
  const pruned = findPruned(summary, row);
  if (pruned + count !== progress.deliveries)
    report('I18', vat, `counts ${progress.deliveries} deliveries, its transcript has ${pruned + count}`);
  auditIncarnations(row, { summary, report });
  auditUnfinished(tables, row, { summary, report });
  if (state === 'starting' && count !== 0) report('I18', vat, 'has a transcript before it has started');
};

/** How many deliveries of ended incarnations are gone. */
const findPruned = ({ incarnations }: TranscriptSummary, { incarnation }: VatRow): number =>
  incarnation === 0 ? 0 : (incarnations[0]?.first ?? 0);

type Looking = { readonly summary: TranscriptSummary; readonly report: Report };

/** The last BOYD or stop says whether there is another to come. */
const auditUnfinished = (tables: Reading['tables'], { vat }: VatRow, { summary, report }: Looking): void => {
  const isUnfinished = summary.lastReap?.includes('"unfinished":true') ?? false;
  const isQueued = tables.unfinishedReaps.has(vat);
  if (isUnfinished && !isQueued) report('I25', vat, 'left a BOYD unfinished, and is not queued to go on');
  if (!isUnfinished && isQueued) report('I25', vat, 'is queued to go on with a BOYD that it did not leave unfinished');
};

/** Each incarnation begins with startVat, and the last of them is the one that the vat is in. */
const auditIncarnations = ({ vat, state, incarnation }: VatRow, { summary, report }: Looking): void => {
  let last = 0;
  for (const { number, firstDelivery } of summary.incarnations) {
    last = number;
    if (!firstDelivery.includes('"type":"startVat"'))
      report('I18', vat, `the transcript of incarnation ${number} does not begin with startVat`);
  }
  if (state !== 'starting' && last !== incarnation)
    report('I18', vat, `is in incarnation ${incarnation}, but its transcript ends with ${last}`);
};

const auditCleaned = ({ tables, rows }: Reading, { vat }: VatRow, report: Report): void => {
  const left: [string, number][] = [
    ['c-list', rows.clists.filter(row => row.vat === vat).length],
    ['vatstore', tables.vatstore.countByVat(vat)],
    ['transcript', tables.transcripts.countByVat(vat)],
    ['run queue', rows.runQueue.filter(row => [row.vat, row.parkedFor].includes(vat) && row.kind !== 'message').length],
    ['objects', rows.objects.filter(({ owner }) => owner === vat).length],
    ['subscriptions', rows.subscriptions.filter(row => row.vat === vat).length],
  ];
  for (const [table, count] of left) if (count > 0) report('I22', vat, `is cleaned up, but has ${count} rows left: ${table}`);
};
