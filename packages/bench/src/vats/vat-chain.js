// Calls that wait for calls: each hop at another vat, or at an object that the hop before made; or one after the other.
import { E, Far } from '@endo/far';

export const buildRootObject = () => {
  let other;
  const makeLink = () => Far('link', { fresh: () => makeLink() });
  const walkers = {
    hop: async (first, depth) => {
      let next = first;
      for (let i = 0; i < depth; i += 1) next = E(next).hop();
      await next;
    },
    fresh: async (first, depth) => {
      let next = first;
      for (let i = 0; i < depth; i += 1) next = E(next).fresh();
      await next;
    },
    seq: async (first, depth) => {
      let next = first;
      for (let i = 0; i < depth; i += 1) next = await E(next).hop();
    },
  };
  return Far('chain', {
    meet: vat => {
      other = vat;
    },
    hop: () => other,
    fresh: () => makeLink(),
    walk: async (first, { how, depth, chains }) => {
      for (let i = 0; i < chains; i += 1) await walkers[how](first, depth);
    },
  });
};
