/** I14, I17, I26, I27: device nodes and what devices remember; vats that were made by vats, and who is told of them. */
import type { Tables } from '@cooperage/store/tables/tables';
import type { Report } from './finding.ts';

export const auditDevices = (tables: Tables, report: Report): void => {
  for (const { kref, device } of tables.deviceNodes.list()) {
    if (tables.devices.find(device) === undefined) report('I26', kref, `a node of ${device}, which is no device`);
  }
  for (const { device } of tables.devices.list()) {
    if (tables.deviceNodes.findByName({ device, kind: 'root', id: '' }) === undefined) report('I26', device, 'has no root node');
  }
  const entries = new Set(tables.deviceState.list().map(({ entry }) => entry));
  for (const { holder, kref } of tables.deviceStateSlots.list()) {
    if (!entries.has(holder)) report('I17', kref, `held by entry ${holder} of a device, which is not there`);
  }
};

export const auditDynamicVats = (tables: Tables, report: Report): void => {
  for (const { vat, watcher, verdictBody } of tables.dynamicVats.list()) {
    const state = tables.vats.find(vat)?.state ?? 'unknown';
    const lives = state !== 'terminated' && state !== 'unknown';
    if (lives !== (watcher !== null)) report('I27', vat, `is ${state}, and its watcher is ${watcher ?? 'gone'}`);
    if (verdictBody !== null && !lives) report('I27', vat, `is to end, and is ${state}`);
  }
  for (const { holder } of tables.verdictSlots.list()) {
    if ((tables.dynamicVats.find(holder)?.verdictBody ?? null) === null) report('I17', holder, 'cites what no verdict holds');
  }
};
