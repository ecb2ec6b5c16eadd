/** Uses each thing once and forgets it. */
import { E, Far } from '@endo/far';
import type { Thing } from './vat-maker.ts';

export const buildRootObject = () =>
  Far('user', {
    use: (thing: Thing) => E(thing).weigh(),
  });
