/** All tables of one connection, and how many rows each has. */
import type { KernelPromiseRef, VatId } from '@cooperage/protocol/refs';
import type { Connection } from '../connection.ts';
import { BundleNamesTable } from './bundle-names.ts';
import { BundlesTable } from './bundles.ts';
import { ClistsTable } from './clists.ts';
import { CondemnedTable } from './condemned.ts';
import { CountersTable } from './counters.ts';
import { DeviceNodesTable } from './device-nodes.ts';
import { DeviceStateTable } from './device-state.ts';
import { DevicesTable } from './devices.ts';
import { DynamicVatsTable } from './dynamic-vats.ts';
import { GcActionsTable } from './gc-actions.ts';
import { HistoryTable } from './history.ts';
import { KernelStateTable } from './kernel-state.ts';
import { MessagesTable } from './messages.ts';
import { ObjectsTable } from './objects.ts';
import { PinsTable } from './pins.ts';
import { PromiseQueueTable } from './promise-queue.ts';
import { PromisesTable } from './promises.ts';
import { RunQueueTable } from './run-queue.ts';
import {
  makeDeviceStateSlotsTable,
  makeMessageSlotsTable,
  makeParameterSlotsTable,
  makePromiseSlotsTable,
  makeUpgradeSlotsTable,
  makeVerdictSlotsTable,
  type SlotsTable,
} from './slots.ts';
import { StatisticsTable } from './statistics.ts';
import { SubscriptionsTable } from './subscriptions.ts';
import { TranscriptsTable } from './transcripts.ts';
import { UpgradeOrphansTable } from './upgrade-orphans.ts';
import { UpgradeOutcomesTable } from './upgrade-outcomes.ts';
import { UpgradesTable } from './upgrades.ts';
import { VatProgressTable } from './vat-progress.ts';
import { VatQueueTable } from './vat-queue.ts';
import { VatsTable } from './vats.ts';
import { VatstoreTable } from './vatstore.ts';

export class Tables {
  readonly kernelState: KernelStateTable;
  readonly counters: CountersTable;
  readonly statistics: StatisticsTable;
  readonly bundles: BundlesTable;
  readonly bundleNames: BundleNamesTable;
  readonly vats: VatsTable;
  readonly vatProgress: VatProgressTable;
  readonly objects: ObjectsTable;
  readonly upgradeOrphans: UpgradeOrphansTable;
  readonly promises: PromisesTable;
  readonly promiseSlots: SlotsTable<KernelPromiseRef>;
  readonly messageSlots: SlotsTable<number>;
  readonly parameterSlots: SlotsTable<VatId>;
  readonly subscriptions: SubscriptionsTable;
  readonly clists: ClistsTable;
  readonly messages: MessagesTable;
  readonly upgrades: UpgradesTable;
  readonly upgradeSlots: SlotsTable<number>;
  readonly upgradeOutcomes: UpgradeOutcomesTable;
  readonly runQueue: RunQueueTable;
  readonly promiseQueue: PromiseQueueTable;
  readonly gcActions: GcActionsTable;
  readonly reapQueue: VatQueueTable;
  readonly unfinishedReaps: VatQueueTable;
  readonly cleanupQueue: VatQueueTable;
  readonly condemned: CondemnedTable;
  readonly pins: PinsTable;
  readonly vatstore: VatstoreTable;
  readonly transcripts: TranscriptsTable;
  readonly devices: DevicesTable;
  readonly deviceNodes: DeviceNodesTable;
  readonly deviceState: DeviceStateTable;
  readonly deviceStateSlots: SlotsTable<number>;
  readonly dynamicVats: DynamicVatsTable;
  readonly verdictSlots: SlotsTable<VatId>;

  readonly history: HistoryTable;

  constructor(connection: Connection) {
    this.kernelState = new KernelStateTable(connection);
    this.counters = new CountersTable(connection);
    this.statistics = new StatisticsTable(connection);
    this.bundles = new BundlesTable(connection);
    this.bundleNames = new BundleNamesTable(connection);
    this.vats = new VatsTable(connection);
    this.vatProgress = new VatProgressTable(connection);
    this.objects = new ObjectsTable(connection, this.counters);
    this.upgradeOrphans = new UpgradeOrphansTable(connection);
    this.promises = new PromisesTable(connection, this.counters);
    this.promiseSlots = makePromiseSlotsTable(connection, this.counters);
    this.messageSlots = makeMessageSlotsTable(connection, this.counters);
    this.parameterSlots = makeParameterSlotsTable(connection);
    this.subscriptions = new SubscriptionsTable(connection, this.counters);
    this.clists = new ClistsTable(connection, this.counters);
    this.messages = new MessagesTable(connection, this.counters);
    this.upgrades = new UpgradesTable(connection, this.counters);
    this.upgradeSlots = makeUpgradeSlotsTable(connection);
    this.upgradeOutcomes = new UpgradeOutcomesTable(connection);
    this.runQueue = new RunQueueTable(connection, this.counters);
    this.promiseQueue = new PromiseQueueTable(connection, this.counters);
    this.gcActions = new GcActionsTable(connection);
    this.reapQueue = new VatQueueTable(connection, this.counters, 'reap_queue');
    this.unfinishedReaps = new VatQueueTable(connection, this.counters, 'unfinished_reaps');
    this.cleanupQueue = new VatQueueTable(connection, this.counters, 'cleanup_queue');
    this.condemned = new CondemnedTable(connection);
    this.pins = new PinsTable(connection);
    this.vatstore = new VatstoreTable(connection);
    this.transcripts = new TranscriptsTable(connection);
    this.devices = new DevicesTable(connection);
    this.deviceNodes = new DeviceNodesTable(connection);
    this.deviceState = new DeviceStateTable(connection);
    this.deviceStateSlots = makeDeviceStateSlotsTable(connection);
    this.dynamicVats = new DynamicVatsTable(connection);
    this.verdictSlots = makeVerdictSlotsTable(connection);
    this.history = new HistoryTable(connection);
  }

  /** Rows per table, by the names of the properties above. */
  countRows(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const [name, table] of Object.entries(this)) counts[name] = (table as { count(): number }).count();
    return counts;
  }
}
