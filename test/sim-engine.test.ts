/** The simulator with the collector of the engine: what it takes and when is its own affair, and the end is the same. */
import '@cooperage/testing/lockdown-for-tests';
import test from 'ava';
import { playSeeds, SEEDS } from './sim/play-seeds.ts';

test("the engine's own collector comes to the same end", async t => {
  await playSeeds(t, { collector: 'engine', medium: 'memory', first: 1, count: Math.ceil(SEEDS / 10) });
});
