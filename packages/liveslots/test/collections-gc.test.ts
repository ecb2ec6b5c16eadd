/** Collections and the collector: who keeps what, what goes with what, within which budget, and that nothing of it shows. */
import { collectGarbage, data, resolution, vref } from './support/test-vat.ts';
import { brief, startStoreVat, type Scope, type Store, type StoreVat } from './support/store-vat.ts';
import test from 'ava';
import { E } from '@endo/far';
import { passStyleOf } from '@endo/pass-style';
import { M, type Pattern } from '@endo/patterns';

const kept = (heap: Record<string, unknown>, name = 'store'): Store => heap[name] as Store;

/** Reports what is gone until nothing more goes. */
const bringOutAllDead = async ({ vat }: StoreVat): Promise<string[]> => {
  const said: string[] = [];
  for (let round = 0; round < 50; round += 1) {
    await collectGarbage();
    const dead = vat.liveslots.harvest();
    const outcome = await vat.deliver({ type: 'bringOutYourDead', dead });
    if (outcome.outcome === 'fault') throw new Error(outcome.problem);
    said.push(...brief(vat.take()).filter(line => /^(drop|retire)/.test(line)));
    if (dead.length === 0 && outcome.unfinished !== true) return said;
  }
  throw new Error('there is no end of the dead');
};

const rowsOf = ({ vat }: StoreVat): string[] => vat.vatstore.keys().filter(key => !key.startsWith('kind.') && key !== 'counters');

test.serial('a collection that nothing reaches goes with every row, and lets go of what it kept', async t => {
  const store = await startStoreVat();
  await store.run(
    ({ map, set, weakMap, weakSet, far }, p, q) => {
      for (const durable of [false, true]) {
        const shape = { durable, keyShape: M.or(M.scalar(), p as Pattern), valueShape: M.or(M.any(), q as Pattern) };
        for (const make of [map, weakMap]) {
          const made = make('m', shape);
          for (const key of [1, 'a', p, q]) made.init(key, [p, { q }]);
          if (!durable) made.init(far('key'), far('value'));
        }
        for (const make of [set, weakSet]) {
          const made = make('s', { durable, keyShape: M.or(M.scalar(), p as Pattern) });
          for (const key of [1, 'a', p, q]) made.add(key);
          if (!durable) made.add(far('member'));
        }
      }
    },
    ['$0.Alleged: p', '$1.Alleged: q'],
    ['o-51', 'o-52'],
  );
  t.true(rowsOf(store).length > 50);
  t.deepEqual(await bringOutAllDead(store), ['dropImports o-51 o-52', 'retireImports o-51 o-52']);
  t.deepEqual(rowsOf(store), []);
  t.deepEqual(store.vat.vatstore.keys('kind.'), ['kind.v10', 'kind.v11', 'kind.v12', 'kind.v13']);
  t.is(store.vat.liveslots.inspectTables().exports, 1, 'the root');
});

test.serial('clear and delete leave nothing behind, no ordinal either, and a cleared collection goes on', async t => {
  const store = await startStoreVat();
  const { run, vat } = store;
  await run(
    ({ map, set, far, heap }, p) => {
      heap['store'] = map('m', { durable: true });
      heap['bag'] = set('s');
      heap['far'] = far('value');
      for (const key of [p, 'a', 2]) kept(heap).init(key, [p]);
      for (const key of [p, heap['far'], 'a']) kept(heap, 'bag').add(key);
    },
    ['$0.Alleged: p'],
    ['o-51'],
  );
  t.is(vat.vatstore.rows.get('count.o-51'), '5');
  const made = vat.liveslots.inspectTables();
  const { syscalls } = await run(({ heap }) => {
    kept(heap).clear();
    for (const key of kept(heap, 'bag').keys()) kept(heap, 'bag').delete(key);
  });
  t.deepEqual(rowsOf(store), ['collection.o+d2/10', 'collection.o+v12/11']);
  t.is(vat.liveslots.inspectTables().imports, made.imports, 'clearing makes no objects');
  t.true(syscalls.length < 20);
  const again = await run(
    ({ heap }, p) => {
      kept(heap).init(p, 'new');
      return [kept(heap).getSize(), [...kept(heap).values()], kept(heap, 'bag').getSize(), kept(heap, 'bag').has(heap['far'])];
    },
    ['$0'],
    ['o-51'],
  );
  t.deepEqual(again.result, [1, ['new'], 0, false]);
  t.deepEqual(vat.vatstore.keys('place.'), ['place.o+d2/10.o-51']);
});

test.serial('an entry of a weak collection goes with its key: an import, an object of the heap, a stored object', async t => {
  const store = await startStoreVat();
  const { run, vat } = store;
  await run(
    ({ weakMap, weakSet, map, far, heap }, p, q) => {
      const weak = (heap['store'] = weakMap('weak'));
      const members = (heap['members'] = weakSet('members'));
      heap['mine'] = far('mine');
      heap['stored'] = map('stored');
      for (const key of [p, heap['mine'], heap['stored']]) {
        weak.init(key, ['value', q]);
        members.add(key);
      }
    },
    ['$0.Alleged: p', '$1.Alleged: q'],
    ['o-51', 'o-52'],
  );
  t.is(vat.vatstore.keys('weak.').length, 6);
  t.deepEqual(await bringOutAllDead(store), ['dropImports o-51'], 'the import is only recognized now, its entry stays');
  t.is(vat.vatstore.rows.get('count.o-52'), '3');
  const seen = await run(({ heap }, p) => [(kept(heap).get(p) as unknown[])[0], kept(heap, 'members').has(p)], ['$0'], ['o-51']);
  t.deepEqual(seen.result, ['value', true]);
  await bringOutAllDead(store);
  await vat.gc('retireImports', 'o-51');
  t.is(vat.vatstore.rows.get('count.o-52'), '2');
  await run(({ heap }) => {
    heap['mine'] = heap['stored'] = undefined;
  });
  t.deepEqual(await bringOutAllDead(store), ['dropImports o-52', 'retireImports o-52']);
  t.deepEqual(rowsOf(store), ['collection.o+v11/10', 'collection.o+v13/11']);
  await run(({ heap }) => {
    heap['store'] = heap['members'] = undefined;
  });
  await bringOutAllDead(store);
  t.deepEqual(rowsOf(store), []);
});

test.serial('an import that a weak collection no longer recognizes is retired', async t => {
  const store = await startStoreVat();
  await store.run(
    ({ weakSet, heap }, p, q) => {
      heap['store'] = weakSet('weak', { durable: true });
      kept(heap).addAll([p, q]);
    },
    ['$0.Alleged: p', '$1.Alleged: q'],
    ['o-51', 'o-52'],
  );
  t.deepEqual(await bringOutAllDead(store), ['dropImports o-51 o-52']);
  await store.run(({ heap }, p) => void kept(heap).delete(p), ['$0'], ['o-51']);
  t.deepEqual(await bringOutAllDead(store), ['dropImports o-51', 'retireImports o-51']);
  await store.run(({ heap }) => void (heap['store'] = undefined));
  t.deepEqual(await bringOutAllDead(store), ['retireImports o-52']);
  t.deepEqual(rowsOf(store), []);
});

for (const order of ['holder first', 'held first'] as const) {
  for (const [outer, inner] of [
    ['map', 'map'],
    ['map', 'weakMap'],
    ['weakMap', 'set'],
    ['set', 'map'],
    ['weakSet', 'weakMap'],
  ] as const) {
    test.serial(`a ${inner} in a ${outer}, both reported, ${order}: each is deleted once, and what they kept`, async t => {
      const store = await startStoreVat();
      const { syscalls } = await store.run(scope => {
        const add = (target: Store, type: string, key: unknown): void => {
          if (type.endsWith('et')) target.add(key);
          else target.init(key, [key, 'value']);
        };
        const [holder, held, key] = [
          scope[outer]('holder'),
          scope[inner]('held', { durable: true }),
          scope.set('key', { durable: true }),
        ];
        add(holder, outer, held);
        add(held, inner, key);
      });
      t.true(syscalls.length > 5);
      await collectGarbage();
      const dead = [...store.vat.liveslots.harvest()];
      t.is(dead.length, 3);
      if (order === 'held first') dead.reverse();
      const deletions = brief(await store.vat.bringOutYourDead(...dead)).filter(line => line.startsWith('delete'));
      t.deepEqual(rowsOf(store), []);
      t.is(new Set(deletions).size, deletions.length);
      t.deepEqual(await bringOutAllDead(store), []);
    });
  }
}

test.serial(
  'a key that only the values under it in a weak collection cite goes once it is condemned, and the values with it',
  async t => {
    const store = await startStoreVat();
    await store.run(
      ({ weakMap, set, heap }, p) => {
        const weak = (heap['store'] = weakMap('weak', { durable: true }));
        const [self, key, value] = ['self', 'key', 'value'].map(label => set(label, { durable: true })) as [Store, Store, Store];
        weak.init(self, [self, p]);
        weak.init(key, [value]);
        value.add(key);
      },
      ['$0.Alleged: p'],
      ['o-51'],
    );
    t.deepEqual(await bringOutAllDead(store), [], 'they keep each other');
    const condemned = ['o+d4/11', 'o+d4/12', 'o+d4/13'].map(vref);
    t.deepEqual(await store.vat.deliver({ type: 'bringOutYourDead', dead: [], condemned }), { outcome: 'ok' });
    t.deepEqual(
      brief(store.vat.take()).filter(line => /^(drop|retire)/.test(line)),
      ['dropImports o-51', 'retireImports o-51'],
    );
    t.deepEqual(rowsOf(store), ['collection.o+d3/10']);
  },
);

test.serial(
  'what is condemned while it is in memory, as in a heap that was rebuilt since, stays until it is condemned again',
  async t => {
    const store = await startStoreVat();
    await store.run(({ set, heap }) => {
      const self = (heap['self'] = set('self', { durable: true }));
      self.add(self);
    });
    const condemned = ['o+d4/10'].map(vref);
    t.deepEqual(await store.vat.deliver({ type: 'bringOutYourDead', dead: [], condemned }), { outcome: 'ok' });
    t.true(rowsOf(store).includes('collection.o+d4/10'));
    await store.run(({ heap }) => void delete heap['self']);
    t.deepEqual(await bringOutAllDead(store), [], 'it keeps itself');
    t.deepEqual(await store.vat.deliver({ type: 'bringOutYourDead', dead: [], condemned }), { outcome: 'ok' });
    t.deepEqual(rowsOf(store), []);
  },
);

test.serial('a large collection is deleted in steps, with deliveries in between', async t => {
  const store = await startStoreVat();
  const { vat, run } = store;
  await run(
    ({ map, heap }, p) => {
      const large = map('large', { durable: true });
      for (let i = 0; i < 12_000; i += 1) large.init(i, i % 2 === 0 ? p : i);
      heap['small'] = map('small', { durable: true });
    },
    ['$0.Alleged: p'],
    ['o-51'],
  );
  await collectGarbage();
  let dead = vat.liveslots.harvest();
  const works: number[] = [];
  for (let isUnfinished = true; isUnfinished; dead = []) {
    const outcome = await vat.deliver({ type: 'bringOutYourDead', dead });
    if (outcome.outcome === 'fault') throw new Error(outcome.problem);
    works.push(vat.take().length);
    isUnfinished = outcome.unfinished === true;
    await run(({ heap }) => {
      const small = kept(heap, 'small');
      small.init(small.getSize(), 'more');
    });
  }
  t.true(works.length >= 3);
  t.true(Math.max(...works) < 6_000, `syscalls: ${works.join(', ')}`);
  t.deepEqual(await bringOutAllDead(store), []);
  t.is(vat.vatstore.keys('entry.').length, works.length, 'what was added meanwhile');
  t.is(vat.vatstore.rows.get('count.o-51'), undefined);
});

/** What vat code can learn about a handle; called again after everything that can go is gone. */
const learn = ({ heap, baggage, set }: Scope, p: unknown): unknown[] => {
  const store = baggage.get('store') as Store;
  heap['methods'] ??= [store.get, Object.getPrototypeOf(store), store.keys];
  const [get, prototype, keys] = heap['methods'] as unknown[];
  heap['iterator'] ??= store.keys()[Symbol.iterator]();
  const iterator = heap['iterator'] as Iterator<unknown>;
  let step: unknown;
  try {
    const { done, value } = iterator.next();
    step = [done, typeof value === 'object' ? String(value) : value];
  } catch (error) {
    step = String(error);
    heap['iterator'] = undefined;
  }
  const size = store.getSize();
  if (size % 3 === 0) store.init(`k${size}`, [size, p]);
  else store.init(set('member', { durable: true }), p);
  return [
    get === store.get,
    prototype === Object.getPrototypeOf(store),
    keys === store.keys,
    step,
    store.getSize(),
    passStyleOf(store as never),
  ];
};

const playHistory = async (betweenDeliveries: () => Promise<void>) => {
  const { vat, run } = await startStoreVat({ betweenDeliveries });
  const log: unknown[] = [];
  const record = async (step: Promise<{ result: unknown; syscalls: readonly unknown[] }>) => {
    const { result, syscalls } = await step;
    log.push(result, syscalls);
  };
  await record(
    run(({ baggage, map, weakMap }) => {
      baggage.init('store', map('S', { durable: true, valueShape: M.any() }));
      baggage.init('weak', weakMap('W', { durable: true }));
    }),
  );
  for (let round = 0; round < 12; round += 1) {
    await record(run(learn, ['$0.Alleged: p'], ['o-51']));
    await record(
      run(
        ({ baggage }, p, q) => {
          const weak = baggage.get('weak') as Store;
          const known = [weak.has(p), weak.has(q)];
          if (!weak.has(q)) weak.init(q, [p]);
          else weak.set(q, { p });
          return known;
        },
        ['$0.Alleged: p', '$1.Alleged: q'],
        ['o-51', 'o-52'],
      ),
    );
    await record(
      run(({ baggage }) => {
        const store = baggage.get('store') as Store;
        return [...store.keys(M.remotable())].map(key => (key as Store).getSize());
      }),
    );
    if (round % 4 === 3) {
      log.push(await vat.bringOutYourDead('o+d4/12', 'o+d4/13', 'o+d3/11', 'o-52'));
    }
  }
  return JSON.stringify(log);
};

test.serial('with a collection after every delivery and with none, answers and syscalls are the same byte for byte', async t => {
  const never = await playHistory(async () => {});
  const always = await playHistory(collectGarbage);
  t.is(always, never);
});

test.serial('the next incarnation finds durable collections as they were, and can go on with them', async t => {
  const first = await startStoreVat();
  await first.run(
    ({ baggage, map, set, weakMap, weakSet, heap }, p) => {
      const store = map('S', { durable: true, keyShape: M.or(M.string(), M.remotable()) });
      baggage.init('store', store);
      store.init(p, 'of p');
      store.init('b', p);
      for (const [name, make] of [
        ['set', set],
        ['weakMap', weakMap],
        ['weakSet', weakSet],
      ] as const)
        store.init(name, make(name, { durable: true }));
      (store.get('set') as Store).add(p);
      (store.get('weakMap') as Store).init(p, 'weakly');
      (store.get('weakSet') as Store).add(p);
      heap['virtual'] = map('virtual');
      kept(heap, 'virtual').init('x', p);
    },
    ['$0.Alleged: p'],
    ['o-51'],
  );
  const second = await first.upgrade(1);
  const { result } = await second.run(
    ({ baggage, map }, p) => {
      const store = baggage.get('store') as Store;
      const virtual = map('virtual');
      virtual.init(p, 'new');
      return [
        [...store.keys()].map(String),
        store.get(p),
        (store.get('set') as Store).has(p),
        (store.get('weakMap') as Store).get(p),
        (store.get('weakSet') as Store).has(p),
        store.getSize(),
        virtual.get(p),
        [...baggage.keys()],
      ];
    },
    ['$0.Alleged: p'],
    ['o-51'],
  );
  t.deepEqual(result, [
    ['[object Alleged: p]', 'b', 'set', 'weakMap', 'weakSet'],
    'of p',
    true,
    'weakly',
    true,
    5,
    'new',
    ['store'],
  ]);
  t.deepEqual(
    second.vat.vatstore.keys('collection.o+v'),
    ['collection.o+v14/15'],
    'what was virtual is gone, and numbers are not used again',
  );
  await t.throwsAsync(
    second.run(({ baggage }) => (baggage.get('store') as Store).init(7, 7)),
    { message: /invalid key type for collection "S"/ },
  );
});

test.serial('a collection that was sent is kept for the kernel, answers it, and is retired when it goes', async t => {
  const store = await startStoreVat();
  const { vat } = store;
  await store.run(
    ({ map }, peer) => {
      const made = map('sent');
      made.init('a', 1);
      E(peer as { take: (store: Store) => void })
        .take(made)
        .catch(() => {});
    },
    ['$0.Alleged: peer'],
    ['o-51'],
  );
  t.is(vat.vatstore.rows.get('export.o+v10/10'), 'r');
  await vat.notify(resolution('p+1', 'fulfilled', data('done')));
  await bringOutAllDead(store);
  const message = { methargs: data(['get', ['a']]), result: vref('p-1') };
  await vat.deliver({ type: 'message', target: vref('o+v10/10'), message });
  t.deepEqual(
    vat.take().flatMap(syscall => (syscall.type === 'resolve' ? syscall.resolutions.map(({ data: { body } }) => body) : [])),
    ['#1'],
  );
  await vat.gc('dropExports', 'o+v10/10');
  t.deepEqual(await bringOutAllDead(store), ['retireExports o+v10/10']);
  t.deepEqual(rowsOf(store), []);
});
