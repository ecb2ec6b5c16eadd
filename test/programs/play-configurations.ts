/**
 * Plays seeds of the simulator in some configurations, and says what each came to as one line of JSON. Arguments: the first seed, how
 * many, and the names of the configurations.
 */
import '@cooperage/testing/lockdown-for-tests';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configure, keyOfPlay, type ConfigurationName } from '@cooperage/testing/sim/configurations';
import { Simulation } from '@cooperage/testing/sim/simulation';

/** What one play came to: the same in all plays with the same key, on every machine. */
export type Played = {
  readonly key: string;
  readonly configuration: string;
  readonly cranks: number;
  /** Null where the collections of an engine are part of it. */
  readonly activityHash: string | null;
  /** SHA-256 of what the code of the vats saw. */
  readonly traces: string;
  readonly error?: string;
};

const play = async (configuration: ConfigurationName, seed: number, folder: string): Promise<Played> => {
  const { scenario, options } = configure(configuration, seed, join(folder, `${seed} ${configuration}.sqlite`));
  const { key, exact } = keyOfPlay(configuration, seed);
  try {
    const { cranks, activityHash, traces } = await new Simulation(scenario, options).run();
    const seen = Object.entries(traces).sort(([a], [b]) => (a < b ? -1 : 1));
    const digest = createHash('sha256').update(JSON.stringify(seen)).digest('hex');
    return { key, configuration, cranks, activityHash: exact ? activityHash : null, traces: digest };
  } catch (error) {
    return { key, configuration, cranks: 0, activityHash: null, traces: '', error: String(error) };
  }
};

const [first, count, ...configurations] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'cooperage-seeds-'));
for (let seed = Number(first); seed < Number(first) + Number(count); seed += 1) {
  for (const configuration of configurations as ConfigurationName[]) {
    console.log(JSON.stringify(await play(configuration, seed, folder)));
  }
}
rmSync(folder, { recursive: true });
