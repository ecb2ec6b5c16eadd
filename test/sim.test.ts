/**
 * Random programs on real kernels against the oracle. The first seeds are always the same; `npm run sim` goes on with fresh ones. How
 * many are played here can be set: COOPERAGE_SIM_SEEDS.
 */
import '@cooperage/testing/lockdown-for-tests';
import { makeScenario, type Scenario } from '@cooperage/testing/sim/scenario';
import { shrinkScenario } from '@cooperage/testing/sim/shrink';
import { Simulation, type SimulationOptions, type SimulationResult } from '@cooperage/testing/sim/simulation';
import test, { type ExecutionContext } from 'ava';

const SEEDS = Number(process.env.COOPERAGE_SIM_SEEDS ?? 60);
const ENGINE_SEEDS = Math.ceil(SEEDS / 6);

const play = (scenario: Scenario, options: SimulationOptions): Promise<SimulationResult> =>
  new Simulation(scenario, options).run();

const playSeeds = async (t: ExecutionContext, seeds: number, collector: SimulationOptions['collector']): Promise<void> => {
  let cranks = 0;
  let leakedCycles = 0;
  for (let seed = 1; seed <= seeds; seed += 1) {
    try {
      const result = await play(makeScenario(seed, { weak: collector === 'simulated' }), { collector });
      cranks += result.cranks;
      leakedCycles += result.leakedCycles;
    } catch (error) {
      t.fail(`seed ${seed}: ${String(error)}\nto repeat it: npm run sim -- --seed ${seed} --collector ${collector}`);
      return;
    }
  }
  t.log(`${seeds} seeds, ${cranks} cranks, ${leakedCycles} objects kept by cycles across vats`);
  t.true(cranks > seeds * 100, 'the scenarios do something');
};

test.serial('what is left after random programs is what the oracle says, whatever the collector takes and when', async t => {
  await playSeeds(t, SEEDS, 'simulated');
});

test.serial("the engine's own collector comes to the same end", async t => {
  await playSeeds(t, ENGINE_SEEDS, 'engine');
});

test.serial('a failing scenario is cut down to the actions that it needs', async t => {
  const scenario = makeScenario(3, { length: 60 });
  const needed = scenario.actions.filter(({ act }) => act === 'tell').slice(4, 6);
  t.is(needed.length, 2);
  const small = await shrinkScenario(scenario, async ({ actions }) => needed.every(action => actions.includes(action)), 2000);
  t.is(small.actions.filter(({ act }) => act === 'tell').length, 2);
  t.is(small.actions.length, 2);
});
