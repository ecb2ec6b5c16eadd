/** What an audit reads: each table once, however many of its parts look there, and single rows by their keys. */
import type { Tables } from '@cooperage/store/tables/tables';

const readRows = (tables: Tables) => ({
  vats: tables.vats.list(),
  objects: tables.objects.list(),
  upgradeOrphans: tables.upgradeOrphans.list(),
  promises: tables.promises.list(),
  promiseSlots: tables.promiseSlots.list(),
  subscriptions: tables.subscriptions.list(),
  clists: tables.clists.list(),
  messages: tables.messages.list(),
  messageSlots: tables.messageSlots.list(),
  parameterSlots: tables.parameterSlots.list(),
  upgrades: tables.upgrades.list(),
  upgradeSlots: tables.upgradeSlots.list(),
  runQueue: tables.runQueue.list(),
  promiseQueue: tables.promiseQueue.listAll(),
  gcActions: tables.gcActions.list(),
  reapQueue: tables.reapQueue.list(),
  unfinishedReaps: tables.unfinishedReaps.list(),
  cleanupQueue: tables.cleanupQueue.list(),
  pins: tables.pins.list(),
  devices: tables.devices.list(),
  deviceNodes: tables.deviceNodes.list(),
  deviceState: tables.deviceState.list(),
  deviceStateSlots: tables.deviceStateSlots.list(),
  dynamicVats: tables.dynamicVats.list(),
  verdictSlots: tables.verdictSlots.list(),
});

export type Rows = ReturnType<typeof readRows>;
export type Reading = { readonly tables: Tables; readonly rows: Rows };

export const readTables = (tables: Tables): Reading => ({ tables, rows: readRows(tables) });
