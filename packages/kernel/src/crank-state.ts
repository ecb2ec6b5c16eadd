/**
 * What one crank works on. Kernel modules are plain functions over this record; nothing in it outlives the crank, so an abandoned
 * crank leaves nothing in memory that its tables have forgotten (I16).
 */
import type { KernelObjectRef, KernelPromiseRef, KRef } from '@cooperage/protocol/refs';
import type { WorkerLauncher } from '@cooperage/protocol/worker-port';
import type { Tables } from '@cooperage/store/tables/tables';
import type { Maybe } from './choices.ts';
import type { Devices } from './devices/device-port.ts';
import type { SlogEvent } from './observe/slog.ts';
import type { StatisticName } from './observe/statistics.ts';

export type Crank = {
  readonly number: number;
  readonly tables: Tables;
  /** Objects and promises that lost a holder in this crank; looked at once, when the crank settles. */
  readonly freeable: Set<KernelObjectRef | KernelPromiseRef>;
  /** Objects and promises that the last collection of cycles found dead (I28). */
  readonly dead: ReadonlySet<KRef>;
  readonly devices: Devices;
  /** What devices want done once the crank is durable. */
  readonly outputs: (() => void)[];
  /** What a vat that is made now will run on. */
  readonly launcher: Pick<WorkerLauncher, 'kind' | 'engine'>;
  readonly maybe: Maybe;
  readonly log: (event: SlogEvent) => void;
  readonly count: (name: StatisticName, by?: number) => void;
};
