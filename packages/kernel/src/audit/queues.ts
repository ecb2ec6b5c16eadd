/** I9, I14, I17: every message stands in exactly one queue, and queues name what is there. */
import type { Tables } from '@cooperage/store/tables/tables';
import type { Report } from './finding.ts';

export const auditQueues = (tables: Tables, report: Report): void => {
  const places = new Map<number, number>();
  const place = (message: number): void => void places.set(message, (places.get(message) ?? 0) + 1);
  for (const { message } of tables.runQueue.list()) if (message !== null) place(message);
  for (const { message, promise } of tables.promiseQueue.listAll()) {
    place(message);
    const target = tables.messages.find(message)?.target;
    if (target !== promise) report('I17', `message ${message}`, `waits for ${promise}, but is for ${target ?? 'nobody'}`);
  }
  const known = new Set<number>();
  for (const { message } of tables.messages.list()) {
    known.add(message);
    const count = places.get(message) ?? 0;
    if (count !== 1) report('I17', `message ${message}`, `stands in ${count} queues`);
  }
  for (const message of places.keys())
    if (!known.has(message)) report('I17', `message ${message}`, 'is queued, but does not exist');
  const stateOf = (vat: string): string => tables.vats.find(vat as never)?.state ?? 'unknown';
  for (const { vat, action, kref } of tables.gcActions.list()) {
    const state = stateOf(vat);
    if (state === 'terminated' || state === 'unknown') report('I9', `${vat} ${action} ${kref}`, `the vat is ${state}`);
    if (tables.clists.find(vat, kref) === undefined)
      report('I14', kref, `${action} is queued for ${vat}, which does not know it`);
  }
  for (const vat of tables.reapQueue.list()) {
    const state = stateOf(vat);
    if (state === 'terminated' || state === 'unknown') report('I9', `reap of ${vat}`, `the vat is ${state}`);
  }
  for (const { position, parkedFor } of tables.runQueue.list()) {
    if (parkedFor !== null && stateOf(parkedFor) !== 'suspended')
      report('I17', `run queue ${position}`, `parked for ${parkedFor}, which is ${stateOf(parkedFor)}`);
  }
};
