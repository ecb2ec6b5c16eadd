/** Makes things, hands each to a user, and keeps none. */
import { E, Far } from '@endo/far';

export type Thing = { weigh(): number };
export type User = { use(thing: Thing): Promise<number> };

export const buildRootObject = () =>
  Far('maker', {
    /** Things weigh from `from` up to `to`, that one excluded; resolves to what the user says they weigh together. */
    make: async (user: User, from: number, to: number) => {
      const weights: Promise<number>[] = [];
      for (let weight = from; weight < to; weight += 1) weights.push(E(user).use(Far('thing', { weigh: () => weight })));
      return (await Promise.all(weights)).reduce((sum, weight) => sum + weight, 0);
    },
  });
