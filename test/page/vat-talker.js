/** Holds things, talks to others, and makes promises that it does not keep. */
import { E, Far } from '@endo/far';

export const buildRootObject = () => {
  const held = [];
  const promises = [];
  const make = iface => {
    const things = [];
    return Far(iface, { hold: thing => void things.push(thing), count: () => things.length });
  };
  return Far('talker', {
    make,
    hold: thing => void held.push(thing),
    tell: (other, text) => E(other).hear(text),
    hear: text => `heard ${text}`,
    fail: text => {
      throw Error(text);
    },
    promise: () => {
      const promise = new Promise(() => {});
      promises.push(promise);
      return promise;
    },
    /** A message to an answer that never comes. */
    pipeline: other =>
      void E(E(other).promise())
        .hear('later')
        .catch(() => {}),
    /** The thing is for the other what the other's is for it: a ring through two heaps. */
    ring: async other => {
      const mine = make('mine');
      const theirs = await E(other).make('theirs');
      await E(theirs).hold(mine);
      await E(mine).hold(theirs);
    },
  });
};
