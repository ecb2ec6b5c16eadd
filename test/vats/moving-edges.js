// Edges of JavaScript by what is yet to run, by promises, and by pairs of weak keys. Each says what ties and how the edge is followed.
import { E } from '@endo/far';

const { WeakMap, WeakSet } = globalThis;

const generate = function* (thing) {
  yield undefined;
  yield thing;
};
const generateLater = async function* (start, thing) {
  await start;
  yield thing;
};
const makeKit = () => {
  let resolve;
  let reject;
  const promise = new Promise((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
};
/** A promise that takes up what comes of a function only when the kit is settled. */
const runOnResolve = (kit, work) => {
  const done = kit.promise.then(work);
  return () => {
    kit.resolve();
    return done;
  };
};

const tables = { shared: new WeakMap() };

export const MOVING_EDGES = {
  'a generator': {
    make: thing => {
      const generator = generate(thing);
      generator.next();
      return generator;
    },
    read: edge => edge.next().value,
  },
  'a generator that has not begun': {
    make: thing => generate(thing),
    read: edge => {
      edge.next();
      return edge.next().value;
    },
  },
  'a generator that delegates': {
    make: thing => {
      const outer = (function* () {
        yield* generate(thing);
      })();
      outer.next();
      return outer;
    },
    read: edge => edge.next().value,
  },
  'a method that iterates': {
    make: thing => ({
      *[Symbol.iterator]() {
        yield thing;
      },
    }),
    read: edge => [...edge][0],
  },
  'an async generator that waits': {
    make: thing => {
      const kit = makeKit();
      const next = generateLater(kit.promise, thing).next();
      return { kit, next };
    },
    read: ({ kit, next }) => {
      kit.resolve();
      return next.then(({ value }) => value);
    },
  },
  'an async function that waits': {
    make: thing => {
      const kit = makeKit();
      const done = (async () => {
        const kept = thing;
        await kit.promise;
        return kept;
      })();
      return { kit, done };
    },
    read: ({ kit, done }) => {
      kit.resolve();
      return done;
    },
  },
  'an async function, held by what it waits for alone': {
    make: thing => {
      const [go, answer] = [makeKit(), {}];
      void (async () => {
        const kept = thing;
        await go.promise;
        answer.thing = kept;
      })();
      return { resolve: go.resolve, answer };
    },
    read: async ({ resolve, answer }) => {
      resolve();
      for (let i = 0; i < 5; i += 1) await undefined;
      return answer.thing;
    },
  },
  'an async function in the midst of a loop': {
    make: thing => {
      const kit = makeKit();
      const done = (async () => {
        for await (const kept of [thing]) {
          await kit.promise;
          return kept;
        }
        return undefined;
      })();
      return { kit, done };
    },
    read: ({ kit, done }) => {
      kit.resolve();
      return done;
    },
  },
  'the value of a promise': { make: thing => Promise.resolve(thing), read: edge => edge },
  'the value of a promise that follows another': {
    make: thing => new Promise(r => r(Promise.resolve(thing))),
    read: edge => edge,
  },
  'the reason of a promise': {
    make: thing => {
      const promise = Promise.reject(thing);
      promise.catch(() => {});
      return promise;
    },
    read: edge => edge.catch(thing => thing),
  },
  'a reaction of a promise': { make: thing => runOnResolve(makeKit(), () => thing), read: edge => edge() },
  'a reaction to a rejection': {
    make: thing => {
      const kit = makeKit();
      const done = kit.promise.catch(() => thing);
      return { kit, done };
    },
    read: ({ kit, done }) => {
      kit.reject();
      return done;
    },
  },
  'a reaction in the end': {
    make: thing => {
      const kit = makeKit();
      const box = {};
      const done = kit.promise.finally(() => {
        box.thing = thing;
      });
      return { kit, done, box };
    },
    read: async ({ kit, done, box }) => {
      kit.resolve();
      await done;
      return box.thing;
    },
  },
  'all of several promises': {
    make: thing => {
      const kit = makeKit();
      return { kit, all: Promise.all([kit.promise, thing]) };
    },
    read: async ({ kit, all }) => {
      kit.resolve();
      return (await all)[1];
    },
  },
  'the first of several promises': {
    make: thing => {
      const kit = makeKit();
      return { kit, race: Promise.race([kit.promise.then(() => thing), makeKit().promise]) };
    },
    read: ({ kit, race }) => {
      kit.resolve();
      return race;
    },
  },
  'a thenable that a promise waits for': {
    make: thing => {
      const kit = makeKit();
      const done = Promise.resolve({ then: resolve => void kit.promise.then(() => resolve(thing)) });
      return { kit, done };
    },
    read: ({ kit, done }) => {
      kit.resolve();
      return done;
    },
  },
  'an answer that is awaited by E.when': {
    make: thing => {
      const kit = makeKit();
      return { kit, done: E.when(kit.promise, () => thing) };
    },
    read: ({ kit, done }) => {
      kit.resolve();
      return done;
    },
  },
  'a value of a weak map with its key': {
    make: thing => {
      const key = {};
      return { key, map: new WeakMap([[key, { thing }]]) };
    },
    read: ({ key, map }) => map.get(key).thing,
  },
  'a value of a weak map that lives for ever': {
    make: thing => {
      const key = {};
      tables.shared.set(key, { thing });
      return key;
    },
    read: key => tables.shared.get(key).thing,
  },
  'a chain of values of a weak map': {
    make: thing => {
      const [a, b, c] = [{}, {}, {}];
      tables.shared.set(b, c);
      tables.shared.set(c, { thing });
      tables.shared.set(a, b);
      return a;
    },
    read: a => tables.shared.get(tables.shared.get(tables.shared.get(a))).thing,
  },
  'a value of a weak map that leads to its key': {
    make: thing => {
      const key = {};
      tables.shared.set(key, { thing, key });
      return key;
    },
    read: key => tables.shared.get(key).thing,
  },
  'a value of a weak map under the presence itself': {
    make: thing => {
      tables.shared.set(thing, { thing });
      return { thing };
    },
    read: ({ thing }) => tables.shared.get(thing).thing,
  },
  'a value of a weak map under a promise': {
    make: thing => {
      const key = Promise.resolve(1);
      tables.shared.set(key, thing);
      return { key };
    },
    read: ({ key }) => ({ then: resolve => resolve(tables.shared.get(key)) }),
  },
};

/** What looks like an edge and is none: the object lives, and what it was given goes. */
export const NO_EDGES = {
  'a key of a weak map': thing => new WeakMap([[thing, 1]]),
  'a member of a weak set': thing => new WeakSet([thing]),
  'a value of a weak map whose key is gone': thing => new WeakMap([[{}, { thing }]]),
  'a value of a weak map under an answer that is gone': thing => new WeakMap([[Promise.resolve(1), { thing }]]),
  'a promise that was raced and forgotten': thing => {
    const kit = makeKit();
    void Promise.race([kit.promise, Promise.resolve()]).then(() => {});
    kit.promise.then(() => thing);
    return {};
  },
};
