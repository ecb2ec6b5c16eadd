/** The same seeds of the simulator in one configuration and another: nothing that a vat sees may differ, nor the activity hash. */
import '@cooperage/testing/lockdown-for-tests';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeScenario, type Scenario } from '@cooperage/testing/sim/scenario';
import { Simulation, type SimulationOptions, type SimulationResult } from '@cooperage/testing/sim/simulation';
import test from 'ava';

const MATRIX_SEEDS = Math.ceil(Number(process.env.COOPERAGE_SIM_SEEDS ?? 60) / 12);

const play = (scenario: Scenario, options: SimulationOptions): Promise<SimulationResult> =>
  new Simulation(scenario, options).run();

test.serial(
  'no vat can tell organic collections, eviction or the kind of database apart, and neither can the activity hash',
  async t => {
    for (let seed = 1; seed <= MATRIX_SEEDS; seed += 1) {
      const folder = mkdtempSync(join(tmpdir(), 'cooperage-sim-'));
      const scenario = makeScenario(seed);
      const configurations: Readonly<Record<string, SimulationOptions & { scenario?: Scenario }>> = {
        'as it is': { collector: 'simulated' },
        'other organic collections': { collector: 'simulated', organicSeed: seed + 1_000_000 },
        'no organic collection': { collector: 'simulated', scenario: { ...scenario, organicChance: 0 } },
        'organic collection around every delivery': { collector: 'simulated', scenario: { ...scenario, organicChance: 1 } },
        'one vat in memory': { collector: 'simulated', maxOnline: 1 },
        'all vats in memory': { collector: 'simulated', maxOnline: 50 },
        'a file that is closed and opened': { collector: 'simulated', database: join(folder, 'a.sqlite') },
        'no audit': { collector: 'simulated', auditEveryCrank: false },
      };
      const results: Record<string, string> = {};
      for (const [name, { scenario: own, ...options }] of Object.entries(configurations)) {
        const { activityHash, traces, cranks } = await play(own ?? scenario, options);
        results[name] = JSON.stringify({
          activityHash,
          cranks,
          traces: Object.entries(traces).sort(([a], [b]) => (a < b ? -1 : 1)),
        });
      }
      rmSync(folder, { recursive: true });
      for (const [name, result] of Object.entries(results)) t.true(result === results['as it is'], `seed ${seed}: ${name}`);
    }
  },
);
