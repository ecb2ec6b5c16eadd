/**
 * Plays scenarios, one seed after the other, until one fails. Called by `npm run sim` and by the tests, so that a seed that fails in
 * one fails in the other.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeScenario, type Scenario } from './scenario.ts';
import { Simulation, type SimulationOptions, type SimulationResult } from './simulation.ts';

export type Setting = {
  readonly collector: SimulationOptions['collector'];
  /** On a file, a host that dies leaves what a kill leaves, and its disk can be full. */
  readonly medium: 'memory' | 'file';
};

export type Campaign = Setting & {
  readonly first: number;
  readonly count: number;
  /** Asked before every seed. */
  readonly isOver?: () => boolean;
};

export type CampaignReport = {
  readonly seeds: number;
  readonly cranks: number;
  readonly crashes: number;
  /** Objects that only cycles across vats keep. */
  readonly leakedCycles: number;
  readonly failure: { readonly seed: number; readonly message: string } | undefined;
};

/** The scenario of a seed in a setting: nobody can read the mind of the engine's collector about weak maps. */
export const layOut = (seed: number, { collector }: Setting): Scenario =>
  makeScenario(seed, { weak: collector === 'simulated', organicHarvests: true });

/** Plays one scenario. */
export const playScenario = async (scenario: Scenario, { collector, medium }: Setting): Promise<SimulationResult> => {
  if (medium === 'memory') return new Simulation(scenario, { collector }).run();
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-sim-'));
  try {
    return await new Simulation(scenario, { collector, database: join(folder, 'kernel.sqlite') }).run();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** What the scenario fails with, if it does. */
export const findFailure = async (scenario: Scenario, setting: Setting): Promise<string | undefined> => {
  try {
    await playScenario(scenario, setting);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

/** The command that repeats a seed. */
export const showCommand = (seed: number, { collector, medium }: Setting): string =>
  `npm run sim -- --seed ${seed} --collector ${collector} --medium ${medium}`;

export const playCampaign = async (campaign: Campaign): Promise<CampaignReport> => {
  const { first, count, isOver = () => false } = campaign;
  const sums = { seeds: 0, cranks: 0, crashes: 0, leakedCycles: 0 };
  for (let seed = first; seed < first + count && !isOver(); seed += 1) {
    sums.seeds += 1;
    try {
      const { cranks, crashes, leakedCycles } = await playScenario(layOut(seed, campaign), campaign);
      sums.cranks += cranks;
      sums.crashes += crashes;
      sums.leakedCycles += leakedCycles;
    } catch (error) {
      return { ...sums, failure: { seed, message: error instanceof Error ? error.message : String(error) } };
    }
  }
  return { ...sums, failure: undefined };
};
