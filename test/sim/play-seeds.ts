/**
 * Plays the simulator's first seeds for a test. COOPERAGE_SIM_SEEDS says how many of them are played in memory with the simulated
 * collector; the slower settings play a part of that. The files `test/sim*.test.ts` share the seeds, so that processes share the work.
 */
import { playCampaign, showCommand, type Campaign } from '@cooperage/testing/sim/campaign';
import type { ExecutionContext } from 'ava';

export const SEEDS = Number(process.env['COOPERAGE_SIM_SEEDS'] ?? 60);
const TIMEOUT = 20 * 60_000;

export const playSeeds = async (t: ExecutionContext, campaign: Campaign): Promise<void> => {
  t.timeout(TIMEOUT);
  const { seeds, cranks, crashes, leakedCycles, failure } = await playCampaign(campaign);
  t.log(`${seeds} seeds, ${cranks} cranks, ${crashes} crashes; ${leakedCycles} objects kept by cycles across vats`);
  if (failure !== undefined)
    t.fail(`seed ${failure.seed}: ${failure.message}\nto repeat it: ${showCommand(failure.seed, campaign)}`);
  else t.true(cranks > seeds * 100, 'the scenarios do something');
};
