/** I14, I17, I26, I27: device nodes and what devices remember; vats that were made by vats, and who is told of them. */
import type { Report } from './finding.ts';
import type { Reading } from './reading.ts';

export const auditDevices = ({ tables, rows }: Reading, report: Report): void => {
  for (const { kref, device } of rows.deviceNodes) {
    if (tables.devices.find(device) === undefined) report('I26', kref, `a node of ${device}, which is no device`);
  }
  for (const { device } of rows.devices) {
    if (tables.deviceNodes.findByName({ device, kind: 'root', id: '' }) === undefined) report('I26', device, 'has no root node');
  }
  const entries = new Set(rows.deviceState.map(({ entry }) => entry));
  for (const { holder, kref } of rows.deviceStateSlots) {
    if (!entries.has(holder)) report('I17', kref, `held by entry ${holder} of a device, which is not there`);
  }
};

export const auditDynamicVats = ({ tables, rows }: Reading, report: Report): void => {
  for (const { vat, watcher, verdictBody } of rows.dynamicVats) {
    const state = tables.vats.find(vat)?.state ?? 'unknown';
    const lives = state !== 'terminated' && state !== 'unknown';
    if (lives !== (watcher !== null)) report('I27', vat, `is ${state}, and its watcher is ${watcher ?? 'gone'}`);
    if (verdictBody !== null && !lives) report('I27', vat, `is to end, and is ${state}`);
  }
  for (const { holder } of rows.verdictSlots) {
    if ((tables.dynamicVats.find(holder)?.verdictBody ?? null) === null) report('I17', holder, 'cites what no verdict holds');
  }
};
