/**
 * The ways to play a scenario that must all come to the same: whatever is in memory, whenever it is stopped and opened again, whatever
 * the collector has taken, the vats see the same and the kernel does the same. Each changes what nobody may notice.
 */
import { makeScenario, type Action, type Scenario } from './scenario.ts';
import type { SimulationOptions } from './simulation.ts';

export type Play = { readonly scenario: Scenario; readonly options: SimulationOptions };

type Setting = {
  /** The engine's own collector decides. */
  readonly engine?: boolean;
  /** Plays a quiet scenario, compared with its like. */
  readonly quiet?: boolean;
  readonly scenario?: (scenario: Scenario) => Partial<Scenario>;
  readonly options?: (scenario: Scenario, database: string) => Partial<SimulationOptions>;
};

const isBreak = ({ act }: Action): boolean => act === 'restart' || act === 'crash';

/** Breaks where the scenario has none, each with a commit: every so many actions. */
const restartEvery = (actions: readonly Action[], every: number): Action[] =>
  actions.filter(action => !isBreak(action)).flatMap((action, i) => (i % every === 0 ? [action, { act: 'restart' }] : [action]));

const onFile = (_scenario: Scenario, database: string): Partial<SimulationOptions> => ({ database });

const SETTINGS = {
  'as it is': {},
  'other organic collections': { options: ({ seed }) => ({ organicSeed: seed + 1_000_000 }) },
  'no organic collection': { scenario: () => ({ organicChance: 0 }) },
  'organic collection around every delivery': { scenario: () => ({ organicChance: 1 }) },
  'one vat in memory': { options: () => ({ maxOnline: 1 }) },
  'all vats in memory': { options: () => ({ maxOnline: 50 }) },
  'no restart': { scenario: ({ actions }) => ({ actions: actions.filter(action => !isBreak(action)) }) },
  'a restart after every fifth action': { scenario: ({ actions }) => ({ actions: restartEvery(actions, 5) }) },
  'a commit after every action': { scenario: ({ actions }) => ({ actions: actions.flatMap(a => [a, { act: 'commit' }]) }) },
  'a file that is closed and opened': { options: onFile },
  'no audit': { options: () => ({ auditEveryCrank: false }) },
  'all of the worst': {
    scenario: ({ actions }) => ({ actions: restartEvery(actions, 7), organicChance: 1 }),
    options: ({ seed }, database) => ({ database, maxOnline: 1, organicSeed: seed + 2_000_000 }),
  },
  'a host that waits': { quiet: true },
  "the engine's collector": { quiet: true, engine: true },
  "the engine's collector, a file, one vat in memory, other restarts": {
    ...{ quiet: true, engine: true },
    scenario: ({ actions }) => ({ actions: restartEvery(actions, 7) }),
    options: (_scenario, database) => ({ database, maxOnline: 1 }),
  },
} as const satisfies Readonly<Record<string, Setting>>;

export type ConfigurationName = keyof typeof SETTINGS;
export const CONFIGURATIONS = Object.keys(SETTINGS) as ConfigurationName[];

/** A crash undoes what was not committed, and so depends on every commit: here it is a restart. */
const withoutCrashes = (scenario: Scenario): Scenario => ({
  ...scenario,
  actions: scenario.actions.map(action => (action.act === 'crash' ? { act: 'restart' } : action)),
});

/** What comes to the same whenever the kernel hears what the collector has found. */
const QUIET_ACTS = new Set<Action['act']>(['tell', 'check', 'reap', 'commit', 'restart', 'suspend', 'resume', 'terminate']);

/**
 * For the engine's collector, which may keep something a little longer than there is need, so that the kernel hears of it in a later
 * crank: a host that acts only when all is at rest, takes no notice of what was collected, and a kernel that takes the usual way. Then
 * no vat can tell. No weak maps, about which nobody can read the engine's mind.
 */
const makeQuiet = (seed: number): Scenario => {
  const scenario = withoutCrashes(makeScenario(seed, { weak: false }));
  const actions = scenario.actions.map(action => (action.act === 'step' ? ({ act: 'check' } as const) : action));
  const { evict, commit } = scenario.choices;
  const choices = Object.fromEntries(Object.keys(scenario.choices).map(choice => [choice, 0])) as Scenario['choices'];
  return { ...scenario, actions: actions.filter(({ act }) => QUIET_ACTS.has(act)), choices: { ...choices, evict, commit } };
};

/** How to play the scenario of a seed in a configuration. `database`: the path of a file that is not there yet. */
export const configure = (name: ConfigurationName, seed: number, database: string): Play => {
  const { engine, quiet, ...setting }: Setting = SETTINGS[name];
  const base = quiet === true ? makeQuiet(seed) : withoutCrashes(makeScenario(seed));
  return {
    scenario: { ...base, ...setting.scenario?.(base) },
    options: { collector: engine === true ? 'engine' : 'simulated', ...setting.options?.(base, database) },
  };
};

/** In plays with the same key vats see the same; and the kernel does the same in all that are exact. */
export const keyOfPlay = (name: ConfigurationName, seed: number): { readonly key: string; readonly exact: boolean } => {
  const { engine, quiet }: Setting = SETTINGS[name];
  return { key: quiet === true ? `seed ${seed}, a host that waits` : `seed ${seed}`, exact: engine !== true };
};
