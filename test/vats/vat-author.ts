/** Uses everything that `@cooperage/vat` offers for stored data, once. */
import {
  canBeDurable,
  defineDurableExoClass,
  defineDurableExoClassKit,
  defineDurableKind,
  defineDurableKindMulti,
  defineKind,
  defineKindMulti,
  defineVirtualExoClass,
  defineVirtualExoClassKit,
  E,
  Far,
  ignoreContext,
  isUpgradeDisconnection,
  makeKindHandle,
  makeScalarBigMapStore,
  makeScalarBigSetStore,
  makeScalarBigWeakMapStore,
  makeScalarBigWeakSetStore,
  partialAssign,
  pickFacet,
  prepareExo,
  prepareExoClassKit,
  prepareKind,
  prepareKindMulti,
  prepareSingleton,
  provide,
  provideDurableMapStore,
  provideDurableSetStore,
  provideDurableWeakMapStore,
  provideDurableWeakSetStore,
  provideKindHandle,
  providePromiseWatcher,
  watchPromise,
  type BuildRootObject,
  type KindContext,
  type KindMultiContext,
  type MapStore,
} from '@cooperage/vat';
import { M } from '@endo/patterns';

type Point = { x: number; y: number };
const initPoint = (x: number, y: number): Point => ({ x, y });
const getX = ({ state }: KindContext<Point>): number => state.x;
const pointKit = {
  reader: { get: ({ state }: KindMultiContext<Point>) => [state.x, state.y] },
  mover: { move: ({ state }: KindMultiContext<Point>, x: number) => partialAssign(state, { x }) },
};
const PointI = M.interface('Point', { getX: M.call().returns(M.number()), move: M.call(M.number()).returns() });
const useVirtualKinds = (): unknown => {
  const makePoint = defineKind('point', initPoint, { getX, one: ignoreContext(() => 1) });
  const makeKit = defineKindMulti('point kit', initPoint, pointKit);
  const makeExoPoint = defineVirtualExoClass('exo point', PointI, initPoint, {
    getX() {
      return this.state.x;
    },
    move(x: number) {
      this.state.x = x;
    },
  });
  const makeExoKit = defineVirtualExoClassKit('exo kit', undefined, initPoint, {
    reader: {
      getX() {
        return this.state.x;
      },
    },
    mover: {
      move(x: number) {
        this.state.x = x;
      },
    },
  });
  const { reader, mover } = makeKit(3, 4);
  mover.move(5);
  const exoPoint = makeExoPoint(6, 7);
  exoPoint.move(8);
  const exoKit = makeExoKit(1, 2);
  exoKit.mover.move(9);
  return [makePoint(1, 2).getX(), makePoint(1, 2).one(), reader.get(), exoPoint.getX(), exoKit.reader.getX()];
};

const useStores = (): unknown => {
  const map = makeScalarBigMapStore<string, number>('map', { keyShape: M.string() });
  map.addAll([
    ['b', 2],
    ['a', 1],
  ]);
  const set = makeScalarBigSetStore<bigint>('set');
  set.addAll([3n, 1n]);
  const key = Far('key', {});
  const weakMap = makeScalarBigWeakMapStore<object, string>('weak map');
  weakMap.init(key, 'found');
  const weakSet = makeScalarBigWeakSetStore<object>('weak set');
  weakSet.add(key);
  return [[...map.entries()], [...set.keys()], weakMap.get(key), weakSet.has(key), map.getSize(M.gt('a'))];
};

const prepareDurables = (baggage: MapStore<string>) => {
  const handle = provideKindHandle(baggage, 'durable point');
  const makePoint = defineDurableKind(handle, initPoint, { getX });
  const makeKit = defineDurableKindMulti(
    provide(baggage, 'kit handle', () => makeKindHandle('durable kit')),
    initPoint,
    pointKit,
  );
  const makeExoPoint = defineDurableExoClass(provideKindHandle(baggage, 'durable exo'), PointI, initPoint, {
    getX() {
      return this.state.x;
    },
    move(x: number) {
      this.state.x = x;
    },
  });
  const makeExoKit = defineDurableExoClassKit(provideKindHandle(baggage, 'durable exo kit'), undefined, initPoint, {
    writer: {
      setX(x: number) {
        this.state.x = x;
      },
    },
    reader: {
      getX() {
        return this.state.x;
      },
    },
  });
  const makePreparedKit = prepareExoClassKit(baggage, 'prepared exo kit', undefined, initPoint, {
    reader: {
      getX() {
        return this.state.x;
      },
    },
    self: {
      getReader() {
        return this.facets.reader;
      },
    },
  });
  const makePreparedMulti = prepareKindMulti(baggage, 'prepared kit', initPoint, pointKit);
  const makeReader = pickFacet(makePreparedMulti, 'reader');
  const makePrepared = prepareKind(baggage, 'prepared', initPoint, { getX });
  return () => [
    makePoint(1, 2).getX(),
    makeKit(3, 4).reader.get(),
    makeExoPoint(5, 6).getX(),
    makeExoKit(7, 8).reader.getX(),
    makePreparedKit(9, 10).self.getReader().getX(),
    makeReader(11, 12).get(),
    makePrepared(13, 14).getX(),
  ];
};

export const buildRootObject: BuildRootObject = (_vatPowers, _vatParameters, baggage) => {
  const told = provideDurableMapStore<number, string>(baggage, 'told');
  const note = (text: string): void => told.init(told.getSize(), text);
  const say = (reason: unknown): string =>
    isUpgradeDisconnection(reason) ? `upgraded: ${reason.upgradeMessage}` : String((reason as Error).message);
  const useDurables = prepareDurables(baggage);
  const listener = prepareSingleton(baggage, 'listener', {
    onFulfilled: (value: string, label: string) => note(`${label} fulfilled: ${value}`),
    onRejected: (reason: unknown, label: string) => note(`${label} rejected: ${say(reason)}`),
  });
  const watcher = providePromiseWatcher(provideKindHandle(baggage, 'watcher'), (value: string, label: string) =>
    note(`${label} watched: ${value}`),
  );
  const greeter = prepareExo(baggage, 'greeter', M.interface('Greeter', { greet: M.call(M.string()).returns(M.string()) }), {
    greet: (name: string) => `hello, ${name}`,
  });
  const friends = provideDurableSetStore<object>(baggage, 'friends');
  const weights = provideDurableWeakMapStore<object, number>(baggage, 'weights');
  const marked = provideDurableWeakSetStore<object>(baggage, 'marked');
  return Far('author', {
    useVirtualKinds,
    useStores,
    useDurables,
    greet: (name: string) => greeter.greet(name),
    befriend: (friend: object) => {
      friends.add(friend);
      weights.init(friend, 3);
      marked.add(friend);
    },
    countFriends: () => [...friends.keys()].map(friend => [weights.get(friend), marked.has(friend)]),
    judge: (value: unknown) => [canBeDurable(value), canBeDurable(Far('heap', {})), canBeDurable(greeter)],
    watchAnswer: (peer: { wait: () => Promise<string> }, label: string) => {
      const answer = E(peer).wait();
      watchPromise(answer, listener, label);
      watchPromise(answer, watcher, label);
    },
    watchOwn: (label: string) => watchPromise(new Promise(() => {}), listener, label),
    told: () => [...told.values()],
    forgetTold: () => told.clear(),
  });
};
