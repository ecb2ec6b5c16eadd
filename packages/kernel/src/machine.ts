/**
 * The parts of a running kernel that outlive a crank, put together by `kernel.ts` and handed to those that run cranks. The hashes
 * and the crank number live here between commits; the block's last act writes them down.
 */
import type { KRef } from '@cooperage/protocol/refs';
import type { HarvestMode, WorkerLauncher } from '@cooperage/protocol/worker-port';
import type { Store } from '@cooperage/store/store';
import type { Maybe } from './choices.ts';
import type { Devices } from './devices/device-port.ts';
import type { History } from './observe/history.ts';
import type { SlogEvent } from './observe/slog.ts';
import type { Statistics } from './observe/statistics.ts';
import type { Warehouse } from './vats/warehouse.ts';

export type Machine = {
  readonly store: Store;
  readonly warehouse: Warehouse;
  readonly statistics: Statistics;
  readonly log: (event: SlogEvent) => void;
  readonly launcher: WorkerLauncher;
  readonly devices: Devices;
  readonly harvest: HarvestMode;
  readonly auditEveryCrank: boolean;
  /** Undefined: none is kept. */
  readonly history: History | undefined;
  /** Rows of a dead vat that one crank removes. */
  readonly cleanupBudget: number;
  readonly maybe: Maybe;
  /** Objects and promises that the last collection of cycles found dead (I28). */
  dead: ReadonlySet<KRef>;
  /** What devices want done once the open block is durable, in order. */
  outputs: (() => void)[];
  /** The number of the next crank. */
  crankNumber: number;
  /** Covers every crank so far. */
  activityHash: string;
};
