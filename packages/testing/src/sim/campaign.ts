/**
 * Plays scenarios, one seed after the other, until one fails. Called by `npm run sim` and by the tests, so that a seed that fails in
 * one fails in the other.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimCoverage } from './coverage.ts';
import { makeScenario, type Scenario } from './scenario.ts';
import { Simulation, type SimulationOptions, type SimulationResult } from './simulation.ts';
import { makeTraffic } from './traffic.ts';

/**
 * Programs at random (`scenario.ts`), few objects that change hands all the time (`traffic.ts`), or programs with objects in rows, upgrades
 * and rings, of which a complete collector must leave nothing.
 */
export type ScenarioKind = 'programs' | 'traffic' | 'cycles';

export type Setting = {
  readonly collector: SimulationOptions['collector'];
  /** On a file, a host that dies leaves what a kill leaves, and its disk can be full. */
  readonly medium: 'memory' | 'file';
  /** Programs unless said otherwise; 'all': one kind after the other. */
  readonly scenarios?: ScenarioKind | 'all';
  /** Watches what the scenarios come by. */
  readonly coverage?: SimCoverage;
};

export type Campaign = Setting & {
  readonly first: number;
  readonly count: number;
  /** Asked before every seed. */
  readonly isOver?: () => boolean;
  /** Told what a seed came by, when it has been played. */
  readonly onPlayed?: (seed: number, coverage: SimCoverage) => void;
};

export type CampaignReport = {
  readonly seeds: number;
  readonly cranks: number;
  readonly crashes: number;
  /** Objects that only cycles across vats keep. */
  readonly leakedCycles: number;
  readonly failure: { readonly seed: number; readonly message: string } | undefined;
};

export const KINDS: readonly ScenarioKind[] = ['programs', 'traffic', 'cycles'];

/** Traffic runs over weak maps, about which nobody can read the mind of the engine's collector. */
const kindOf = (seed: number, { collector, scenarios = 'programs' }: Setting): ScenarioKind => {
  const kind = scenarios === 'all' ? (KINDS[seed % KINDS.length] as ScenarioKind) : scenarios;
  return collector === 'engine' && kind === 'traffic' ? 'programs' : kind;
};

/** The scenario of a seed in a setting. */
export const layOut = (seed: number, setting: Setting): Scenario => {
  const kind = kindOf(seed, setting);
  if (kind === 'traffic') return makeTraffic(seed);
  return makeScenario(seed, { weak: setting.collector === 'simulated', cycles: kind === 'cycles', organicHarvests: true });
};

/** Plays one scenario. */
export const playScenario = async (scenario: Scenario, setting: Setting): Promise<SimulationResult> => {
  const { collector, medium, coverage } = setting;
  const options: SimulationOptions = { collector, ...(coverage === undefined ? {} : { coverage }) };
  if (medium === 'memory') return new Simulation(scenario, options).run();
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-sim-'));
  try {
    return await new Simulation(scenario, { ...options, database: join(folder, 'kernel.sqlite') }).run();
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
export const showCommand = (seed: number, setting: Setting): string =>
  `npm run sim -- --seed ${seed} --scenarios ${kindOf(seed, setting)} --collector ${setting.collector} --medium ${setting.medium}`;

export const playCampaign = async (campaign: Campaign): Promise<CampaignReport> => {
  const { first, count, isOver = () => false, onPlayed } = campaign;
  const sums = { seeds: 0, cranks: 0, crashes: 0, leakedCycles: 0 };
  for (let seed = first; seed < first + count && !isOver(); seed += 1) {
    sums.seeds += 1;
    const coverage = onPlayed === undefined ? undefined : new SimCoverage();
    try {
      const setting: Setting = coverage === undefined ? campaign : { ...campaign, coverage };
      const { cranks, crashes, leakedCycles } = await playScenario(layOut(seed, campaign), setting);
      if (coverage !== undefined) onPlayed?.(seed, coverage);
      sums.cranks += cranks;
      sums.crashes += crashes;
      sums.leakedCycles += leakedCycles;
    } catch (error) {
      return { ...sums, failure: { seed, message: error instanceof Error ? error.message : String(error) } };
    }
  }
  return { ...sums, failure: undefined };
};
