// Makes objects that hold what they are given, in every way that a heap can, so that rings between vats can be tied and cut.
import { E, Far } from '@endo/far';

export const buildRootObject = () => {
  const kept = new Map();
  const makeHolder = () => {
    let held;
    return Far('holder', {
      hold: thing => {
        held = thing;
      },
      held: () => held,
      poke: () => E(held).held(),
    });
  };
  const makeWeakHolder = () => {
    const map = new WeakMap();
    const holder = Far('weak holder', {
      hold: (key, value) => {
        map.set(key, value);
      },
      find: key => map.get(key),
    });
    return holder;
  };
  const makeWaiter = () => {
    const seen = [];
    return Far('waiter', {
      wait: promise => {
        promise.then(
          value => seen.push(value),
          () => {},
        );
      },
      seen: () => [...seen],
    });
  };
  const makeHopeless = () => {
    let promise;
    let resolve;
    const renew = () => {
      promise = new Promise(settle => {
        resolve = settle;
      });
    };
    renew();
    return Far('hopeless', {
      renew,
      tell: waiter => E(waiter).wait(promise),
      settle: value => resolve(value),
      forget: () => {
        promise = undefined;
        resolve = undefined;
      },
    });
  };
  return Far('ring', {
    makeHopeless,
    makeHolder,
    makeWeakHolder,
    makeWaiter,
    /** Ties `count` rings of two holders, one of this vat, one of `other`. Returns nothing. */
    tie: async (other, count) => {
      for (let i = 0; i < count; i += 1) {
        const mine = makeHolder();
        const theirs = await E(other).makeHolder();
        mine.hold(theirs);
        await E(theirs).hold(mine);
      }
    },
    /** The same, and keeps them. */
    tieKept: async (other, count) => {
      for (let i = 0; i < count; i += 1) {
        const mine = makeHolder();
        const theirs = await E(other).makeHolder();
        mine.hold(theirs);
        kept.set(mine, mine);
        await E(theirs).hold(mine);
      }
    },
    keep: (name, thing) => {
      kept.set(name, thing);
    },
    kept: name => kept.get(name),
    drop: name => kept.delete(name),
  });
};
