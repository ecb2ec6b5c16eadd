/** The life of virtual and durable objects: what keeps them, in whatever order it ends; and that a vat cannot tell what is in memory. */
import { collectGarbage, data, vref } from './support/test-vat.ts';
import { brief, startStoreVat, type Scope, type Store, type StoreVat } from './support/store-vat.ts';
import {
  defineDurable,
  defineDurableKit,
  defineKind,
  defineKit,
  makeHandle,
  type Cohort,
  type Context,
  type Maker,
  type Thing,
} from './support/kind-tools.ts';
import test from 'ava';
import { E, Far } from '@endo/far';
import type { VatSyscall } from '@cooperage/protocol/worker-port';

type Sort = { readonly durable: boolean; readonly kit: boolean };
type Pillar = 'memory' | 'stored' | 'kernel';
type Take = { readonly take: (value: unknown) => unknown };

const SORTS: readonly Sort[] = [
  { durable: false, kit: false },
  { durable: false, kit: true },
  { durable: true, kit: false },
  { durable: true, kit: true },
];
const ORDERS: readonly (readonly Pillar[])[] = [
  ['memory', 'stored', 'kernel'],
  ['memory', 'kernel', 'stored'],
  ['stored', 'memory', 'kernel'],
  ['stored', 'kernel', 'memory'],
  ['kernel', 'memory', 'stored'],
  ['kernel', 'stored', 'memory'],
];

const describe = ({ durable, kit }: Sort): string => `${durable ? 'durable' : 'virtual'} ${kit ? 'kit' : 'object'}`;

/** What the kernel is told, but for those who were sent something. */
const listToll = (syscalls: readonly VatSyscall[]): string[] =>
  brief(syscalls)
    .filter(line => /^(drop|retire)/.test(line))
    .map(line => line.replace(/ o-6\d/g, ''))
    .filter(line => line.includes(' '));

/** A vat with one object that cites an import, and the vref by which others know it: of a kit, the second facet. */
class Life {
  readonly store: StoreVat;
  readonly baseRef: string;
  readonly exported: string;

  constructor(store: StoreVat, { durable, kit }: Sort) {
    this.store = store;
    this.baseRef = durable ? 'o+d14/1' : 'o+v14/1';
    this.exported = kit ? `${this.baseRef}:1` : this.baseRef;
  }

  static async begin(sort: Sort): Promise<Life> {
    const store = await startStoreVat();
    await store.run(
      (scope, presence) => {
        const { heap, map } = scope;
        const state = (x: unknown) => ({ x });
        if (sort.kit) {
          const facets = { a: {}, b: {} };
          const make = sort.durable
            ? defineDurableKit(scope, makeHandle(scope, 'k'), state, facets)
            : defineKit(scope, 'k', state, facets);
          heap['object'] = make(presence);
        } else {
          const make = sort.durable ? defineDurable(scope, makeHandle(scope, 'k'), state, {}) : defineKind(scope, 'k', state, {});
          heap['object'] = make(presence);
        }
        heap['map'] = map('map');
      },
      ['$0'],
      ['o-50'],
    );
    await collectGarbage();
    await store.vat.bringOutYourDead(...store.vat.liveslots.harvest());
    return new Life(store, sort);
  }

  /** The object, or of a kit one of its facets. */
  static pick(object: unknown, name: string): unknown {
    return Object.hasOwn(object as object, 'a') ? (object as Cohort)[name] : object;
  }

  async raise(pillar: Pillar): Promise<void> {
    const { run } = this.store;
    if (pillar === 'stored') await run(({ heap }) => (heap['map'] as Store).init('key', Life.pick(heap['object'], 'a')));
    else if (pillar === 'kernel') {
      await run(({ heap }, target) => void E(target as Take).take(Life.pick(heap['object'], 'b')), ['$0'], ['o-60']);
    }
  }

  async fell(pillar: Pillar): Promise<void> {
    const { run, vat } = this.store;
    if (pillar === 'memory') await run(({ heap }) => void delete heap['object']);
    else if (pillar === 'stored') await run(({ heap }) => (heap['map'] as Store).delete('key'));
    else await vat.gc('dropExports', this.exported);
  }

  async bringOut(): Promise<string[]> {
    const { vat } = this.store;
    await collectGarbage();
    return listToll(await vat.bringOutYourDead(...vat.liveslots.harvest()));
  }

  isStored(): boolean {
    return this.store.vat.vatstore.rows.has(`state.${this.baseRef}`);
  }

  /** Rows that say anything of the object. */
  listRows(): string[] {
    return this.store.vat.vatstore.keys().filter(key => key.includes(this.baseRef));
  }
}

for (const sort of SORTS) {
  test.serial(
    `a ${describe(sort)} lasts until the last of memory, stored values and kernel lets go, in whatever order`,
    async t => {
      for (const order of ORDERS) {
        for (const retired of [false, true]) {
          const life = await Life.begin(sort);
          await life.raise('stored');
          await life.raise('kernel');
          const told: string[] = [];
          for (const pillar of order) {
            t.true(life.isStored(), `${order.join()} before ${pillar}`);
            await life.fell(pillar);
            if (pillar === 'kernel' && retired) await life.store.vat.gc('retireExports', life.exported);
            told.push(...(await life.bringOut()));
          }
          t.deepEqual(life.listRows(), [], order.join());
          t.deepEqual(
            told,
            ['dropImports o-50', 'retireImports o-50', ...(retired ? [] : [`retireExports ${life.exported}`])],
            order.join(),
          );
          t.deepEqual(life.store.vat.vatstore.keys('count.'), []);
          t.deepEqual(await life.bringOut(), []);
        }
      }
    },
  );

  test.serial(`a ${describe(sort)} that nothing but memory ever held goes with it`, async t => {
    const life = await Life.begin(sort);
    t.deepEqual(await life.bringOut(), []);
    await life.fell('memory');
    t.deepEqual(await life.bringOut(), ['dropImports o-50', 'retireImports o-50']);
    t.deepEqual(life.listRows(), []);
  });

  test.serial(`a ${describe(sort)} that comes back before its BOYD, or after, is the one that it was`, async t => {
    const life = await Life.begin(sort);
    const { run, vat } = life.store;
    await life.raise('kernel');
    await life.fell('memory');
    await collectGarbage();
    const dead = vat.liveslots.harvest();
    t.true(dead.includes(life.baseRef));
    await run(({ heap }, object) => void (heap['back'] = object), ['$0'], [life.exported]);
    t.false(vat.liveslots.harvest().includes(life.baseRef), 'it is back in memory');
    await vat.gc('dropExports', life.exported);
    t.deepEqual(await life.bringOut(), [], 'and stays for that');
    const sent = await run(({ heap }, target) => void E(target as Take).take(heap['back']), ['$0'], ['o-61']);
    const send = sent.syscalls.find(({ type }) => type === 'send') as VatSyscall & { type: 'send' };
    t.deepEqual(send.message.methargs.slots, [vref(life.exported)]);
    await run(({ heap }) => void delete heap['back']);
    t.deepEqual(await life.bringOut(), []);
    await run(({ heap }, object) => (heap['map'] as Store).init('key', object), ['$0'], [life.exported]);
    await vat.gc('dropExports', life.exported);
    await vat.gc('retireExports', life.exported);
    t.deepEqual(await life.bringOut(), [], 'stored, it needs no one else');
    await life.fell('stored');
    t.deepEqual(await life.bringOut(), ['dropImports o-50', 'retireImports o-50']);
    t.deepEqual(life.listRows(), []);
  });
}

test.serial('of a kit the kernel knows each facet by itself, and is told of those that it still recognizes', async t => {
  const { run, vat } = await startStoreVat();
  await run(
    (scope, target) => {
      const { a, b, c } = defineKit(scope, 'k', undefined, { a: {}, b: {}, c: {}, d: {} })() as Record<string, Thing>;
      for (const facet of [a, b, c]) void E(target as Take).take(facet);
    },
    ['$0'],
    ['o-60'],
  );
  t.is(vat.vatstore.rows.get('export.o+v14/1'), 'rrr');
  await collectGarbage();
  await vat.bringOutYourDead(...vat.liveslots.harvest());
  await vat.gc('dropExports', 'o+v14/1:1');
  t.is(vat.vatstore.rows.get('export.o+v14/1'), 'rsr');
  await vat.gc('dropExports', 'o+v14/1:0', 'o+v14/1:2');
  await vat.gc('retireExports', 'o+v14/1:2');
  t.is(vat.vatstore.rows.get('export.o+v14/1'), 'ssn');
  t.deepEqual(listToll(await vat.bringOutYourDead()), ['retireExports o+v14/1:0 o+v14/1:1']);
  t.deepEqual(vat.vatstore.keys('state.'), []);
  const fault = await vat.gc('dropExports', 'o+v14/1:1');
  t.deepEqual(fault, { outcome: 'fault', problem: 'o+v14/1:1 is unknown to the kernel here, not reachable' });
});

test.serial(
  'one facet keeps the whole cohort, a chain falls in one BOYD, and a cited object goes with its last citation',
  async t => {
    const { run, vat } = await startStoreVat();
    await run(scope => {
      const makeKit = defineKit(scope, 'kit', (x: unknown) => ({ x }), {
        a: { peer: ({ facets }: Context) => facets['b'] },
        b: { peer: ({ facets }: Context) => facets['a'] },
      });
      const make = defineKind(scope, 'link', (next: unknown) => ({ next, again: [next, next] }), {});
      const { a, b } = makeKit(undefined) as { a: Thing; b: Thing };
      let chain: unknown = b;
      for (let i = 0; i < 300; i += 1) chain = make(chain);
      scope.heap['a'] = a;
      scope.heap['chain'] = chain;
    });
    t.is(vat.vatstore.rows.get('count.o+v14/1'), '2', 'each property counts by itself, and once');
    await run(({ heap }) => void delete heap['chain']);
    await collectGarbage();
    await vat.bringOutYourDead(...vat.liveslots.harvest());
    t.deepEqual(vat.vatstore.keys('state.'), ['state.o+v14/1'], 'the chain is gone at once');
    const { result } = await run(({ heap }) => {
      const a = heap['a'] as Thing;
      return (a['peer']?.() as Thing)['peer']?.() === a;
    });
    t.true(result);
  },
);

test.serial('a double free is no fault: what is released twice is gone once', async t => {
  const { run, vat } = await startStoreVat();
  await run(
    (scope, presence, target) => {
      const make = defineKind(scope, 'k', (x: unknown) => ({ x }), {});
      const inner = make(presence);
      const outer = make(inner);
      void E(target as Take).take(inner);
      void E(target as Take).take(outer);
    },
    ['$0', '$1'],
    ['o-50', 'o-60'],
  );
  await collectGarbage();
  const dead = vat.liveslots.harvest();
  await vat.gc('dropExports', 'o+v14/1', 'o+v14/2');
  const lines = listToll(await vat.bringOutYourDead(...dead, ...dead));
  t.deepEqual(lines, ['dropImports o-50', 'retireImports o-50', 'retireExports o+v14/1 o+v14/2']);
  t.deepEqual(
    vat.vatstore.keys().filter(key => !/^(counters|kind)/.test(key)),
    [],
  );
  t.deepEqual(brief(await vat.bringOutYourDead(...dead)), []);
});

/** What a vat can learn about its objects, in deliveries in whose midst anything may be collected. */
const playHistory = async (collect: () => Promise<void>): Promise<{ readonly trace: unknown[]; readonly syscalls: string }> => {
  const trace: unknown[] = [];
  const syscalls: VatSyscall[] = [];
  const see = (...seen: unknown[]): void => void trace.push(...seen);
  const store = await startStoreVat({ betweenDeliveries: collect });
  const step = async (
    act: (scope: Scope, ...args: unknown[]) => void,
    args: unknown[] = [],
    slots: string[] = [],
  ): Promise<void> => {
    syscalls.push(...(await store.run(act, args, slots)).syscalls);
  };
  const handle = (scope: Scope): object => scope.baggage.get('handle') as object;
  await step(scope => {
    const { baggage, heap, map, WeakMap } = scope;
    baggage.init('handle', makeHandle(scope, 'durable'));
    const behavior = {
      get: ({ state }: Context) => state['x'],
      set: ({ state }: Context, x: unknown) => void (state['x'] = x),
      context: (context: Context) => context,
    };
    heap['make'] = defineDurable(scope, handle(scope), (x: unknown) => ({ x, y: 1 }), behavior);
    heap['makeKit'] = defineKit(scope, 'kit', (x: unknown) => ({ x }), { a: behavior, b: behavior });
    heap['list'] = map('list');
    heap['seen'] = new WeakMap();
  });
  await step(({ heap }) => {
    const list = heap['list'] as Store;
    const make = heap['make'] as Maker<Thing>;
    const seen = heap['seen'] as WeakMap<object, unknown>;
    for (let i = 0; i < 5; i += 1) list.init(`object ${i}`, make([i, i === 0 ? null : list.get(`object ${i - 1}`)]));
    list.init('cohort', (heap['makeKit'] as Maker<Cohort>)('kit'));
    seen.set(list.get('object 1') as object, 'object 1');
    const cohort = list.get('cohort') as Cohort;
    seen.set(cohort['b'] as object, 'facet b');
    seen.set((cohort['b'] as Thing)['context']?.() as object, 'a context');
    seen.set(((cohort['b'] as Thing)['context']?.() as Context).facets, 'a cohort');
    heap['prototype'] = Object.getPrototypeOf(list.get('object 2'));
    heap['method'] = (list.get('object 2') as Thing)['get'];
    heap['handle method'] = Object.getPrototypeOf(handle);
  });
  await step(scope => {
    const { heap } = scope;
    const list = heap['list'] as Store;
    const seen = heap['seen'] as WeakMap<object, unknown>;
    const two = list.get('object 2') as Thing;
    see(Object.getPrototypeOf(two) === heap['prototype'], two['get'] === heap['method'], list.get('object 2') === two);
    see(seen.get(list.get('object 1') as object), seen.get((list.get('cohort') as Cohort)['b'] as object));
    const { context } = (list.get('cohort') as Cohort)['a'] as { context: () => Context };
    const facets = (Reflect.apply(context, (list.get('cohort') as Cohort)['a'], []) as Context).facets;
    see(seen.get(facets), seen.has(list.get('cohort') as object), String(handle(scope)), typeof handle(scope));
    heap['context'] = two['context']?.();
  });
  await step(({ heap }) => {
    const list = heap['list'] as Store;
    const seen = heap['seen'] as WeakMap<object, unknown>;
    const two = list.get('object 2') as Thing;
    const context = two['context']?.() as Context;
    see(context === heap['context'], context === two['context']?.(), seen.has(context));
    see((heap['context'] as Context).self === two, (context.state['x'] as unknown[])[0]);
    (heap['context'] as Context).state['x'] = ['changed'];
    see((context.state['x'] as unknown[])[0]);
    for (const key of list.keys()) if (key !== 'cohort') see((list.get(key) as Thing)['get']?.());
  });
  await step(
    ({ heap }, target) => {
      const list = heap['list'] as Store;
      void E(target as Take).take([list.get('object 3'), (list.get('cohort') as Cohort)['a']]);
      list.delete('object 2');
      (list.get('object 4') as Thing)['set']?.(list.get('object 1'));
    },
    ['$0'],
    ['o-60'],
  );
  await step(({ heap }) => {
    const list = heap['list'] as Store;
    see([...list.values()].map(String), ((list.get('object 4') as Thing)['get']?.() as Thing)['get']?.());
    (heap['seen'] as WeakMap<object, unknown>).delete(list.get('object 1') as object);
  });
  await step(
    (scope, target) => {
      see(...(['a', 1] as const), String(handle(scope)));
      void E(target as Take).take(handle(scope));
    },
    ['$0'],
    ['o-60'],
  );
  return {
    trace: trace.map(item => (typeof item === 'object' ? data(String(item)).body : item)),
    syscalls: JSON.stringify(syscalls),
  };
};

test.serial(
  'with a collection after every delivery and with none, a vat sees the same and says the same, byte for byte',
  async t => {
    const never = await playHistory(async () => {});
    const always = await playHistory(collectGarbage);
    t.deepEqual(always.trace, never.trace);
    t.is(always.syscalls, never.syscalls);
    t.false(never.trace.includes(undefined), 'every question has an answer');
  },
);

test.serial('a handle is made again without a look at its kind', async t => {
  const first = await startStoreVat();
  await first.run(scope => scope.baggage.init('handle', makeHandle(scope, 'k')));
  await collectGarbage();
  t.true(first.vat.liveslots.harvest().includes('o+d1/14'));
  const { result, syscalls } = await first.run(({ baggage, heap }) => {
    heap['handle'] = baggage.get('handle');
    return [String(heap['handle']), Far('x', {}) === heap['handle']];
  });
  t.deepEqual(result, ['[object Alleged: kind]', false]);
  t.deepEqual(brief(syscalls), []);
});
