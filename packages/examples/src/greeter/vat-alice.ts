/** Alice greets bob once, when the kernel is first started. */
import { E, Far } from '@endo/far';
import type { Bob } from './bob.ts';

export const buildRootObject = () =>
  Far('alice', {
    bootstrap: async (vats: { bob: Bob }) => E(vats.bob).greet('alice'),
  });
