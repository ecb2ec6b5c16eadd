/** Kinds over incarnations: what must be as it was, what may grow, what is swept, and what a lost heap leaves. */
import { collectGarbage, type TestVat } from './support/test-vat.ts';
import { brief, startStoreVat, type Scope, type Store, type StoreVat } from './support/store-vat.ts';
import {
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
import { E } from '@endo/far';
import { M } from '@endo/patterns';

const get =
  (name: string) =>
  ({ state }: Context) =>
    state[name];
const provideHandle = (scope: Scope, tag: string): object => {
  const { baggage } = scope;
  if (!baggage.has(tag)) baggage.init(tag, makeHandle(scope, tag));
  return baggage.get(tag) as object;
};

const problemOf = async (start: Promise<unknown>): Promise<string> => {
  try {
    await start;
    return 'it started';
  } catch (error) {
    return (error as Error).message;
  }
};

test.serial('a durable kit keeps its objects; facets that are added come after those that are there', async t => {
  const first = await startStoreVat();
  await first.run(scope => {
    const make = defineDurableKit(scope, provideHandle(scope, 'kit'), (x: unknown) => ({ x }), { b: { get: get('x') }, d: {} });
    scope.baggage.init('cohort', make(1));
    scope.baggage.init('b', make(2)['b']);
  });
  const second = await first.upgrade(1, scope => {
    defineDurableKit(scope, provideHandle(scope, 'kit'), undefined, {
      a: { get: get('x') },
      b: { getMore: get('x') },
      c: {},
      d: {},
    });
  });
  const { result } = await second.run(({ baggage }) => {
    const { b, d } = baggage.get('cohort') as Cohort;
    return [b?.['getMore']?.(), typeof b?.['get'], String(d), String(baggage.get('b'))];
  });
  t.deepEqual(result, [1, 'undefined', '[object Alleged: kit d]', '[object Alleged: kit b]']);
  t.is(second.vat.vatstore.rows.get('kind.d14'), '{"tag":"kit","facets":["b","d","a","c"]}');
});

test('a kind that is not what it was is refused, and so is a vat that leaves kinds out', async t => {
  const begin = async (): Promise<StoreVat> => {
    const vat = await startStoreVat();
    await vat.run(scope => {
      const stateShape = { a: M.number() };
      scope.baggage.init('plain object', defineDurable(scope, provideHandle(scope, 'plain'), undefined, {})());
      scope.baggage.init('kit object', defineDurableKit(scope, provideHandle(scope, 'kit'), undefined, { a: {}, b: {} })()['a']);
      scope.baggage.init(
        'shaped object',
        defineDurable(scope, provideHandle(scope, 'shaped'), () => ({ a: 1 }), {}, { stateShape })(),
      );
    });
    return vat;
  };
  const facets = { a: {}, b: {} };
  const tryWith = async (...args: [string, unknown, unknown, object?][]) => {
    const vat = await begin();
    const complaints: (string | undefined)[] = [];
    const problem = await problemOf(
      vat.upgrade(1, scope => {
        for (const [tag, init, behavior, options] of args) {
          const define = tag === 'kit' ? defineDurableKit : defineDurable;
          complaints.push(complaintOf(() => define(scope, provideHandle(scope, tag), init, behavior, options)));
        }
        for (const complaint of complaints) if (complaint !== undefined) throw new Error(complaint);
      }),
    );
    return problem;
  };
  const tell = (text: string) => `startVat failed: buildRootObject threw: Error: ${text}`;
  t.is(
    await tryWith(
      ['plain', undefined, {}],
      ['kit', undefined, facets],
      ['shaped', undefined, {}, { stateShape: { a: M.number() } }],
    ),
    'it started',
  );
  t.is(
    await tryWith(['plain', undefined, {}]),
    'startVat failed: defineDurableKind not called for tags: ["kit" (handle o+d1/15), "shaped" (handle o+d1/16)]: an incarnation must define again, before buildRootObject is done, every durable kind that has objects, with the handle that an earlier one kept in baggage',
  );
  t.is(
    await tryWith(['kit', undefined, { a: {}, c: {} }]),
    tell('durable kind "kit" must keep the facets that it had: "b" missing'),
  );
  const shaped = (stateShape: unknown) => tryWith(['shaped', undefined, {}, { stateShape }]);
  t.is(await shaped(undefined), tell('kind "shaped" had a stateShape with "a", and now has none'));
  t.is(
    await shaped({ a: M.string() }),
    tell(
      'the stateShape of kind "shaped" must keep property "a" as it was: it was {"#tag":"match:kind","payload":"number"} and is {"#tag":"match:string","payload":[]}',
    ),
  );
  t.regex(await shaped({ b: M.any() }), /must keep property "a" as it was: it was .* and is absent$/);
  t.regex(
    await shaped({ a: M.number(), b: M.number() }),
    /property "b" is new in the stateShape of kind "shaped": it must allow undefined/,
  );
  t.regex(
    await tryWith(['plain', undefined, {}, { stateShape: { a: M.number() } }]),
    /kind "plain" had no stateShape, and cannot be given one/,
  );
  const vat = await begin();
  const swapped = await problemOf(
    vat.upgrade(1, scope => void defineDurableKit(scope, provideHandle(scope, 'plain'), undefined, facets)),
  );
  t.is(swapped, tell('durable kind "plain" was defined without facets, and cannot have any now'));
  const other = await begin();
  const unkitted = await problemOf(
    other.upgrade(1, scope => void defineDurable(scope, provideHandle(scope, 'kit'), undefined, {})),
  );
  t.is(unkitted, tell('durable kind "kit" was defined with facets, and cannot be without now'));
});

test('a stateShape may grow by what may be absent, holds what it cites, and may be changed by who insists', async t => {
  const first = await startStoreVat();
  await first.run(
    (scope, brand) => {
      scope.baggage.init('brand', brand);
      const stateShape = { brand, n: M.number() };
      scope.baggage.init(
        'one',
        defineDurable(scope, provideHandle(scope, 'k'), () => ({ brand, n: 1 }), { n: get('n') }, { stateShape })(),
      );
    },
    ['$0.Alleged: brand'],
    ['o-50'],
  );
  t.is(first.vat.vatstore.rows.get('count.o-50'), '3', 'the baggage, the state and the shape cite it');
  const second = await first.upgrade(1, scope => {
    const stateShape = { brand: scope.baggage.get('brand'), n: M.number(), more: M.opt(M.string()), most: M.any() };
    const behavior = {
      n: get('n'),
      more: get('more'),
      setMore: ({ state }: Context, more: unknown) => void (state['more'] = more),
    };
    scope.heap['make'] = defineDurable(scope, provideHandle(scope, 'k'), (state: unknown) => state, behavior, { stateShape });
  });
  const { result } = await second.run(({ baggage, heap }) => {
    const one = baggage.get('one') as Thing;
    const before = [one['n']?.(), one['more']?.()];
    one['setMore']?.('text');
    return [...before, one['more']?.(), complaintOf(() => (heap['make'] as (x: unknown) => unknown)({ n: 2 }))];
  });
  t.deepEqual(result, [1, undefined, 'text', 'the initial state of kind "k" must have the property "brand"']);
  t.is(second.vat.vatstore.rows.get('count.o-50'), '3');
  const third = await second.upgrade(2, scope => {
    const options = { stateShape: { n: M.any() }, allowStateShapeChanges: true };
    defineDurable(scope, provideHandle(scope, 'k'), undefined, { n: get('n') }, options);
  });
  t.is(third.vat.vatstore.rows.get('count.o-50'), '2');
});

test.serial('what only the heap held goes when an incarnation stops, durable objects and kinds among it', async t => {
  const first = await startStoreVat();
  await first.run(
    (scope, presence, kept) => {
      const makeHeld = defineDurable(scope, makeHandle(scope, 'lost'), (x: unknown) => ({ x }), {});
      scope.heap['held'] = [
        presence,
        makeHeld(presence),
        makeHeld(makeHeld(1)),
        scope.map('durable', { durable: true }),
        scope.far('x'),
      ];
      scope.baggage.init('kept', kept);
      makeHandle(scope, 'unused');
    },
    ['$0', '$1'],
    ['o-50', 'o-51'],
  );
  const stop = await first.vat.deliver({ type: 'stopVat' });
  t.deepEqual(stop, { outcome: 'ok' });
  t.deepEqual(
    brief(first.vat.take()).filter(line => line.includes('Imports')),
    ['dropImports o-50', 'retireImports o-50'],
  );
  t.deepEqual(first.vat.vatstore.keys(), [
    'count.o-51',
    'counters',
    'entry.o+d2/1.skept',
    'kind.d14',
    'kind.d15',
    'tally.o+d2/1',
  ]);
  const second = await startStoreVat({ vatstore: first.vat.vatstore, incarnation: 1 });
  t.deepEqual(second.vat.vatstore.keys('kind.'), [], 'kinds that nothing can name any more are forgotten');
});

/** An incarnation that leaves virtual objects, kits, collections of all types, and what they cite. */
const leaveMuch = async (count: number): Promise<StoreVat> => {
  const vat = await startStoreVat();
  await vat.run(
    (scope, presence, key) => {
      const { map, set, weakMap, weakSet, far, baggage } = scope;
      const make = defineKind(scope, 'virtual', (x: unknown) => ({ x, presence }), {});
      const makeKit = defineKit(scope, 'kit', (x: unknown) => ({ x }), { a: {}, b: {} });
      const durable = defineDurable(scope, provideHandle(scope, 'durable'), undefined, {})();
      baggage.init('in both', durable);
      const list = (scope.heap['list'] = map('list'));
      for (let i = 0; i < count; i += 1) list.init(i, make(makeKit(far(`heap ${i}`))['a']));
      const only = defineDurable(scope, provideHandle(scope, 'only'), undefined, {})();
      list.init('durable', only);
      list.init('promise', Promise.resolve());
      list.init('a cycle', list);
      set('set').add(make(1));
      list.init('weak', weakMap('weak'));
      (list.get('weak') as Store).init(key, make(durable));
      weakSet('weakSet').add(make(2));
      scope.heap['all'] = [list];
    },
    ['$0', '$1'],
    ['o-50', 'o-51'],
  );
  return vat;
};

const redefine = (scope: Scope): void => {
  defineDurable(scope, provideHandle(scope, 'durable'), undefined, {});
  defineDurable(scope, provideHandle(scope, 'only'), undefined, {});
};

const sweepAll = async (vat: TestVat): Promise<{ readonly rounds: number; readonly lines: string[] }> => {
  const lines: string[] = [];
  for (let rounds = 1; ; rounds += 1) {
    const result = await vat.deliver({ type: 'bringOutYourDead', dead: [] });
    if (result.outcome === 'fault') throw new Error(result.problem);
    lines.push(...brief(vat.take()).filter(line => line.includes('mports') || line.includes('xports')));
    if (result.unfinished !== true) return { rounds, lines };
  }
};

test.serial('after an upgrade all virtual data is swept, and with it what only that held', async t => {
  const first = await leaveMuch(3);
  const second = await first.upgrade(1, redefine);
  t.true(second.vat.vatstore.keys('state.o+v').length > 0);
  const { lines } = await sweepAll(second.vat);
  t.deepEqual(lines, ['dropImports o-50', 'retireImports o-50 o-51']);
  t.deepEqual(second.vat.vatstore.keys(), [
    'count.o+d1/16',
    'count.o+d1/17',
    'count.o+d16/1',
    'counters',
    'entry.o+d2/1.sdurable',
    'entry.o+d2/1.sin both',
    'entry.o+d2/1.sonly',
    'kind.d16',
    'kind.d17',
    'state.o+d16/1',
    'tally.o+d2/1',
  ]);
  t.is(second.vat.vatstore.rows.get('count.o+d16/1'), '1');
  t.deepEqual(brief(await second.vat.bringOutYourDead()), [], 'and then there is nothing more to do');
});

test.serial('a sweep keeps to its budget, goes on while the vat works, and is taken up by the next incarnation', async t => {
  const first = await leaveMuch(3_000);
  const second = await first.upgrade(1, redefine);
  const size = (): number => second.vat.vatstore.keys().length;
  const before = size();
  const result = await second.vat.deliver({ type: 'bringOutYourDead', dead: [] });
  t.deepEqual(result, { outcome: 'ok', unfinished: true });
  t.true(before - size() > 1_000 && before - size() < 10_000 && size() > 1_000, 'some of it is done');
  await second.run(scope => {
    const make = defineKind(scope, 'new', () => ({}), {});
    scope.heap['new'] = make();
  });
  const third = await second.upgrade(2, redefine);
  const { rounds } = await sweepAll(third.vat);
  t.true(rounds > 1);
  t.deepEqual(third.vat.vatstore.keys('state.'), ['state.o+d16/1']);
  t.deepEqual(third.vat.vatstore.keys('kind.v'), []);
  t.deepEqual(third.vat.vatstore.keys('leftovers'), []);
});

test.serial('numbers are never used twice, also when a heap is lost without notice', async t => {
  const first = await startStoreVat();
  await first.run(
    (scope, presence) => {
      scope.baggage.init('presence', presence);
      const make = defineDurable(scope, provideHandle(scope, 'k'), (x: unknown) => ({ x }), { x: get('x') });
      scope.baggage.init('one', make(1));
      scope.heap['virtual'] = defineKind(scope, 'virtual', undefined, {})();
    },
    ['$0'],
    ['o-50'],
  );
  const lost = await startStoreVat({ vatstore: first.vat.vatstore, incarnation: 1 }, scope => {
    scope.heap['make'] = defineDurable(scope, provideHandle(scope, 'k'), (x: unknown) => ({ x }), { x: get('x') });
  });
  const { result } = await lost.run(({ baggage, heap }) => {
    baggage.init('two', (heap['make'] as (x: unknown) => unknown)(2));
    return [(baggage.get('one') as Thing)['x']?.(), (baggage.get('two') as Thing)['x']?.()];
  });
  t.deepEqual(result, [1, 2]);
  t.is(lost.vat.vatstore.keys('state.o+d').length, 2);
  await sweepAll(lost.vat);
  t.deepEqual(lost.vat.vatstore.keys('state.o+v'), []);
  t.deepEqual(brief(await lost.vat.call('run', ['$0'], ['o-50'], null)), []);
  await collectGarbage();
  await lost.vat.bringOutYourDead(...lost.vat.liveslots.harvest());
  t.is(lost.vat.vatstore.rows.get('count.o-50'), '1', 'an import that the lost heap stored is still known to be stored');
  t.false(lost.vat.take().some(({ type }) => type === 'dropImports'));
});

test.serial('where durability is relaxed, what did not outlive its incarnation says so and breaks nothing', async t => {
  const relaxed = { relaxDurability: true } as const;
  const first = await startStoreVat(relaxed);
  await first.run(scope => {
    const { baggage, far } = scope;
    const object = defineDurable(scope, provideHandle(scope, 'k'), (x: unknown) => ({ x }), {
      x: get('x'),
      set: ({ state }: Context, x: unknown) => void (state['x'] = x),
    });
    const virtual = defineKind(scope, 'virtual', undefined, {})();
    baggage.init('object', object([far('heap'), virtual, Promise.resolve(7)]));
    baggage.init('keys', scope.set('keys', { durable: true }));
    (baggage.get('keys') as Store).add(far('key'));
    baggage.init('weak', scope.weakMap('weak', { durable: true }));
    const weak = baggage.get('weak') as Store;
    weak.init(virtual, far('value'));
    const key = far('weak key');
    weak.init(key, 'value');
    scope.heap['key'] = key;
  });
  await collectGarbage();
  const second = await first.upgrade(
    1,
    scope => {
      defineDurable(scope, provideHandle(scope, 'k'), (x: unknown) => ({ x }), {
        x: get('x'),
        set: ({ state }: Context, x: unknown) => void (state['x'] = x),
      });
    },
    relaxed,
  );
  await sweepAll(second.vat);
  t.deepEqual(second.vat.vatstore.keys('weak.'), []);
  const { result } = await second.run(async ({ baggage }) => {
    const object = baggage.get('object') as Thing;
    const [heap, virtual, promise] = object['x']?.() as [object, object, Promise<unknown>];
    const again = object['x']?.() as unknown[];
    const complaints: unknown[] = [];
    for (const use of [() => E(heap as Any).go(), () => E(virtual as Any).go(), () => promise]) {
      await use().catch((error: Error) => void complaints.push(error.message));
    }
    object['set']?.([heap, 'kept']);
    const keys = baggage.get('keys') as Store;
    const count = [...keys.keys()].length;
    keys.clear();
    return [again[0] === heap, String(heap), ...complaints, count, keys.getSize()];
  });
  t.deepEqual(result, [
    true,
    '[object Alleged: heap]',
    'o+1 (Alleged: heap) was not durable, and did not outlive the incarnation that stored it',
    'o+v15/1 (Alleged: virtual) was not durable, and did not outlive the incarnation that stored it',
    'promise h1 was not durable, and did not outlive the incarnation that stored it',
    1,
    0,
  ]);
  const third = await second.upgrade(
    2,
    scope => {
      defineDurable(scope, provideHandle(scope, 'k'), undefined, { x: get('x') });
    },
    relaxed,
  );
  await sweepAll(third.vat);
  const { result: last } = await third.run(({ baggage }) => String(((baggage.get('object') as Thing)['x']?.() as unknown[])[0]));
  t.is(last, '[object Alleged: heap]');
});

type Any = { readonly go: () => Promise<unknown> };
