/**
 * What random runs come by (`sim/coverage.ts`): these seeds come by every cell that a simulation can, so that a change which makes the
 * simulator blind in one corner is noticed. When scenarios or the kernel's order change, `npm run sim -- --cover` finds others.
 */
import '@cooperage/testing/lockdown-for-tests';
import { EXPECTED_CELLS } from '@cooperage/testing/exhaustive/expected-cells';
import { layOut, playScenario, showCommand, type Setting } from '@cooperage/testing/sim/campaign';
import { SimCoverage } from '@cooperage/testing/sim/coverage';
import { listUnvisited, NOT_MET, OUT_OF_REACH, REACHABLE_CELLS } from '@cooperage/testing/sim/reachable-cells';
import type { Action, Scenario } from '@cooperage/testing/sim/scenario';
import { makeTraffic } from '@cooperage/testing/sim/traffic';
import test from 'ava';
import { SEEDS as SIM_SEEDS } from './sim/play-seeds.ts';

const TRAFFIC: Setting = { collector: 'simulated', medium: 'memory', scenarios: 'traffic' };
/** Each cell is visited twice, where any two scenarios of the first 1,110 visit it. */
const COVER: readonly number[] = [
  6, 7, 14, 24, 39, 62, 73, 75, 94, 124, 126, 132, 172, 182, 201, 215, 225, 238, 250, 308, 343, 370, 491, 497, 552, 609, 627, 630,
  635, 643, 648, 755, 806, 817, 832, 841, 846, 848, 856, 862, 871, 899, 904, 908, 911, 912, 934, 939, 1002, 1021, 1022, 1046,
  1063, 1069, 1073,
];
/** A run that plays few seeds sees a part of it. */
const SEEDS = SIM_SEEDS < 300 ? COVER.slice(0, 10) : COVER;
const TIMEOUT = 20 * 60_000;

const tell = (vat: number, program: Extract<Action, { act: 'tell' }>['program'], args: readonly number[] = []): Action => ({
  ...{ act: 'tell', vat, program, args },
  ...{ held: [], keep: false },
});

test('a cell is visited when an object is in its state, with its actions queued, on its pillars', async t => {
  const coverage = new SimCoverage();
  const usual = makeTraffic(1);
  const choices = Object.fromEntries(Object.keys(usual.choices).map(choice => [choice, 0])) as Scenario['choices'];
  const lend: Action = tell(
    0,
    [
      { op: 'take', slot: 't', arg: 0 },
      { op: 'make', slot: 'a' },
      { op: 'send', target: 't', program: [{ op: 'take', slot: 'p', arg: 0 }], args: ['a'], answer: 'none' },
    ],
    [1],
  );
  const scenario: Scenario = {
    ...{
      seed: 1,
      vats: ['alice', 'bob'],
      maxOnline: 50,
      mayCycle: false,
      organicChance: 0,
      reapDeliveries: 'never',
      onFault: 'terminate',
      choices,
    },
    actions: [lend, { act: 'check' }, tell(1, [{ op: 'forget', slot: 'p' }]), { act: 'check' }, { act: 'reap', vat: 1 }],
  };
  await playScenario(scenario, { ...TRAFFIC, coverage });
  t.deepEqual(coverage.cells.list(), [
    ['E+ DR hear dropExports', 1],
    ['E- R hear retireExports', 1],
    ['I+ - drop, retire', 1],
    ['none - give', 1],
    ['none - hear argument', 1],
  ]);
  t.deepEqual(coverage.pillars.list(), [
    ['E+ L hear dropExports', 1],
    ['E- L hear retireExports', 1],
    ['I+ - bury', 1],
    ['none - hear argument', 1],
  ]);
});

test('random runs come by every cell that they can', async t => {
  t.timeout(TIMEOUT);
  const coverage = new SimCoverage();
  let cranks = 0;
  for (const seed of SEEDS) {
    try {
      cranks += (await playScenario(layOut(seed, TRAFFIC), { ...TRAFFIC, coverage })).cranks;
    } catch (error) {
      t.fail(`seed ${seed}: ${String(error)}\nto repeat it: ${showCommand(seed, TRAFFIC)}`);
    }
  }
  t.log(`${SEEDS.length} seeds, ${cranks} cranks`);
  for (const line of [...coverage.cells.describe(), ...coverage.pillars.describe()]) t.log(line);
  const unvisited = listUnvisited(coverage);
  if (SEEDS === COVER) t.deepEqual(unvisited, []);
  else t.true(unvisited.length < REACHABLE_CELLS.length, `${unvisited.length} cells`);
});

test('a cell of the exhaustive search is in reach of random runs, or it is known why not', t => {
  const reachable = new Set(REACHABLE_CELLS);
  const isOut = (cell: string): boolean => OUT_OF_REACH.some(({ cells }) => cells.test(cell));
  t.deepEqual(
    EXPECTED_CELLS.filter(cell => !reachable.has(cell) && !isOut(cell) && !NOT_MET.includes(cell)),
    [],
  );
  t.deepEqual(
    [...REACHABLE_CELLS, ...NOT_MET].filter(cell => isOut(cell) || (reachable.has(cell) && NOT_MET.includes(cell))),
    [],
  );
  for (const { cells, why } of OUT_OF_REACH)
    t.true(
      EXPECTED_CELLS.some(cell => cells.test(cell)),
      why,
    );
});
