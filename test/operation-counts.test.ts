/**
 * What common work costs, counted in operations, because seconds depend on the machine and operations do not. A bound that breaks says
 * that every message has become dearer. `docs/performance.md` has the seconds.
 */
import { countHardened } from './programs/hardened-count.ts';
import 'cooperage/testing';
import test, { type ExecutionContext } from 'ava';
import { E, Far } from '@endo/far';
import { Kernel } from '@cooperage/kernel/kernel';
import type { KRef } from '@cooperage/protocol/refs';
import { openStore } from '@cooperage/store/open';
import { makeLocalLauncher } from '@cooperage/worker/kinds/local';

type Peer = Record<string, (...args: unknown[]) => unknown>;
type Powers = { readonly VatData: Readonly<Record<string, (...args: never[]) => unknown>> };
type Stored = { readonly init: (key: number, value: unknown) => void; readonly get: (key: number) => { bump: () => void } };

/** Does what the workloads of the benchmark do. */
const buildRootObject = ({ VatData }: Powers): object => {
  const kept: unknown[] = [];
  const make = VatData.makeScalarBigMapStore as unknown as (label: string, options: object) => Stored;
  const items = make('items', { durable: true });
  const handle = (VatData.makeKindHandle as unknown as (tag: string) => unknown)('item');
  const define = VatData.defineDurableKind as unknown as (...args: unknown[]) => (count: number) => object;
  const makeItem = define(handle, (count: number) => ({ count }), {
    bump: ({ state }: { state: { count: number } }) => void (state.count += 1),
  });
  return Far('worker', {
    ping: (number: number) => number,
    pingPong: async (peer: Peer, count: number) => {
      for (let i = 0; i < count; i += 1) await E(peer).ping?.(i);
    },
    chain: async (peer: Peer, count: number) => {
      let next: unknown = peer;
      for (let i = 0; i < count; i += 1) next = E(next as Peer).same?.();
      await next;
    },
    same: () => Far('same', { same: () => Far('last', {}) }),
    take: () => {},
    keep: (thing: unknown) => void kept.push(thing),
    give: async (peer: Peer, count: number) => {
      for (let i = 0; i < count; i += 1) await E(peer).take?.(Far('thing', {}));
    },
    create: (_peer: Peer, count: number) => {
      for (let i = 0; i < count; i += 1) items.init(i, makeItem(i));
    },
    update: (_peer: Peer, count: number) => {
      for (let i = 0; i < count; i += 1) items.get(i).bump();
    },
  });
};

const makeSite = async () => {
  const { store } = openStore({ path: ':memory:' });
  const launcher = makeLocalLauncher({ functions: new Map([['worker', { buildRootObject }]]) });
  const kernel = new Kernel({ store, launcher });
  kernel.installBundle({ id: 'worker', format: 'function', content: '' });
  const options = { reap: { deliveries: 'never', krefs: 'never' } } as const;
  const parameters = { body: '#[]', slots: [] };
  const [a, b] = ['a', 'b'].map(name => kernel.createVat({ name, bundle: 'worker', parameters, options }));
  if (a === undefined || b === undefined) throw new Error('no vats');
  await kernel.run();
  const tally = (): Record<string, number> => ({
    statements: store.statements,
    cranks: kernel.crankNumber,
    syscalls: kernel.statistics().get('syscalls') ?? 0,
    rows: kernel.statistics().get('rowsWritten') ?? 0,
    hardened: countHardened(),
  });
  /** Has vat a do something so many times, and says what that took each time. */
  const cost = async (method: string, count: number): Promise<Record<string, number>> => {
    const body = `#${JSON.stringify([method, ['$0', count]])}`;
    kernel.sendMessage({ target: kernel.rootOf(a), methargs: { body, slots: [kernel.rootOf(b) as KRef] }, result: 'none' });
    const before = tally();
    await kernel.run();
    const entries = Object.entries(tally()).map(([name, total]) => [name, (total - (before[name] ?? 0)) / count] as const);
    return Object.fromEntries(entries);
  };
  return { kernel, store, cost };
};

// One after the other: what is hardened is counted for the whole process.

/** After a first time, when caches are warm. */
const warmCost = async (method: string, count: number): Promise<Record<string, number>> => {
  const { cost } = await makeSite();
  await cost(method, count);
  return cost(method, count);
};

const insistAtMost = (
  t: ExecutionContext,
  cost: Readonly<Record<string, number>>,
  bounds: Readonly<Record<string, number>>,
): void => {
  t.log(
    Object.entries(cost)
      .map(([name, value]) => `${name} ${value.toFixed(2)}`)
      .join(', '),
  );
  for (const [name, bound] of Object.entries(bounds))
    t.true((cost[name] ?? Infinity) <= bound, `${name}: ${cost[name]} > ${bound}`);
};

test.serial('a round trip is two cranks and three syscalls, and of its rows only the transcript reaches the disk', async t => {
  insistAtMost(t, await warmCost('pingPong', 200), { cranks: 2.1, syscalls: 3.1, statements: 2.5, rows: 30, hardened: 13 });
});

test.serial('a call in a chain costs what a call costs, however long the chain', async t => {
  const short = await warmCost('chain', 10);
  const long = await warmCost('chain', 200);
  insistAtMost(t, long, { cranks: 4, syscalls: 4, statements: 10, hardened: 20 });
  t.true((long.statements ?? 0) <= (short.statements ?? 0) + 1);
});

test.serial('a durable object costs few syscalls to make, and fewer to change', async t => {
  const { cost } = await makeSite();
  insistAtMost(t, await cost('create', 200), { syscalls: 4.1, statements: 7.5, hardened: 2 });
  insistAtMost(t, await cost('update', 200), { syscalls: 3.1, statements: 4.5, hardened: 1 });
});

test.serial('an object that is passed on and forgotten costs few statements, and none of them is left to do', async t => {
  const { kernel, store, cost } = await makeSite();
  await cost('give', 100);
  const before = store.statements;
  for (const { vat } of store.tables.vats.list()) kernel.scheduleReap(vat);
  await kernel.run();
  insistAtMost(t, { statements: (store.statements - before) / 100 }, { statements: 6 });
  t.is(store.tables.objects.list().length, 2);
});
