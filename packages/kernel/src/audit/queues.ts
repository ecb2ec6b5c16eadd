/** I9, I14, I17: every message and every upgrade stands in exactly one queue, and queues name what is there. */
import type { Report } from './finding.ts';
import type { Reading } from './reading.ts';

export const auditQueues = ({ tables, rows }: Reading, report: Report): void => {
  const places = new Map<number, number>();
  const place = (message: number): void => void places.set(message, (places.get(message) ?? 0) + 1);
  for (const { message } of rows.runQueue) if (message !== null) place(message);
  for (const { message, promise } of rows.promiseQueue) {
    place(message);
    const target = tables.messages.find(message)?.target;
    if (target !== promise) report('I17', `message ${message}`, `waits for ${promise}, but is for ${target ?? 'nobody'}`);
  }
  const known = new Set<number>();
  for (const { message } of rows.messages) {
    known.add(message);
    const count = places.get(message) ?? 0;
    if (count !== 1) report('I17', `message ${message}`, `stands in ${count} queues`);
  }
  for (const message of places.keys())
    if (!known.has(message)) report('I17', `message ${message}`, 'is queued, but does not exist');
  const stateOf = (vat: string): string => tables.vats.find(vat as never)?.state ?? 'unknown';
  for (const { vat, action, kref } of rows.gcActions) {
    const state = stateOf(vat);
    if (state === 'terminated' || state === 'unknown') report('I9', `${vat} ${action} ${kref}`, `the vat is ${state}`);
    if (tables.clists.find(vat, kref) === undefined)
      report('I14', kref, `${action} is queued for ${vat}, which does not know it`);
  }
  for (const vat of [...rows.reapQueue, ...rows.unfinishedReaps]) {
    const state = stateOf(vat);
    if (state === 'terminated' || state === 'unknown') report('I9', `reap of ${vat}`, `the vat is ${state}`);
  }
  auditUpgrades({ tables, rows }, report);
  for (const { position, parkedFor } of rows.runQueue) {
    if (parkedFor !== null && stateOf(parkedFor) !== 'suspended')
      report('I17', `run queue ${position}`, `parked for ${parkedFor}, which is ${stateOf(parkedFor)}`);
  }
};

const auditUpgrades = ({ tables, rows }: Reading, report: Report): void => {
  const queued = new Map(rows.runQueue.flatMap(({ upgrade, vat }) => (upgrade === null ? [] : [[upgrade, vat] as const])));
  for (const { upgrade, vat } of rows.upgrades) {
    const subject = `upgrade ${upgrade}`;
    if (!queued.has(upgrade)) report('I17', subject, 'stands in no queue');
    else if (queued.get(upgrade) !== vat)
      report('I17', subject, `is for ${vat}, but queued for ${queued.get(upgrade) ?? 'nobody'}`);
    queued.delete(upgrade);
    if (tables.vats.get(vat).state === 'terminated') report('I9', subject, `is queued for ${vat}, which is terminated`);
  }
  for (const upgrade of queued.keys()) report('I17', `upgrade ${upgrade}`, 'is queued, but does not exist');
  for (const { holder } of rows.upgradeSlots)
    if (tables.upgrades.find(holder) === undefined) report('I17', `upgrade ${holder}`, 'has parameters, but does not exist');
};
