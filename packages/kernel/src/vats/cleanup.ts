/**
 * A dead vat's rows go a few per crank, so that a large one never holds up the others: c-list first (what it exported becomes
 * orphaned, what it imported is let go), then its vatstore, then its transcript. Its row in `vats` stays, to say what became of it;
 * that of a vat that a vat has made goes last.
 */
import { CooperageError } from '@cooperage/protocol/errors';
import { isKernelObjectRef, isKernelPromiseRef, type VatId } from '@cooperage/protocol/refs';
import type { ClistRow } from '@cooperage/store/tables/clists';
import type { Tables } from '@cooperage/store/tables/tables';
import type { Crank } from '../crank-state.ts';
import { orphanOfDead } from '../gc/free.ts';
import { deleteRow } from '../refs/clist.ts';
import { forgetDynamicVat } from './watch.ts';

/** What is left of a dead vat, in rows. */
export type CleanupProgress = {
  readonly vat: VatId;
  readonly clistRows: number;
  readonly vatstoreRows: number;
  readonly transcriptRows: number;
};

/** With a budget of nothing no cleanup would ever end. */
export const insistCleanupBudget = (budget: number): void => {
  if (Number.isSafeInteger(budget) && budget > 0) return;
  throw new CooperageError('ERR_CONFIG', `cleanupBudget is ${budget}, not a whole number above 0`, {
    subject: 'cleanupBudget',
    remedy: 'Say how many rows of a dead vat one crank may remove.',
  });
};

/** How far the cleanup of each dead vat has come, in the order in which they are cleaned up. */
export const listCleanups = (tables: Tables): CleanupProgress[] =>
  tables.cleanupQueue.list().map(vat => ({
    vat,
    clistRows: tables.clists.countByVat(vat),
    vatstoreRows: tables.vatstore.countByVat(vat),
    transcriptRows: tables.transcripts.countByVat(vat),
  }));

/** Removes up to `limit` rows of `vat`; the last call takes it off the queue. */
export const cleanUpVat = (crank: Crank, vat: VatId, limit: number): void => {
  const { tables } = crank;
  let budget = crank.maybe('cleanup-few') ? 1 : limit;
  for (const row of tables.clists.listSome(vat, budget)) {
    cleanUpClistRow(crank, row);
    budget -= 1;
  }
  if (budget > 0) budget -= tables.vatstore.deleteSome(vat, budget);
  if (budget > 0) budget -= tables.transcripts.deleteSome(vat, budget);
  if (budget === 0) return;
  tables.vatProgress.delete(vat);
  tables.cleanupQueue.delete(vat);
  forgetDynamicVat(crank, vat);
  crank.log({ type: 'vat', crank: crank.number, vat, change: 'cleaned', problem: null });
};

const cleanUpClistRow = (crank: Crank, row: ClistRow): void => {
  const { vat, kref } = row;
  if (isKernelPromiseRef(kref)) crank.tables.subscriptions.delete(kref, vat);
  const isExport = isKernelObjectRef(kref) && crank.tables.objects.find(kref)?.owner === vat;
  if (isExport) orphanOfDead(crank, vat, kref);
  else deleteRow(crank, row);
};
