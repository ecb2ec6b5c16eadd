/** I3, I4: the counts of objects and promises against a recount of every row that holds one. */
import type { Tables } from '@cooperage/store/tables/tables';
import type { Report } from './finding.ts';

type Count = { reachable: number; recognizable: number };

/** Adds up what each ref is held by. For promises both figures are the number of holders. */
const recount = (tables: Tables): Map<string, Count> => {
  const counts = new Map<string, Count>();
  const add = (kref: string, reachable: number, recognizable: number): void => {
    const count = counts.get(kref) ?? { reachable: 0, recognizable: 0 };
    counts.set(kref, { reachable: count.reachable + reachable, recognizable: count.recognizable + recognizable });
  };
  for (const { kref, vref, reachable } of tables.clists.list()) {
    if (kref.startsWith('kp')) add(kref, 1, 1);
    else if (vref.startsWith('o-')) add(kref, reachable ? 1 : 0, 1);
  }
  for (const { target, result } of tables.messages.list()) {
    add(target, 1, 1);
    if (result !== null) add(result, 1, 1);
  }
  for (const { watcher } of tables.dynamicVats.list()) if (watcher !== null) add(watcher, 1, 1);
  for (const slots of [
    tables.deviceStateSlots,
    tables.verdictSlots,
    tables.messageSlots,
    tables.promiseSlots,
    tables.parameterSlots,
    tables.upgradeSlots,
  ]) {
    for (const { kref } of slots.list()) add(kref, 1, 1);
  }
  for (const { promise } of tables.runQueue.list()) if (promise !== null) add(promise, 1, 1);
  for (const { kref } of tables.pins.list()) add(kref, 1, 1);
  return counts;
};

export const auditCounts = (tables: Tables, report: Report): void => {
  const counts = recount(tables);
  const none: Count = { reachable: 0, recognizable: 0 };
  for (const { kref, reachable, recognizable } of tables.objects.list()) {
    const held = counts.get(kref) ?? none;
    if (reachable !== held.reachable || recognizable !== held.recognizable) {
      report('I3', kref, `counts ${reachable}, ${recognizable}; holders say ${held.reachable}, ${held.recognizable}`);
    }
    if (reachable < 0 || recognizable < reachable) report('I3', kref, `counts ${reachable}, ${recognizable} are out of order`);
  }
  for (const { kref, holds } of tables.promises.list()) {
    const held = counts.get(kref) ?? none;
    if (holds !== held.reachable) report('I4', kref, `counts ${holds}; holders say ${held.reachable}`);
    if (holds === 0) report('I4', kref, 'nobody holds it');
  }
};
