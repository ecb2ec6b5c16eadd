/** A station on a ring line. Each stop is a new object; a step leads to a stop at the next station, in another vat. */
import { E, Far, type BuildRootObject } from '@cooperage/vat';

export type Stop = {
  step(): Promise<Stop>;
  /** The stations passed so far, this one last. */
  path(): string;
};

export type Station = {
  connect(next: Station): void;
  arrive(path: string): Stop;
};

export const buildRootObject: BuildRootObject<{ name: string }> = (_vatPowers, { name }) => {
  let following: Station;
  return Far('station', {
    connect: (next: Station) => {
      following = next;
    },
    arrive: (path: string): Stop => {
      const here = `${path}${name}`;
      return Far('stop', {
        step: () => E(following).arrive(here),
        path: () => here,
      });
    },
  });
};
