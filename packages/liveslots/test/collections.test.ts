/** Collections: their operations, what they cost in syscalls, what they refuse, and that what is refused leaves no trace. */
import { brief, startStoreVat, type Scope, type Store } from './support/store-vat.ts';
import test, { type ExecutionContext } from 'ava';
import { M, makeCopyMap, makeCopySet } from '@endo/patterns';

const errorOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return 'no error';
};

const kept = (heap: Record<string, unknown>): Store => heap['store'] as Store;

test.serial('a map keeps what it is told, reads what it has to, and writes each row once', async t => {
  const { run } = await startStoreVat();
  const first = await run(({ map, heap }) => {
    const store = (heap['store'] = map('names', { durable: true }));
    store.init('a', 1);
    store.init(7n, [2]);
    store.set('a', { x: 3 });
    return [store.has('a'), store.has('b'), store.get('a'), store.get(7n), store.getSize()];
  });
  t.deepEqual(first.result, [true, false, { x: 3 }, [2], 2]);
  t.deepEqual(brief(first.syscalls), [
    'get entry.o+d2/10.p1:7',
    'get entry.o+d2/10.sb',
    'set collection.o+d2/10 {"label":"names"}',
    'set entry.o+d2/10.p1:7 {"body":"#[2]","slots":[]}',
    'set entry.o+d2/10.sa {"body":"#{\\"x\\":3}","slots":[]}',
    'set tally.o+d2/10 {"size":2,"ordinal":1}',
  ]);
  const second = await run(({ heap }) => {
    const store = kept(heap);
    store.delete('a');
    store.init('a', 'again');
    store.init('gone', 'soon');
    store.delete('gone');
    return [[...store.keys()], [...store.values()], [...store.entries()], store.getSize()];
  });
  t.deepEqual(second.result, [
    [7n, 'a'],
    [[2], 'again'],
    [
      [7n, [2]],
      ['a', 'again'],
    ],
    2,
  ]);
  t.deepEqual(
    brief(second.syscalls).filter(line => !line.startsWith('scan')),
    ['get entry.o+d2/10.sgone', 'set entry.o+d2/10.sa {"body":"#\\"again\\"","slots":[]}'],
  );
});

test.serial('sets, weak maps and weak sets do the same with what they have', async t => {
  const { run } = await startStoreVat();
  const { result } = await run(({ set, weakMap, weakSet, far }) => {
    const [apple, pear] = [far('apple'), far('pear')];
    const bag = set();
    for (const item of ['b', apple, 'a', pear, apple, 'a']) bag.add(item);
    const weak = weakMap('weak');
    weak.init(apple, 'red');
    weak.init(3, 'three');
    weak.set(apple, pear);
    const members = weakSet();
    members.addAll([apple, apple, 'x']);
    bag.delete('b');
    weak.delete(3);
    members.delete('x');
    return [
      bag.getSize(),
      [...bag.keys()].map(key => (key === apple ? 'apple' : key === pear ? 'pear' : key)),
      [...bag.values()].length,
      [weak.get(apple) === pear, weak.has(pear), weak.has(3), members.has(apple), members.has(pear), members.has('x')],
      Object.keys(weak).concat(String(weak), String(bag)),
    ];
  });
  t.deepEqual(result, [
    3,
    ['apple', 'pear', 'a'],
    3,
    [true, false, false, true, false, false],
    ['[object Alleged: weakMapStore]', '[object Alleged: setStore]'],
  ]);
});

test.serial('addAll takes iterables, copyMaps and copySets, and overwrites in maps', async t => {
  const { run } = await startStoreVat();
  const { result } = await run(({ map, set, weakMap }) => {
    const store = map();
    store.init('a', 0);
    store.addAll([
      ['a', 1],
      ['b', 2],
    ]);
    store.addAll(makeCopyMap([['c', 3]] as [string, number][]));
    store.addAll(store.entries());
    const bag = set();
    bag.addAll(new Set(['y', 'x']));
    bag.addAll(makeCopySet(['z', 'x']));
    const weak = weakMap();
    weak.addAll(store.snapshot());
    return [
      [...store.entries()],
      [...bag.keys()],
      [weak.get('a'), weak.get('c')],
      errorOf(() => store.addAll(7)),
      errorOf(() => bag.addAll(undefined)),
    ];
  });
  t.deepEqual(result, [
    [
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ],
    ['x', 'y', 'z'],
    [1, 3],
    'TypeError: addAll takes a copyMap, or something to iterate over',
    'TypeError: addAll takes a copySet, or something to iterate over',
  ]);
});

test.serial('patterns choose keys and values, in queries, sizes, snapshots and clears', async t => {
  const { run } = await startStoreVat();
  const { result } = await run(({ map }) => {
    const store = map('patterns');
    for (const key of [1, 2, 30n, 'aa', 'ab', 'b', true, null, undefined, Symbol.for('s')]) store.init(key, String(key).length);
    const asked = [
      [...store.keys(M.string())],
      [...store.keys(M.gte('ab'))],
      [...store.keys(M.or(M.nat(), M.boolean()))],
      [...store.keys('ab')],
      [...store.keys(['ab'])],
      [...store.values(M.number())],
      [...store.entries(M.any(), 2)],
      [...store.keys(M.string(), 1)],
      store.getSize(M.string()),
      store.getSize(undefined, 4),
      store.snapshot(M.number()),
    ];
    store.clear(M.string(), 2);
    return [...asked, [...store.keys()], store.getSize(), errorOf(() => store.keys({ un: () => {} }))];
  });
  const entries = [
    [30n, 2],
    ['aa', 2],
    ['ab', 2],
  ];
  t.deepEqual((result as unknown[]).slice(0, 6), [['aa', 'ab', 'b'], ['ab', 'b'], [true, 30n], ['ab'], [], [1, 1]]);
  t.deepEqual((result as unknown[]).slice(6, 11), [
    entries,
    ['b'],
    3,
    2,
    makeCopyMap([
      [1, 1],
      [2, 1],
    ]),
  ]);
  t.deepEqual((result as unknown[]).slice(11, 13), [[true, 1, 2, 30n, 'b', null, Symbol.for('s'), undefined], 8]);
  t.regex(String((result as unknown[])[13]), /Remotables must be explicitly declared/);
});

const refusals = ({ map, set, far }: Scope) => {
  const store = map('L', {
    durable: true,
    keyShape: M.or(M.string(), M.remotable()),
    valueShape: M.or(M.number(), M.remotable()),
  });
  store.init('k', 1);
  const free = map('free');
  const detached = store.get;
  return [
    errorOf(() => store.init('k', 2)),
    errorOf(() => store.get('none')),
    errorOf(() => store.set('none', 3)),
    errorOf(() => store.delete('none')),
    errorOf(() => store.init(7, 1)),
    errorOf(() => store.get(7)),
    errorOf(() => store.init('x', 'text')),
    errorOf(() => store.set('k', 'text')),
    errorOf(() => store.init('x', far('value'))),
    errorOf(() => store.init(far('key'), 1)),
    errorOf(() => free.init('p', { toString: () => 'x' })),
    errorOf(() => free.init(Promise.resolve(), 1)),
    errorOf(() => free.init([], 1)),
    errorOf(() => free.init(Symbol('private'), 1)),
    errorOf(() => free.init('x'.repeat(10_000), 1)),
    errorOf(() => free.init('x', 'y'.repeat(9_999_990))),
    errorOf(() => detached('k')),
    errorOf(() => Reflect.apply(store.get, set(), ['k'])),
    errorOf(() => map('bad', { durable: true, keyShape: far('shape') })),
    errorOf(() => map(7 as unknown as string)),
    [free.has([]), free.has(Promise.resolve()), free.has('x'.repeat(10_000)), store.has(7), free.getSize(), store.getSize()],
  ];
};

const FLEETING = "slot 0 is an object of the vat's heap, which ends with this incarnation";
const SCALARS =
  'keys are strings, numbers, bigints, booleans, null, undefined, passable symbols, and objects made with Far or as exos';
const NUMBER_OR_OBJECT =
  '"`[\\n  makeTagged(\\"match:kind\\", \\"number\\"),\\n  makeTagged(\\"match:kind\\", \\"remotable\\"),\\n]`"';
const STRING_OR_OBJECT = NUMBER_OR_OBJECT.replace('\\"match:kind\\", \\"number\\"', '\\"match:string\\", []');

test.serial('what is refused says where and why, and leaves no trace', async t => {
  const { run, vat } = await startStoreVat();
  const { result, syscalls } = await run(refusals);
  t.deepEqual(result, [
    'Error: key "k" already registered in collection "L": use set to change its value',
    ...['get', 'set', 'delete'].map(() => 'Error: key "none" not found in collection "L"'),
    ...['init', 'get'].map(() => `Error: invalid key type for collection "L": 7 - Must match one of ${STRING_OR_OBJECT}`),
    ...['init', 'set'].map(() => `Error: invalid value type for collection "L": "text" - Must match one of ${NUMBER_OR_OBJECT}`),
    `TypeError: key "x" in collection "L": value is not durable: ${FLEETING}`,
    `TypeError: key ("[Alleged: key]") of collection "L" is not durable: ${FLEETING}`,
    'TypeError: value for key "p" in collection "free" cannot be stored: Remotables must be explicitly declared: {"toString":"[Function toString]"}',
    ...['an object', 'a list', 'Symbol(private)'].map(
      what => `TypeError: invalid key type for collection "free": ${what} is no scalar; ${SCALARS}`,
    ),
    'RangeError: key too large for collection "free": 10001 characters as it is stored, at most 9985 are possible',
    'RangeError: value for key "x" in collection "free" is too large: 10000017 characters, at most 10000000 can be stored',
    ...['detached', 'of a set'].map(() => 'TypeError: get is a method of a mapStore and must be called on one: store.get(...)'),
    `TypeError: keyShape of collection "bad" is not durable: ${FLEETING}`,
    'TypeError: the label of a mapStore must be a string',
    [false, false, false, false, 0, 1],
  ]);
  t.deepEqual(vat.vatstore.keys(), [
    'collection.o+d2/10',
    'collection.o+v10/11',
    'collection.o+v12/12',
    'counters',
    'entry.o+d2/10.sk',
    'kind.v10',
    'kind.v12',
    'tally.o+d2/10',
  ]);
  t.is(syscalls.filter(({ type }) => type === 'vatstoreDelete').length, 0);
  const exported = await run(({ far, VatData, heap }) => {
    heap['kept'] = (VatData['makeScalarBigMapStore'] as () => Store)();
    kept({ store: heap['kept'] }).init('o', far('first'));
  });
  t.true(
    brief(exported.syscalls).some(line => line.includes('"slots":["o+1"]')),
    'no number of an object was consumed',
  );
});

test.serial('a method is one function, whatever handle it is taken from, and however often the handle is made', async t => {
  const { run } = await startStoreVat();
  const { result } = await run(({ map, baggage }) => {
    const [one, two] = [map('one'), map('two', { durable: true })];
    return [
      one.get === two.get,
      one.get === baggage.get,
      Object.getPrototypeOf(one) === Object.getPrototypeOf(baggage),
      Object.isFrozen(one),
      Object.isFrozen(Object.getPrototypeOf(one.keys())),
      Object.getPrototypeOf(one.keys()) === Object.getPrototypeOf(two.keys()),
    ];
  });
  t.deepEqual(result, [true, true, true, true, true, true]);
});

test.serial('an iterator reads as it goes: deleted entries do not come, and once an entry was added it throws', async t => {
  const { run } = await startStoreVat();
  const { result, syscalls } = await run(({ map }) => {
    const store = map('M');
    for (let i = 0; i < 200; i += 1) store.init(i, i);
    const met: unknown[] = [];
    for (const key of store.keys()) {
      met.push(key);
      if ((key as number) < 199) store.delete((key as number) + 1);
    }
    const iterator = store.entries()[Symbol.iterator]();
    const first = iterator.next();
    store.set(0, 'changed');
    const second = iterator.next();
    store.init('new', 0);
    const stale = errorOf(() => iterator.next());
    const late = store.keys()[Symbol.iterator]();
    store.init('newer', 0);
    return [met.length, met[1], first.value, second.value, stale, late.next().value, store.getSize()];
  });
  t.deepEqual(result, [
    100,
    2,
    [0, 0],
    [2, 2],
    'Error: an entry was added to collection "M" during an iteration over it: add when it is over, or iterate over a snapshot',
    0,
    102,
  ]);
  t.true(syscalls.length < 1000);
});

test.serial('keys of any length up to the limit, of any characters, come back in their order', async t => {
  const { run, vat } = await startStoreVat();
  const strings = [
    '',
    '\0',
    '\0a',
    '\x01',
    'a',
    'a\0',
    'z'.repeat(9_900),
    '~',
    '\u00e9',
    '\ud7fe',
    '\ud7ff',
    '\ud7ff0',
    '\ud800',
    '\u{10000}',
    '\u{1f600}',
    '\udfff',
    '\ue000',
    '\ufffd',
    '\uffff',
  ];
  const { result } = await run(({ map, heap }) => {
    const store = (heap['store'] = map('strings', { durable: true }));
    for (const key of [...strings].reverse()) store.init(key, key);
    return [...store.entries()];
  });
  t.deepEqual(
    result,
    [...strings].sort().map(key => [key, key]),
  );
  for (const key of vat.vatstore.keys('entry.')) t.notRegex(key, /[\0\ud800-\uffff]/);
  const astral = await run(({ heap }) => [
    [...kept(heap).keys(M.gte('\u{10000}'))],
    [...kept(heap).keys(M.lte('\u{10000}'))].length,
  ]);
  t.deepEqual(astral.result, [['\u{10000}', '\u{1f600}', '\udfff', '\ue000', '\ufffd', '\uffff'], 14]);
});

const scalars = (t: ExecutionContext, values: unknown): void => {
  t.deepEqual(values, [
    false,
    true,
    -Infinity,
    -2.5,
    0,
    1e-300,
    3,
    Infinity,
    NaN,
    -(10n ** 40n),
    -5n,
    0n,
    7n,
    10n ** 300n,
    's',
    null,
    Symbol.for('a'),
    Symbol.iterator,
    undefined,
  ]);
};

test.serial('every scalar is a key, -0 is 0, and the order is that of ranks', async t => {
  const { run } = await startStoreVat();
  const { result } = await run(({ set }) => {
    const store = set();
    store.addAll([
      undefined,
      Symbol.for('a'),
      Symbol.iterator,
      null,
      's',
      10n ** 300n,
      0n,
      -5n,
      -(10n ** 40n),
      7n,
      NaN,
      Infinity,
      3,
      -0,
      1e-300,
      -2.5,
      -Infinity,
      true,
      false,
    ]);
    return [...store.keys()];
  });
  const isSymbol = (value: unknown): boolean => typeof value === 'symbol';
  const sorted = result as unknown[];
  t.is(sorted.filter(isSymbol).length, 2);
  const [one, other] = sorted.filter(isSymbol);
  if (one === Symbol.iterator) sorted.splice(sorted.indexOf(one), 2, other, one);
  scalars(t, sorted);
});
