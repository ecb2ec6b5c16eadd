/** I3, I4: the counts of objects and promises against a recount of every row that holds one. */
import type { Report } from './finding.ts';
import type { Reading, Rows } from './reading.ts';

type Count = { reachable: number; recognizable: number };

/** Adds up what each ref is held by. For promises both figures are the number of holders. */
const recount = (rows: Rows): Map<string, Count> => {
  const counts = new Map<string, Count>();
  const add = (kref: string, reachable: number, recognizable: number): void => {
    const count = counts.get(kref) ?? { reachable: 0, recognizable: 0 };
    counts.set(kref, { reachable: count.reachable + reachable, recognizable: count.recognizable + recognizable });
  };
  for (const { kref, vref, reachable } of rows.clists) {
    if (kref.startsWith('kp')) add(kref, 1, 1);
    else if (vref.startsWith('o-')) add(kref, reachable ? 1 : 0, 1);
  }
  for (const { target, result } of rows.messages) {
    add(target, 1, 1);
    if (result !== null) add(result, 1, 1);
  }
  for (const { watcher } of rows.dynamicVats) if (watcher !== null) add(watcher, 1, 1);
  for (const slots of [
    rows.deviceStateSlots,
    rows.verdictSlots,
    rows.messageSlots,
    rows.promiseSlots,
    rows.parameterSlots,
    rows.upgradeSlots,
  ]) {
    for (const { kref } of slots) add(kref, 1, 1);
  }
  for (const { promise } of rows.runQueue) if (promise !== null) add(promise, 1, 1);
  for (const { kref } of rows.pins) add(kref, 1, 1);
  return counts;
};

export const auditCounts = ({ rows }: Reading, report: Report): void => {
  const counts = recount(rows);
  const none: Count = { reachable: 0, recognizable: 0 };
  for (const { kref, reachable, recognizable } of rows.objects) {
    const held = counts.get(kref) ?? none;
    if (reachable !== held.reachable || recognizable !== held.recognizable) {
      report('I3', kref, `counts ${reachable}, ${recognizable}; holders say ${held.reachable}, ${held.recognizable}`);
    }
    if (reachable < 0 || recognizable < reachable) report('I3', kref, `counts ${reachable}, ${recognizable} are out of order`);
  }
  for (const { kref, holds } of rows.promises) {
    const held = counts.get(kref) ?? none;
    if (holds !== held.reachable) report('I4', kref, `counts ${holds}; holders say ${held.reachable}`);
    if (holds === 0) report('I4', kref, 'nobody holds it');
  }
};
