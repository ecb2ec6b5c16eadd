// Durable and virtual objects and collections that hold what they are given.
import { E, Far } from '@endo/far';

const { VatData } = globalThis;
const methods = {
  hold: ({ state }, thing) => {
    state.held = thing;
  },
  held: ({ state }) => state.held,
};
const init = () => ({ held: undefined });

export const buildRootObject = (_powers, _parameters, baggage) => {
  const provideHandle = name => {
    if (!baggage.has(name)) baggage.init(name, VatData.makeKindHandle(name));
    return baggage.get(name);
  };
  const makers = {
    durable: VatData.defineDurableKind(provideHandle('node'), init, methods),
    virtual: VatData.defineKind('node', init, methods),
    heap: () => {
      let held;
      return Far('node', {
        hold: thing => {
          held = thing;
        },
        held: () => held,
      });
    },
    map: () => {
      const map = VatData.makeScalarBigMapStore('map', { durable: true });
      return Far('map node', {
        hold: thing => (map.has('x') ? map.set('x', thing) : map.init('x', thing)),
        held: () => map.get('x'),
      });
    },
  };
  const weak = {
    durable: VatData.makeScalarBigWeakMapStore('weak', { durable: true }),
    virtual: VatData.makeScalarBigWeakMapStore('weak'),
  };
  return Far('stored ring', {
    make: kind => makers[kind](),
    /** A ring within this vat, of nothing but stored objects. */
    tieInside: (kind, length) => {
      const first = makers[kind]();
      let last = first;
      for (let i = 1; i < length; i += 1) {
        const next = makers[kind]();
        last.hold(next);
        last = next;
      }
      last.hold(first);
    },
    tie: async (other, mineKind, theirKind) => {
      const mine = makers[mineKind]();
      const theirs = await E(other).make(theirKind);
      mine.hold(theirs);
      await E(theirs).hold(mine);
    },
    /** A weak entry whose value holds its key. */
    tieWeakly: (mapKind, keyKind, valueKind) => {
      const key = makers[keyKind]();
      const value = valueKind === 'itself' ? key : makers[valueKind]();
      weak[mapKind].init(key, value);
      value.hold(key);
    },
    /** A weak entry under an object of another vat, whose value leads back to it. */
    tieWeaklyTo: (mapKind, key, valueKind) => {
      if (valueKind === 'itself') {
        weak[mapKind].init(key, key);
        return;
      }
      const value = makers[valueKind]();
      weak[mapKind].init(key, value);
      value.hold(key);
    },
    tieCollection: () => {
      const map = VatData.makeScalarBigMapStore('ring', { durable: true });
      map.init('self', map);
      const set = VatData.makeScalarBigSetStore('ring', { durable: true });
      set.add(map);
      map.init('set', set);
    },
  });
};
