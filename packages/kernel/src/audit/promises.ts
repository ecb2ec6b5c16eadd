/** I10, I11: who decides a promise, and what a settled one may no longer have. */
import type { KernelPromiseRef } from '@cooperage/protocol/refs';
import type { PromiseRow } from '@cooperage/store/tables/promises';
import type { Report } from './finding.ts';
import type { Reading } from './reading.ts';

export const auditPromises = ({ tables, rows }: Reading, report: Report): void => {
  const resultOf = new Map<string, number>();
  for (const { result } of rows.messages) {
    if (result !== null) resultOf.set(result, (resultOf.get(result) ?? 0) + 1);
  }
  const waiting = new Set<string>(rows.promiseQueue.map(({ promise }) => promise));
  const subscribed = new Set<string>(rows.subscriptions.map(({ promise }) => promise));
  const slots = new Set<KernelPromiseRef>(rows.promiseSlots.map(({ holder }) => holder));
  for (const row of rows.promises) {
    if (row.state === 'unresolved') auditDecider(tables, row, { results: resultOf.get(row.kref) ?? 0, report });
    else {
      if (row.decider !== null) report('I11', row.kref, `settled, but ${row.decider} decides it`);
      if (waiting.has(row.kref)) report('I11', row.kref, 'settled, but messages wait for it');
      if (subscribed.has(row.kref)) report('I11', row.kref, 'settled, but has subscribers');
    }
    if (row.state === 'unresolved' && slots.has(row.kref)) report('I11', row.kref, 'unresolved, but has data');
  }
  for (const { promise, vat } of rows.subscriptions) {
    const isDead = tables.vats.get(vat).state === 'terminated';
    if (!isDead && tables.clists.find(vat, promise) === undefined)
      report('I14', promise, `${vat} subscribes to it but does not know it`);
  }
};

const auditDecider = (
  tables: Reading['tables'],
  { kref, decider, isHopeless }: PromiseRow,
  { results, report }: { results: number; report: Report },
): void => {
  if (decider === null) {
    if (results !== (isHopeless ? 0 : 1))
      report('I10', kref, `decided by the kernel, but the result of ${results} queued messages`);
    return;
  }
  if (tables.vats.get(decider).state === 'terminated') report('I10', kref, `decided by ${decider}, which is terminated`);
  if (!isHopeless && tables.clists.find(decider, kref) === undefined)
    report('I10', kref, `decided by ${decider}, which does not know it`);
  if (results !== 0) report('I10', kref, `decided by ${decider}, but the result of ${results} queued messages`);
};
