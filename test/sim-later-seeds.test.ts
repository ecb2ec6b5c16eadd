/** The second half of the seeds that `sim.test.ts` begins. */
import '@cooperage/testing/lockdown-for-tests';
import test from 'ava';
import { playSeeds, SEEDS } from './sim/play-seeds.ts';

test('what is left after later random programs is what the oracle says', async t => {
  const first = 1 + Math.ceil(SEEDS / 2);
  await playSeeds(t, { collector: 'simulated', medium: 'memory', first, count: Math.floor(SEEDS / 2) });
});
