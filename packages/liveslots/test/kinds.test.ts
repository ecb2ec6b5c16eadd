/** Kinds: what vat code does with virtual and durable objects, what is stored of them, and what is refused before it leaves a trace. */
import { collectGarbage } from './support/test-vat.ts';
import { brief, startStoreVat, type Store } from './support/store-vat.ts';
import {
  canBeDurable,
  complaintOf,
  defineDurable,
  defineDurableKit,
  defineKind,
  defineKit,
  makeHandle,
  type Cohort,
  type Context,
  type Thing,
} from './support/kind-tools.ts';
import test from 'ava';
import { E, Far, passStyleOf } from '@endo/far';
import { M } from '@endo/patterns';

const initCounter = (count: unknown = 0, name: unknown = 'counter') => ({ count, name });
const add = (state: Context['state'], by: number) => (state['count'] = (state['count'] as number) + by);
const counting = {
  increment: ({ state }: Context) => add(state, 1),
  getCount: ({ state }: Context) => state['count'],
  rename: ({ state }: Context, name: unknown) => void (state['name'] = name),
  getState: ({ state }: Context) => state,
  getSelf: ({ self }: Context) => self,
};
const countingKit = {
  up: { increment: counting.increment, getCount: counting.getCount },
  down: { decrement: ({ state }: Context) => add(state, -1), getUp: ({ facets }: Context) => facets['up'] },
};

test.serial('an object keeps its properties in a row, and is made again without a look at it', async t => {
  const { vat, run } = await startStoreVat();
  const first = await run(scope => {
    const counter = defineKind(scope, 'counter', initCounter, counting)(5, 'five');
    const list = (scope.heap['list'] = scope.map('list'));
    list.init('counter', counter);
    return [passStyleOf(counter), counter['getCount']?.(), counter['increment']?.(), String(counter), Object.keys(counter)];
  });
  t.deepEqual(first.result, ['remotable', 5, 6, '[object Alleged: counter]', []]);
  t.deepEqual(vat.vatstore.keys('state.'), ['state.o+v14/1']);
  t.is(vat.vatstore.rows.get('state.o+v14/1'), '{"count":{"body":"#6","slots":[]},"name":{"body":"#\\"five\\"","slots":[]}}');
  t.is(vat.vatstore.rows.get('kind.v14'), '{"tag":"counter"}');
  await collectGarbage();
  t.deepEqual(vat.liveslots.harvest(), ['o+v14/1']);
  t.deepEqual(brief(await vat.bringOutYourDead('o+v14/1')), []);
  const second = await run(({ heap }) => {
    const counter = (heap['list'] as Store).get('counter') as Thing;
    return [counter['getSelf']?.() === counter, counter['increment']?.(), Object.keys(counter['getState']?.() as object)];
  });
  t.deepEqual(second.result, [true, 7, ['count', 'name']]);
  t.deepEqual(brief(second.syscalls), [
    'set state.o+v14/1 {"count":{"body":"#7","slots":[]},"name":{"body":"#\\"five\\"","slots":[]}}',
  ]);
});

test('facets share one state, live together, and cannot stand in for each other', async t => {
  const { vat, run } = await startStoreVat();
  const { result } = await run(scope => {
    const make = defineKit(scope, 'counter', initCounter, countingKit);
    const { up, down } = make(1) as { up: Thing; down: Thing };
    const other = make(100) as { up: Thing; down: Thing };
    up['increment']?.();
    down['decrement']?.();
    down['decrement']?.();
    const { increment } = up;
    return [
      up['getCount']?.(),
      down['getUp']?.() === up,
      [String(up), String(down)],
      complaintOf(() => Reflect.apply(increment as never, down, [])),
      complaintOf(() => Reflect.apply(increment as never, undefined, [])),
      complaintOf(() => Reflect.apply(increment as never, Object.create(Object.getPrototypeOf(up) as object), [])),
      Reflect.apply(increment as never, other['up'], []),
    ];
  });
  t.deepEqual(result.slice(0, 3), [0, true, ['[object Alleged: counter up]', '[object Alleged: counter down]']]);
  t.regex(String(result[3]), /may only be applied to a valid instance/);
  t.regex(String(result[4]), /without 'this' object/);
  t.regex(String(result[5]), /may only be applied to a valid instance/);
  t.is(result[6], 101);
  t.is(vat.vatstore.rows.get('kind.v14'), '{"tag":"counter","facets":["down","up"]}');
});

test('thisful methods, guards, finish, amplifier and instance tester do what exos do', async t => {
  const { run } = await startStoreVat();
  const { result } = await run(async scope => {
    const finished: unknown[] = [];
    let amplify: ((facet: unknown) => Cohort) | undefined;
    let isCounter: ((value: unknown, facet?: string) => boolean) | undefined;
    const CounterI = M.interface('Counter', {
      add: M.call(M.number()).returns(M.number()),
      addLater: M.callWhen(M.await(M.number())).returns(M.number()),
    });
    const make = defineKit(
      scope,
      'counter',
      initCounter,
      {
        up: {
          add(this: Context, by: number) {
            return add(this.state, by);
          },
          addLater(this: Context, by: number) {
            return add(this.state, by);
          },
        },
        down: {
          look(this: Context) {
            return this.state['count'];
          },
        },
      },
      {
        thisfulMethods: true,
        interfaceGuardKit: { up: CounterI, down: M.interface('Down', {}, { defaultGuards: 'passable' }) },
        finish: ({ state, facets }: Context) => void finished.push(state['count'], Object.keys(facets)),
        receiveAmplifier: (given: typeof amplify) => void (amplify = given),
        receiveInstanceTester: (given: typeof isCounter) => void (isCounter = given),
      },
    );
    const cohort = make(3);
    const { up, down } = cohort as { up: Thing; down: Thing };
    const far = Far('stranger', {});
    return [
      finished,
      up['add']?.(4),
      await up['addLater']?.(Promise.resolve(1)),
      complaintOf(() => up['add']?.('four')),
      down['look']?.(),
      amplify?.(down) === cohort && amplify(up) === cohort,
      complaintOf(() => amplify?.(far)),
      [isCounter?.(up), isCounter?.(up, 'up'), isCounter?.(up, 'down'), isCounter?.(far), isCounter?.(cohort), isCounter?.('x')],
      complaintOf(() => isCounter?.(up, 'sideways')),
      ((await E(up as never as { __getMethodNames__: () => string[] }).__getMethodNames__()) as string[]).includes('add'),
    ];
  });
  t.deepEqual(result[0], [3, ['down', 'up']]);
  t.deepEqual(result.slice(1, 3), [7, 8]);
  t.regex(String(result[3]), /In "add" method of \(counter up\): arg 0: .*number/);
  t.deepEqual(result.slice(4, 6), [8, true]);
  t.is(result[6], 'only facets of kind "counter" can be amplified');
  t.deepEqual(result[7], [true, true, false, false, false, false]);
  t.is(result[8], 'kind "counter" has no facet "sideways"');
  t.true(result[9]);
});

test('a definition that contradicts itself is refused, with what to do instead', async t => {
  const { vat, run } = await startStoreVat();
  const { result } = await run(scope => {
    const init = () => ({});
    const handle = makeHandle(scope, 'durable');
    const define = (...args: unknown[]) => complaintOf(() => defineKind(scope, 'k', init, ...args));
    const kit = (...args: unknown[]) => complaintOf(() => defineKit(scope, 'k', init, ...args));
    const facets = { a: {}, b: { go: () => {} } };
    const outcome = [
      define(facets),
      define({ a: {}, b: () => {} }),
      define(undefined),
      kit({ go: () => {} }),
      kit({}),
      kit({ only: {} }),
      define({}, { interfaceGuardKit: {} }),
      define({}, { receiveAmplifier: () => {} }),
      kit(facets, { interfaceGuard: M.interface('I', {}) }),
      define({}, { finish: 7 }),
      define({}, 'options'),
      define({}, { stateShape: M.any() }),
      define({}, { interfaceGuard: M.interface('I', { go: M.call().returns() }) }),
      complaintOf(() => defineKind(scope, 7, init, {})),
      complaintOf(() => defineKind(scope, 'k', 'init', {})),
      complaintOf(() => defineDurable(scope, Far('handle', {}), init, {})),
      complaintOf(() => makeHandle(scope, 7 as never)),
    ];
    defineDurable(scope, handle, init, {});
    return [...outcome, complaintOf(() => defineDurable(scope, handle, init, {}))];
  });
  const plain = 'a kind whose objects have no facets is defined by defineKind or defineDurableKind';
  const kits = 'a kind whose objects have facets is defined by defineKindMulti or defineDurableKindMulti';
  t.deepEqual(result, [
    `the behavior of kind "k" has facets, not methods: ${kits}`,
    'the behavior of kind "k" must be a record of functions, or a record of facets that are records of functions',
    'the behavior of kind "k" must be a record of functions, or a record of facets that are records of functions',
    `the behavior of kind "k" has methods, not facets: ${plain}`,
    `the behavior of kind "k" has methods, not facets: ${plain}`,
    `kind "k" must have more than the facet "only": ${plain}`,
    'kind "k" cannot have option interfaceGuardKit: an object without facets has an interfaceGuard',
    'kind "k" cannot have option receiveAmplifier: only facets of a kit can be amplified',
    'kind "k" cannot have option interfaceGuard: the facets of a kit have an interfaceGuardKit',
    'option finish of kind "k" must be a function',
    'the options of kind "k" must be a record',
    'the stateShape of kind "k" must be a record of patterns',
    'methods ["go"] not implemented by "k"',
    'a kind needs a tag that is a text',
    'init of kind "k" must be a function',
    'unknown handle: a durable kind is defined with a handle from makeKindHandle',
    'a kind handle needs a tag that is a text',
    'redefinition of durable kind "durable": it can be defined once in an incarnation',
  ]);
  t.deepEqual(vat.vatstore.keys('kind.'), ['kind.d14']);
  t.is(vat.vatstore.rows.get('kind.d14'), '{"tag":"durable","facets":[]}');
});

test.serial('a construction that fails leaves no trace: no number, no row, no count', async t => {
  const { vat, run } = await startStoreVat();
  await run(scope => {
    const stateShape = { ref: M.remotable(), more: M.or(M.number(), undefined), sure: M.any() };
    const init = (makeState: unknown) => (makeState as () => unknown)();
    scope.heap['make'] = defineDurable(scope, makeHandle(scope, 'thing'), init, {}, { stateShape });
    scope.heap['makeLoose'] = defineDurable(scope, makeHandle(scope, 'loose'), (state: unknown) => state, {});
  });
  const before = [...vat.vatstore.rows];
  const { result } = await run(
    ({ heap }, presence) => {
      const make = heap['make'] as (init: unknown) => unknown;
      const makeLoose = heap['makeLoose'] as (state: unknown) => unknown;
      const inits: (() => unknown)[] = [
        () => ({ ref: presence, sure: Far('heap', {}) }),
        () => ({ ref: presence, sure: Promise.resolve() }),
        () => ({ ref: presence, sure: 1, more: 'text' }),
        () => ({ ref: presence, sure: 1, other: 2 }),
        () => ({ sure: 1 }),
        () => undefined,
        () => 7,
        () => {
          throw new Error('init failed');
        },
      ];
      return [
        ...inits.map(init => complaintOf(() => make(init))),
        complaintOf(() => makeLoose({ one: presence, two: Far('heap', {}) })),
        complaintOf(() => makeLoose({ one: presence, two: new Map() })),
      ];
    },
    ['$0'],
    ['o-50'],
  );
  const remedy = 'a record in the body of an arrow function needs parentheses';
  const heapObject = "slot 0 is an object of the vat's heap, which ends with this incarnation";
  t.deepEqual(result, [
    `in kind "thing", value for "sure" is not durable: ${heapObject}`,
    'in kind "thing", value for "sure" is not durable: slot 0 is a promise, which ends with this incarnation',
    'property "more" of the state of kind "thing": string "text" - Must be a number',
    'the stateShape of kind "thing" has no property "other", only "ref", "more", "sure"',
    'the initial state of kind "thing" must have the property "ref"',
    `init of kind "thing" must return a record, not undefined: ${remedy}`,
    `init of kind "thing" must return a record, not number: ${remedy}`,
    'init failed',
    `in kind "loose", value for "two" is not durable: ${heapObject}`,
    'in kind "loose", value for "two" cannot be stored: "[Symbol(passStyle)]" property expected: "[Map]"',
  ]);
  t.deepEqual([...vat.vatstore.rows], before);
  await run(({ heap }) => (heap['makeLoose'] as (x: unknown) => unknown)({}));
  t.deepEqual(vat.vatstore.keys('state.'), ['state.o+d15/1'], 'no number was consumed');
  await collectGarbage();
  t.true(vat.liveslots.harvest().includes('o-50'));
  const syscalls = brief(await vat.bringOutYourDead('o-50'));
  t.deepEqual(syscalls, ['dropImports o-50', 'retireImports o-50'], 'nothing was counted');
});

test('a write is checked like a construction, and a refused one changes nothing', async t => {
  const { vat, run } = await startStoreVat();
  const { result } = await run(scope => {
    const stateShape = { count: M.number(), name: M.any() };
    const make = defineDurable(scope, makeHandle(scope, 'counter'), initCounter, counting, { stateShape });
    const counter = make(1, 'one');
    const state = counter['getState']?.() as Record<string, unknown>;
    const rename = (name: unknown) => complaintOf(() => counter['rename']?.(name));
    return [
      complaintOf(() => void (state['count'] = 'two')),
      rename(Far('heap', {})),
      rename(Promise.resolve()),
      rename(new Set()),
      complaintOf(() => void (state['other'] = 1)),
      complaintOf(() => Reflect.get(Object.getOwnPropertyDescriptor(state, 'count') as object, 'get').call({})),
      { ...state },
      Object.isFrozen(state),
      'count' in state,
    ];
  });
  const fleeting = 'which ends with this incarnation';
  t.deepEqual(result, [
    'property "count" of the state of kind "counter": string "two" - Must be a number',
    `in kind "counter", value for "name" is not durable: slot 0 is an object of the vat's heap, ${fleeting}`,
    `in kind "counter", value for "name" is not durable: slot 0 is a promise, ${fleeting}`,
    'property "name" of the state of kind "counter": "[Symbol(passStyle)]" property expected: "[Set]"',
    'Cannot add property other, object is not extensible',
    'property "count" belongs to the state of an object of kind "counter"',
    { count: 1, name: 'one' },
    true,
    true,
  ]);
  t.deepEqual(vat.vatstore.keys('count.'), []);
  t.deepEqual(brief((await run(({ far }) => void far('next'))).syscalls), []);
});

test('properties may have any name, and hold what was written within a delivery and after it', async t => {
  const { run } = await startStoreVat();
  const names = ['__proto__', 'constructor', 'toString', '1', '', 'self', 'state', '\u{1F600}'];
  await run(scope => {
    const init = () => Object.fromEntries(names.map((name, i) => [name, [i]]));
    const object = defineKind(scope, 'odd', init, {
      read: ({ state }: Context) => names.map(name => state[name]),
      write: ({ state }: Context, name: unknown, value: unknown) => void (state[name as string] = value),
      same: ({ state }: Context) => names.map(name => Object.is(state[name], state[name])),
    })();
    scope.heap['object'] = object;
    object['write']?.('__proto__', ['changed']);
    t.deepEqual(object['read']?.(), [['changed'], ...names.slice(1).map((_name, i) => [i + 1])]);
    t.deepEqual(
      object['same']?.(),
      names.map(() => true),
    );
  });
  await run(({ heap }) => {
    const object = heap['object'] as Thing;
    t.deepEqual(object['read']?.(), [['changed'], ...names.slice(1).map((_name, i) => [i + 1])]);
  });
});

test('objects hold each other in cycles, made by finish or by writing', async t => {
  const { run } = await startStoreVat();
  const { result } = await run(scope => {
    const makeChild = defineKind(scope, 'child', (parent: unknown) => ({ parent }), {
      getParent: ({ state }: Context) => state['parent'],
    });
    const makeParent = defineKind(
      scope,
      'parent',
      () => ({ child: undefined }),
      { getChild: ({ state }: Context) => state['child'] },
      { finish: ({ state, self }: Context) => void (state['child'] = makeChild(self)) },
    );
    const parent = makeParent();
    return (parent['getChild']?.() as Thing)['getParent']?.() === parent;
  });
  t.true(result);
});

test('a context and a state go on working in later deliveries', async t => {
  const { vat, run } = await startStoreVat();
  await run(scope => {
    const object = defineKind(scope, 'counter', initCounter, counting)(1);
    scope.heap['state'] = object['getState']?.();
  });
  await collectGarbage();
  t.deepEqual(vat.liveslots.harvest(), [], 'a state keeps its object');
  const { result, syscalls } = await run(({ heap }) => add(heap['state'] as Record<string, unknown>, 5));
  t.is(result, 6);
  t.is(syscalls.filter(({ type }) => type === 'vatstoreSet').length, 1);
});

test('a delivery that touches thousands of objects remembers a thousand at a time', async t => {
  const { vat, run } = await startStoreVat();
  await run(scope => {
    const make = defineKind(scope, 'counter', initCounter, { ...counting, both: countBoth });
    const counters = (scope.heap['counters'] = Array.from({ length: 2_500 }, (_, i) => make(i)));
    for (const counter of counters) counter['increment']?.();
    t.is(counters[0]?.['both']?.(counters.slice(1)), 3);
    t.deepEqual(
      counters.slice(0, 3).map(counter => counter['getCount']?.()),
      [3, 3, 4],
    );
  });
  t.is(JSON.parse(vat.vatstore.rows.get('state.o+v14/2500') ?? '').count.body, '#2501');
});

/** Touches all others while its own method runs, then goes on with its own state. */
const countBoth = ({ state, self }: Context, others: unknown): unknown => {
  add(state, 1);
  for (const other of others as Thing[]) other['increment']?.();
  self['increment']?.();
  return state['count'];
};

test('a question whether something can be durable changes nothing', async t => {
  const { vat, run } = await startStoreVat();
  const { result, syscalls } = await run(
    (scope, presence) => {
      const virtual = defineKind(scope, 'virtual', undefined, {})();
      const durable = defineDurable(scope, makeHandle(scope, 'durable'), undefined, {})();
      const cohort = defineDurableKit(scope, makeHandle(scope, 'kit'), undefined, { a: {}, b: {} })();
      const far = Far('heap', {});
      return [presence, durable, cohort, [1n, { x: 'y' }], virtual, far, [far], Promise.resolve(), () => {}, new Map()].map(
        value => canBeDurable(scope, value),
      );
    },
    ['$0'],
    ['o-50'],
  );
  t.deepEqual(result, [true, true, true, true, false, false, false, false, false, false]);
  t.false(syscalls.some(({ type }) => type !== 'vatstoreSet' && type !== 'vatstoreGet'));
  const { syscalls: sent } = await run(({ far }) => E(far('local') as { m: () => void }).m.toString.length);
  t.deepEqual(brief(sent), []);
  t.is(vat.liveslots.inspectTables().exports, 1, 'the root alone has a name');
});

test('data that is being encoded cannot make objects, define kinds or ask', async t => {
  const { run } = await startStoreVat();
  const { result } = await run(scope => {
    const make = defineKind(scope, 'plain', (x: unknown) => ({ x }), {});
    const complaints: (string | undefined)[] = [];
    const trap = new Proxy(Object.freeze({}), {
      ownKeys: target => {
        complaints.push(
          complaintOf(() => make(1)),
          complaintOf(() => canBeDurable(scope, 1)),
        );
        return Reflect.ownKeys(target);
      },
    });
    complaintOf(() => make(trap));
    return complaints[0] ?? 'nothing was tried';
  });
  t.is(result, 'nothing can be sent or stored while other data is being encoded');
});
