/** How to play a scenario: what may be chosen without changing what it does. */
import type { SimCoverage } from './coverage.ts';

export type SimulationOptions = {
  /** 'simulated': any part of the garbage may go at any time; 'engine': the engine's own collector decides. */
  readonly collector: 'simulated' | 'engine';
  /** Where organic collections take their choices from; the seed of the scenario unless said otherwise. */
  readonly organicSeed?: number;
  /** Never more than so many vats in memory, whatever the scenario says. */
  readonly maxOnline?: number;
  /** A path, for restarts that close and open the file, and crashes that leave what a kill leaves; in memory by default. */
  readonly database?: string;
  readonly auditEveryCrank?: boolean;
  /** Watches what the scenario comes by. */
  readonly coverage?: SimCoverage;
};
