/**
 * The simulator where cycles are looked for: rings of every kind over heaps, rows, weak entries and promises, with upgrades, restarts,
 * crashes and terminations in between. What is left is what something reaches, and nothing else.
 */
import '@cooperage/testing/lockdown-for-tests';
import test from 'ava';
import { playSeeds, SEEDS } from './sim/play-seeds.ts';

test('of random programs whose cycles are looked for, exactly what is reached is left', async t => {
  await playSeeds(t, { collector: 'simulated', medium: 'memory', scenarios: 'cycles', first: 1, count: Math.ceil(SEEDS / 10) });
});

test('the engine’s own collector comes to the same where cycles are looked for', async t => {
  await playSeeds(t, { collector: 'engine', medium: 'memory', scenarios: 'cycles', first: 1, count: Math.ceil(SEEDS / 60) });
});

test('seeds that once showed a fault pass', async t => {
  // Of the simulator: Presences that a replay had taken away; a vat that files something under its own root. Of liveslots: a promise
  // that was kept though nobody could settle it, and did not hear of the end of its decider. Of the kernel: one that nobody had any more,
  // and whose vat heard of it, replayed in between.
  for (const first of [400, 934, 1167, 8054, 3947, 4620])
    await playSeeds(t, { collector: 'simulated', medium: 'memory', scenarios: 'cycles', first, count: 1 });
});
