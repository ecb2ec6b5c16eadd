/** I18, I22, I25: transcripts have no gap, reaps are finished, and a dead vat leaves no rows behind once it is cleaned up. */
import type { Tables } from '@cooperage/store/tables/tables';
import type { VatRow } from '@cooperage/store/tables/vats';
import type { Report } from './finding.ts';

export const auditVats = (tables: Tables, report: Report): void => {
  const cleaning = new Set<string>(tables.cleanupQueue.list());
  for (const row of tables.vats.list()) {
    if (row.state === 'terminated') {
      if (!cleaning.has(row.vat)) auditCleaned(tables, row, report);
    } else auditTranscript(tables, row, report);
  }
};

const auditTranscript = (tables: Tables, row: VatRow, report: Report): void => {
  const { vat, state } = row;
  const progress = tables.vatProgress.find(vat);
  if (progress === undefined) {
    report('I18', vat, 'has no progress row');
    return;
  }
  const count = tables.transcripts.countByVat(vat);
  // Pruning takes ended incarnations, whole and from the beginning.
  const pruned = findPruned(tables, row);
  if (pruned + count !== progress.deliveries)
    report('I18', vat, `counts ${progress.deliveries} deliveries, its transcript has ${pruned + count}`);
  auditIncarnations(tables, row, report);
  auditUnfinished(tables, row, report);
  if (state === 'starting' && count !== 0) report('I18', vat, 'has a transcript before it has started');
};

/** How many deliveries of ended incarnations are gone. */
const findPruned = (tables: Tables, { vat, incarnation }: VatRow): number =>
  incarnation === 0 ? 0 : (tables.transcripts.listIncarnations(vat)[0]?.first ?? 0);

/** The last BOYD or stop says whether there is another to come. */
const auditUnfinished = (tables: Tables, { vat }: VatRow, report: Report): void => {
  const outcome = tables.transcripts.findLastReap(vat)?.outcome ?? '';
  const isUnfinished = outcome.includes('"unfinished":true');
  const isQueued = tables.unfinishedReaps.has(vat);
  if (isUnfinished && !isQueued) report('I25', vat, 'left a BOYD unfinished, and is not queued to go on');
  if (!isUnfinished && isQueued) report('I25', vat, 'is queued to go on with a BOYD that it did not leave unfinished');
};

/** Each incarnation begins with startVat, and the last of them is the one that the vat is in. */
const auditIncarnations = (tables: Tables, { vat, state, incarnation }: VatRow, report: Report): void => {
  let last = 0;
  for (const { first, number } of tables.transcripts.listIncarnations(vat)) {
    last = number;
    const [row] = tables.transcripts.list(vat, { from: first, limit: 1 });
    if (row !== undefined && !row.delivery.includes('"type":"startVat"'))
      report('I18', vat, `the transcript of incarnation ${number} does not begin with startVat`);
  }
  if (state !== 'starting' && last !== incarnation)
    report('I18', vat, `is in incarnation ${incarnation}, but its transcript ends with ${last}`);
};

const auditCleaned = (tables: Tables, { vat }: VatRow, report: Report): void => {
  const left: [string, number][] = [
    ['c-list', tables.clists.countByVat(vat)],
    ['vatstore', tables.vatstore.countByVat(vat)],
    ['transcript', tables.transcripts.countByVat(vat)],
    ['run queue', tables.runQueue.listByVat(vat).filter(({ kind }) => kind !== 'message').length],
    ['objects', tables.objects.listByOwner(vat).length],
    ['subscriptions', tables.subscriptions.list().filter(row => row.vat === vat).length],
  ];
  for (const [table, count] of left) if (count > 0) report('I22', vat, `is cleaned up, but has ${count} rows left: ${table}`);
};
