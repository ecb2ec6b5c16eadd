/** Cranks until there is nothing to do or the policy says stop. A policy speaks only between cranks. */
import type { CrankReport } from './crank.ts';

export type RunPolicy = {
  /** Stop after so many cranks. */
  readonly maxCranks?: number;
  /** Stop after so many deliveries to vats. */
  readonly maxDeliveries?: number;
  /** Asked after every crank. */
  readonly afterCrank?: (report: CrankReport) => 'continue' | 'stop';
};

export type RunReport = { readonly cranks: number; readonly deliveries: number; readonly reason: 'idle' | 'policy' };

/** Runs `step` until it finds nothing to do. */
export const runUntilIdle = async (step: () => Promise<CrankReport | undefined>, policy: RunPolicy = {}): Promise<RunReport> => {
  const { maxCranks = Infinity, maxDeliveries = Infinity, afterCrank } = policy;
  let cranks = 0;
  let deliveries = 0;
  while (cranks < maxCranks && deliveries < maxDeliveries) {
    const report = await step();
    if (report === undefined) return { cranks, deliveries, reason: 'idle' };
    cranks += 1;
    if (report.delivery !== null) deliveries += 1;
    if (afterCrank?.(report) === 'stop') break;
  }
  return { cranks, deliveries, reason: 'policy' };
};
