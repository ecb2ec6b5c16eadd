/** I1, I2, I5, I14: c-lists against each other, against the objects and promises they name, and against the queued GC actions. */
import type { ClistRow } from '@cooperage/store/tables/clists';
import type { Report } from './finding.ts';
import type { Reading, Rows } from './reading.ts';

const isImport = ({ vref }: ClistRow): boolean => vref[1] === '-';

export const auditClists = (reading: Reading, report: Report): void => {
  auditPairs(reading.rows, report);
  auditExports(reading, report);
  auditUpgradeOrphans(reading, report);
  auditNames(reading, report);
};

const auditPairs = ({ clists }: Rows, report: Report): void => {
  const pairs = new Set<string>();
  for (const { vat, kref, vref } of clists) {
    for (const side of [`${vat} ${kref}`, `${vat} ${vref}`]) {
      if (pairs.has(side)) report('I1', side, 'paired twice');
      pairs.add(side);
    }
    const kind = { o: 'o', p: 'p', d: 'd' }[kref[1] as 'o' | 'p' | 'd'];
    if (vref[0] !== kind) report('I1', `${vat} ${kref}`, `paired with ${vref}, which is of another kind`);
  }
};

const auditExports = ({ tables, rows }: Reading, report: Report): void => {
  const exporters = new Map<string, ClistRow>();
  for (const row of rows.clists) {
    if (isImport(row) || !row.kref.startsWith('ko')) continue;
    if (exporters.has(row.kref)) report('I2', row.kref, `exported by ${row.vat} and by ${exporters.get(row.kref)?.vat}`);
    exporters.set(row.kref, row);
    const owner = tables.objects.find(row.kref as never)?.owner;
    if (owner !== row.vat) report('I2', row.kref, `exported by ${row.vat}, owned by ${owner ?? 'nobody'}`);
  }
  for (const { kref, owner, reachable, recognizable } of rows.objects) {
    const row = exporters.get(kref);
    if (owner === null) {
      if (reachable === 0) report('I5', kref, 'an orphan that nobody reaches was not deleted');
      continue;
    }
    if (row === undefined) {
      report('I2', kref, `owned by ${owner}, which does not export it`);
      continue;
    }
    if (reachable > 0 || tables.vats.get(owner).state === 'terminated') continue;
    if (row.reachable && !tables.gcActions.has({ vat: owner, action: 'dropExport', kref })) {
      report('I5', kref, `nobody reaches it, ${owner} was not told, and no dropExport is queued`);
    }
    if (recognizable === 0 && !tables.gcActions.has({ vat: owner, action: 'retireExport', kref })) {
      report('I5', kref, 'nobody recognizes it and no retireExport is queued');
    }
  }
};

/** What an upgrade orphaned stays an orphan, and its record of that goes with it. */
const auditUpgradeOrphans = ({ tables, rows }: Reading, report: Report): void => {
  for (const { kref, vat } of rows.upgradeOrphans) {
    const object = tables.objects.find(kref);
    if (object === undefined) report('I14', kref, `recorded as lost by ${vat}, but does not exist`);
    else if (object.owner !== null) report('I2', kref, `recorded as lost by ${vat}, but ${object.owner} owns it`);
  }
};

/** Names that lead nowhere. A vat that can only recognize an object may still have to hear that it is gone. */
const auditNames = ({ tables, rows }: Reading, report: Report): void => {
  const exists = (kref: string): boolean => {
    const table = kref.startsWith('kp') ? tables.promises : kref.startsWith('kd') ? tables.deviceNodes : tables.objects;
    return table.find(kref as never) !== undefined;
  };
  for (const row of rows.clists) {
    const { vat, kref, reachable } = row;
    if (exists(kref)) continue;
    const willHear = !reachable && tables.gcActions.has({ vat, action: 'retireImport', kref: kref as never });
    const isDead = tables.vats.get(vat).state === 'terminated';
    if (!willHear && !isDead) report('I14', `${vat} ${kref}`, 'in the c-list, but does not exist');
  }
  const check = (kref: string | null, holder: string): void => {
    if (kref !== null && !exists(kref)) report('I14', kref, `named by ${holder}, but does not exist`);
  };
  for (const { message, target, result } of rows.messages) {
    check(target, `message ${message}`);
    check(result, `message ${message}`);
  }
  for (const { holder, kref } of rows.messageSlots) check(kref, `message ${holder}`);
  for (const { holder, kref } of rows.promiseSlots) check(kref, holder);
  for (const { holder, kref } of rows.parameterSlots) check(kref, `the parameters of ${holder}`);
  for (const { holder, kref } of rows.deviceStateSlots) check(kref, `entry ${holder} of a device`);
  for (const { holder, kref } of rows.verdictSlots) check(kref, `the verdict on ${holder}`);
  for (const { vat, watcher } of rows.dynamicVats) check(watcher, `${vat}, as its watcher`);
  for (const { holder, kref } of rows.upgradeSlots) check(kref, `the parameters of upgrade ${holder}`);
  for (const { kref, reason } of rows.pins) check(kref, `a pin (${reason})`);
};
