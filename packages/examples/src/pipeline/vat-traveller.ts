/** The traveller books the whole journey at once: every step is sent before the first has an answer. */
import { E, Far, type BuildRootObject } from '@cooperage/vat';
import type { Station, Stop } from './vat-station.ts';

export const buildRootObject: BuildRootObject = () => {
  let home: Station;
  return Far('traveller', {
    bootstrap: async ({ a, b, c }: { a: Station; b: Station; c: Station }) => {
      await Promise.all([E(a).connect(b), E(b).connect(c), E(c).connect(a)]);
      home = a;
    },
    travel: (steps: number): Promise<string> => {
      let stop: Promise<Stop> = E(home).arrive('');
      for (let step = 0; step < steps; step += 1) stop = E(stop).step();
      return E(stop).path();
    },
  });
};
