/**
 * Does with stored data what it is told, one command a message, and describes what comes of it. Everything that it makes bears a label,
 * by which the test knows it again: `vat-cupboard.js` is its peer, `programs/stored-model.ts` says what it must answer.
 */
import { E, Far } from '@endo/far';
import { M } from '@endo/patterns';

const { VatData } = globalThis;
const MAKERS = {
  map: VatData.makeScalarBigMapStore,
  set: VatData.makeScalarBigSetStore,
  weakMap: VatData.makeScalarBigWeakMapStore,
  weakSet: VatData.makeScalarBigWeakSetStore,
};

const provide = (baggage, key, make) => {
  if (!baggage.has(key)) baggage.init(key, make());
  return baggage.get(key);
};

const methods = facet => ({
  getLabel: ({ state }) => `${state.label}${facet}`,
  read: ({ state }, property) => state[property],
  write: ({ state }, property, value) => {
    state[property] = value;
  },
});
const KIT = {
  left: { ...methods(' left'), other: ({ facets }) => facets.right },
  right: { ...methods(' right'), other: ({ facets }) => facets.left },
};
const init = (label, a, b) => ({ label, a, b });

const defineKinds = baggage => {
  const handle = tag => provide(baggage, `handle of ${tag}`, () => VatData.makeKindHandle(tag));
  const makeDurableKit = VatData.defineDurableKindMulti(handle('durable kit'), init, KIT);
  const makeVirtualKit = VatData.defineKindMulti('virtual kit', init, KIT);
  return {
    durable: VatData.defineDurableKind(handle('durable'), init, methods('')),
    virtual: VatData.defineKind('virtual', init, methods('')),
    'durable kit': (...args) => makeDurableKit(...args).left,
    'virtual kit': (...args) => makeVirtualKit(...args).left,
  };
};

/** What went wrong, in a word where the words may differ. */
const WORDS = [
  [/is not durable/, 'fleeting'],
  [/not found in/, 'missing'],
  [/already registered in/, 'present'],
  [/may be keys|scalar/, 'no key'],
  [/was lost when vat|no longer/, 'lost'],
];
const describeProblem = error => WORDS.find(([pattern]) => pattern.test(error.message))?.[1] ?? `unexpected: ${error.message}`;

export const buildRootObject = (_vatPowers, _vatParameters, baggage) => {
  const stored = provide(baggage, 'variables', () => MAKERS.map('variables', { durable: true }));
  const labels = provide(baggage, 'labels', () => MAKERS.weakMap('labels', { durable: true }));
  const log = provide(baggage, 'log', () => MAKERS.map('log', { durable: true }));
  const heap = new Map();
  const heapLabels = new WeakMap();
  const settlers = new Map();
  const makeObject = defineKinds(baggage);

  const describeObject = object => {
    if (heapLabels.has(object)) return heapLabels.get(object);
    if (object instanceof Promise) return 'a promise of nobody';
    if (labels.has(object)) return labels.get(object);
    return typeof object.getLabel === 'function' ? object.getLabel() : 'lost';
  };
  const describe = value => {
    if (Array.isArray(value)) return value.map(describe);
    return typeof value === 'object' && value !== null ? { is: describeObject(value) } : value;
  };
  const find = name => (heap.has(name) ? heap.get(name) : stored.get(name));
  const evaluate = value => {
    if ('list' in value) return harden(value.list.map(evaluate));
    return 'variable' in value ? find(value.variable) : value.data;
  };

  const listenerHandle = provide(baggage, 'handle of listener', () => VatData.makeKindHandle('listener'));
  const note = (label, ...entry) => log.init(`${label} ${log.getSize()}`, harden([label, ...entry]));
  const listener = VatData.providePromiseWatcher(
    listenerHandle,
    (value, label, thing) => note(label, 'fulfilled', value, describe(thing)),
    (reason, label, thing) => note(label, 'rejected', reason.name ?? reason, describe(thing)),
  );

  const commands = {
    object: ({ kind, label, to, a, b }) => void heap.set(to, makeObject[kind](label, evaluate(a), evaluate(b))),
    collection: ({ type, durable, label, to }) => {
      const made = MAKERS[type](label, { durable });
      if (durable) labels.init(made, label);
      else heapLabels.set(made, label);
      heap.set(to, made);
    },
    heap: ({ label, to }) => {
      const made = Far('heap thing', { getLabel: () => label });
      heap.set(to, made);
    },
    promise: ({ label, to }) => {
      const made = new Promise((resolve, reject) => settlers.set(label, { resolve, reject }));
      heapLabels.set(made, label);
      heap.set(to, made);
      made.catch(() => {});
    },
    settle: ({ label, outcome, value }) => {
      settlers.get(label)[outcome === 'fulfilled' ? 'resolve' : 'reject'](value);
      settlers.delete(label);
    },
    watch: ({ from, label, thing }) => VatData.watchPromise(find(from), listener, label, evaluate(thing)),
    log: () => {
      const entries = [...log.values()];
      log.clear();
      return entries;
    },
    copy: ({ from, to }) => void heap.set(to, find(from)),
    keep: ({ from, to }) => {
      if (stored.has(to)) stored.set(to, find(from));
      else stored.init(to, find(from));
    },
    drop: ({ from }) => {
      if (heap.has(from)) heap.delete(from);
      else stored.delete(from);
    },
    see: ({ from }) => describe(find(from)),
    same: ({ from, other }) => find(from) === find(other),
    flip: ({ from, to }) => void heap.set(to, find(from).other()),
    read: ({ from, property }) => describe(find(from).read(property)),
    write: ({ from, property, value }) => find(from).write(property, evaluate(value)),
    fetch: ({ from, property, to }) => void heap.set(to, find(from).read(property)),
    fetchEntry: ({ from, key, to }) => void heap.set(to, find(from).get(evaluate(key))),
    has: ({ from, key }) => find(from).has(evaluate(key)),
    get: ({ from, key }) => describe(find(from).get(evaluate(key))),
    init: ({ from, key, value }) => find(from).init(evaluate(key), evaluate(value)),
    set: ({ from, key, value }) => find(from).set(evaluate(key), evaluate(value)),
    add: ({ from, key }) => find(from).add(evaluate(key)),
    delete: ({ from, key }) => find(from).delete(evaluate(key)),
    size: ({ from }) => find(from).getSize(),
    list: ({ from }) => {
      const collection = find(from);
      const entries = collection.entries === undefined ? collection.keys() : collection.entries();
      return [...entries].map(describe);
    },
    clear: ({ from }) => find(from).clear(),
    clearTexts: ({ from }) => find(from).clear(M.string()),
    meet: async ({ peer, label, to }) => {
      const made = await E(peer).make(label);
      labels.init(made, label);
      heap.set(to, made);
    },
    give: ({ peer, from, shelf }) => E(peer).put(shelf, find(from)),
    take: async ({ peer, shelf, to }) => void heap.set(to, await E(peer).get(shelf)),
    ask: ({ peer, shelf }) => E(peer).ask(shelf),
    empty: ({ peer, shelf }) => E(peer).drop(shelf),
  };

  return Far('keeper', {
    obey: async (command, peer) => {
      try {
        return { answer: (await commands[command.act]({ ...command, peer })) ?? null };
      } catch (error) {
        return { problem: describeProblem(error) };
      }
    },
    /** A watch waits for its promise as long as there is one, so all are settled. */
    forgetEverything: () => {
      for (const { resolve } of settlers.values()) resolve('the end');
      settlers.clear();
      heap.clear();
      stored.clear();
    },
    forgetLog: () => log.clear(),
  });
};
