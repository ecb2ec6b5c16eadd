// Nodes of a graph that the host draws, each holding others in the way that it is told: in the heap, in rows, in weak entries, by promises.
// A node says what it holds when it is asked; nothing here holds anything that the host did not ask for.
import { E, Far } from '@endo/far';

const { VatData, WeakMap } = globalThis;

/** What virtual and durable nodes do: they hold things in their state, and in collections that their state cites. */
const makeMethods = durable => ({
  hold: ({ state }, thing) => {
    state.edges = [...state.edges, thing];
  },
  file: ({ state }, thing) => {
    state.map ??= VatData.makeScalarBigMapStore('map', { durable });
    state.map.init(state.map.getSize(), thing);
  },
  enlist: ({ state }, thing) => {
    state.set ??= VatData.makeScalarBigSetStore('set', { durable });
    state.set.add(thing);
  },
  mark: ({ state }, key, value) => {
    state.weak ??= VatData.makeScalarBigWeakMapStore('weak', { durable });
    if (state.weak.has(key)) state.weak.set(key, value);
    else state.weak.init(key, value);
  },
  find: ({ state }, key) => state.weak.get(key),
  keepPromise: ({ state }, promise) => {
    state.edges = [...state.edges, { promise }];
  },
  clear: ({ state }) => {
    state.edges = [];
    state.map = undefined;
    state.set = undefined;
    state.weak = undefined;
  },
  look: ({ state: { id, edges, map, set } }) => {
    const things = edges.filter(thing => thing.promise === undefined);
    return [id, [...things, ...(map?.values() ?? []), ...(set?.keys() ?? [])]];
  },
});

const init = id => ({ id, edges: [], map: undefined, set: undefined, weak: undefined });

const makeHeapNode = id => {
  let edges = [];
  let map = new Map();
  let set = new Set();
  let weak = new WeakMap();
  let answers = [];
  let waiting = [];
  return Far('heap node', {
    hold: thing => void edges.push(thing),
    file: thing => void map.set(map.size, thing),
    enlist: thing => void set.add(thing),
    /** Holds it as the value of a promise. */
    settle: thing => void answers.push(Promise.resolve(thing)),
    mark: (key, value) => void weak.set(key, value),
    find: key => weak.get(key),
    /** A promise that this node can settle. */
    later: () =>
      new Promise(resolve => {
        waiting.push(resolve);
      }),
    settleAll: () => {
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    forgetAll: () => {
      waiting = [];
    },
    keepPromise: promise => void edges.push({ promise }),
    clear: () => {
      edges = [];
      map = new Map();
      set = new Set();
      weak = new WeakMap();
      answers = [];
    },
    look: async () => {
      const things = edges.filter(thing => thing.promise === undefined);
      return harden([id, [...things, ...map.values(), ...set.keys(), ...(await Promise.all(answers))]]);
    },
  });
};

export const buildRootObject = (_powers, _parameters, baggage) => {
  if (!baggage.has('kind')) baggage.init('kind', VatData.makeKindHandle('web node'));
  const makers = {
    heap: makeHeapNode,
    virtual: VatData.defineKind('web node', init, makeMethods(false)),
    durable: VatData.defineDurableKind(baggage.get('kind'), init, makeMethods(true)),
  };
  const kept = new Map();
  const heard = [];
  const acts = {
    /** `other` can settle a promise; when it does, `thing` is heard of. The node, if there is one, keeps the promise. */
    await: (other, thing, node) => {
      const promise = E(other).later();
      promise.then(
        () => heard.push(thing),
        () => {},
      );
      node?.keepPromise(promise);
    },
    /** A message with `thing` waits for a promise that `other` can settle. */
    park: (other, thing) => {
      const promise = E(other).later();
      E.sendOnly(promise).take(thing);
    },
    parkAndWait: (other, thing) => {
      const promise = E(other).later();
      E(promise)
        .take(thing)
        .catch(() => {});
    },
    keep: (name, thing) => void kept.set(name, thing),
    drop: name => void kept.delete(name),
    store: (name, thing) => baggage.init(name, thing),
    remove: name => baggage.delete(name),
  };
  return Far('web', {
    make: specs => harden(specs.map(([kind, id]) => makers[kind](id))),
    act: list => {
      for (const [act, ...args] of list) {
        if (acts[act] !== undefined) acts[act](...args);
        else args[0][act](...args.slice(1));
      }
    },
    same: thing => thing,
    keep: acts.keep,
    kept: () => harden([...kept]),
    stored: () => harden([...baggage.entries()].filter(([name]) => name !== 'kind')),
    takeHeard: () => harden(heard.splice(0)),
  });
};
