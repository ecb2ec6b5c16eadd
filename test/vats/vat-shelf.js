// Keeps things in every place where a vat can keep them, and lets go of them.
import { Far } from '@endo/far';

const {
  defineDurableKind,
  makeKindHandle,
  makeScalarBigMapStore,
  makeScalarBigSetStore,
  makeScalarBigWeakMapStore,
  watchPromise,
} = globalThis.VatData;

export const buildRootObject = (_vatPowers, _vatParameters, baggage) => {
  const heap = new Map();
  const fresh = !baggage.has('map');
  const handle = fresh ? makeKindHandle('box') : baggage.get('handle');
  if (fresh) {
    baggage.init('handle', handle);
    baggage.init('map', makeScalarBigMapStore('shelf', { durable: true }));
    baggage.init('set', makeScalarBigSetStore('keys', { durable: true }));
    baggage.init('weak', makeScalarBigWeakMapStore('notes', { durable: true }));
  }
  const makeBox = defineDurableKind(handle, thing => ({ thing, other: null }), {
    get: ({ state }) => state.thing,
    put: ({ state }, thing) => void (state.thing = thing),
    putOther: ({ state }, thing) => void (state.other = thing),
  });
  const watcherHandle = fresh ? makeKindHandle('watcher') : baggage.get('watcherHandle');
  if (fresh) baggage.init('watcherHandle', watcherHandle);
  const makeWatcher = defineDurableKind(watcherHandle, () => ({}), { onFulfilled: () => undefined, onRejected: () => undefined });
  return Far('shelf', {
    make: () => Far('thing', {}),
    makeHolder: () => {
      let held;
      return Far('holder', { hold: thing => void (held = thing), held: () => held });
    },
    makeBox: thing => makeBox(thing),
    makeNever: () => [new Promise(() => {})],
    keepInHeap: (name, thing) => void heap.set(name, thing),
    dropFromHeap: name => void heap.delete(name),
    keepAt: (key, thing) => baggage.get('map').init(key, thing),
    dropAt: key => baggage.get('map').delete(key),
    keepAsKey: thing => baggage.get('set').add(thing),
    list: () => [...baggage.get('set').keys()],
    keepWeakly: (key, thing) => baggage.get('weak').init(key, thing),
    keepForPromise: (promise, thing) => watchPromise(promise, makeWatcher(), thing),
    /** A vat that waits for `promise` and keeps `thing` meanwhile. */
    keepUntil: (promise, thing) => void promise.then(() => heap.set('late', thing)),
  });
};
