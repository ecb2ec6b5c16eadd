/**
 * Random programs on real kernels against the oracle, and the simulator's own parts. The first seeds are always the same; `npm run sim`
 * goes on with fresh ones.
 */
import '@cooperage/testing/lockdown-for-tests';
import { CHOICES } from '@cooperage/kernel/choices';
import { layOut, playScenario, type Setting } from '@cooperage/testing/sim/campaign';
import { Random } from '@cooperage/testing/sim/random';
import { makeScenario, type Action } from '@cooperage/testing/sim/scenario';
import { drawOdds, SeededChoices } from '@cooperage/testing/sim/seeded-choices';
import { shrinkScenario } from '@cooperage/testing/sim/shrink';
import test from 'ava';
import { playSeeds, SEEDS } from './sim/play-seeds.ts';

const IN_MEMORY: Setting = { collector: 'simulated', medium: 'memory' };

test.serial('what is left after random programs is what the oracle says, whatever the collector takes and when', async t => {
  await playSeeds(t, { ...IN_MEMORY, first: 1, count: Math.ceil(SEEDS / 2) });
});

test.serial('a failing scenario is cut down to the actions that it needs', async t => {
  const scenario = makeScenario(3, { length: 60 });
  const needed = scenario.actions.filter(({ act }) => act === 'tell').slice(4, 6);
  t.is(needed.length, 2);
  const small = await shrinkScenario(scenario, async ({ actions }) => needed.every(action => actions.includes(action)), 2000);
  t.deepEqual(small.actions, needed);
});

test.serial('a scenario with crashes comes to the same in memory and in a file', async t => {
  const dies = ({ act }: Action): boolean => act === 'crash';
  const isDeadly = (seed: number): boolean => layOut(seed, IN_MEMORY).actions.filter(dies).length > 3;
  const seeds = Array.from({ length: 100 }, (_, i) => i + 1).filter(isDeadly);
  let crashes = 0;
  for (const seed of seeds.slice(0, 4)) {
    const scenario = layOut(seed, IN_MEMORY);
    // Only a file can be too full.
    const actions = scenario.actions.map(action => (action.act === 'crash' ? { ...action, when: 'event' as const } : action));
    const inMemory = await playScenario({ ...scenario, actions }, IN_MEMORY);
    const inFile = await playScenario({ ...scenario, actions }, { ...IN_MEMORY, medium: 'file' });
    crashes += inMemory.crashes;
    t.deepEqual(inFile, inMemory, `seed ${seed}`);
  }
  t.true(crashes > 3, `${crashes} crashes`);
});

test('a third of the choices is never taken, and each is taken at its own odds whatever else is asked', t => {
  const drawn = Array.from({ length: 300 }, (_, seed) => Object.values(drawOdds(new Random(seed)))).flat();
  const off = drawn.filter(odds => odds === 0).length / drawn.length;
  t.true(off > 0.25 && off < 0.42, String(off));
  const odds = { ...drawOdds(new Random(1)), evict: 0.5, commit: 0.5 };
  const [alone, disturbed] = [new SeededChoices(new Random(1), odds), new SeededChoices(new Random(1), odds)];
  const answers = Array.from({ length: 100 }, () => alone.maybe('evict'));
  const others = Array.from({ length: 100 }, () => {
    disturbed.maybe('commit');
    return disturbed.maybe('evict');
  });
  t.deepEqual(others, answers);
  t.deepEqual(new Set(Object.keys(odds)), new Set(Object.keys(CHOICES)));
});
