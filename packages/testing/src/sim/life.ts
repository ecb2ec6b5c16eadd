/** A vat of a simulation while it is in memory, for those who look into it. */
import type { Liveslots } from '@cooperage/liveslots/liveslots';
import type { ScriptVat } from './script-vat.ts';
import type { SimulatedCollector } from './simulated-collector.ts';

/** One life of a vat in memory: from launch to eviction. */
export type Life = {
  readonly name: string;
  readonly vat: ScriptVat;
  readonly collector: SimulatedCollector | undefined;
  /** Objects of this life by name, whether or not they are still in memory. */
  readonly objects: ReadonlyMap<string, () => object | undefined>;
  readonly liveslots: Liveslots;
};
