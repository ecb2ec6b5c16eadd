/**
 * The simulator on files: the host dies inside of cranks and leaves what a kill leaves, commits and writes fail because the disk is
 * full. What was committed last is what it comes back to, the vats and the host itself included.
 */
import '@cooperage/testing/lockdown-for-tests';
import test from 'ava';
import { playSeeds, SEEDS } from './sim/play-seeds.ts';

test('a host that dies at any moment comes back to its last commit and goes on', async t => {
  await playSeeds(t, { collector: 'simulated', medium: 'file', first: 1, count: Math.ceil(SEEDS / 8) });
});
