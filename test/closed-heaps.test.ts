/**
 * Cycles next to heaps that cannot be looked into: raw vats, suspended vats, vats for which there is no room in memory. They keep what
 * they may hold, what does not pass through them goes, and the collector comes to an end.
 */
import 'cooperage/testing';
import { Kernel, type KernelOptions } from '@cooperage/kernel/kernel';
import { collectToQuiescence } from '@cooperage/host/collect';
import { EMPTY_CAPDATA, type CapData } from '@cooperage/protocol/capdata';
import type { KernelObjectRef, KRef, VatId } from '@cooperage/protocol/refs';
import type { VatSyscall } from '@cooperage/protocol/worker-port';
import { openStore } from '@cooperage/store/open';
import type { Store } from '@cooperage/store/store';
import { makeLocalLauncher, type VatFunctions } from '@cooperage/worker/kinds/local';
import { E, Far } from '@endo/far';
import test, { type ExecutionContext } from 'ava';

type VatData = {
  defineKind(tag: string, init: () => object, methods: object): () => object;
  makeScalarBigWeakSetStore(label: string): { add(thing: unknown): void };
  makeScalarBigWeakMapStore(label: string): { init(key: unknown, value: unknown): void; get(key: unknown): unknown };
};

/** Makes objects of the heap and virtual ones that hold what they are given; keeps by name. */
const buildRootObject = ({ VatData }: { VatData: VatData }): object => {
  const kept = new Map<string, unknown>();
  const marked = VatData.makeScalarBigWeakSetStore('marked');
  const filed = VatData.makeScalarBigWeakMapStore('filed');
  const makeVirtual = VatData.defineKind('node', () => ({ held: [] }), {
    hold: ({ state }: { state: { held: unknown[] } }, ...things: unknown[]) => void (state.held = [...state.held, ...things]),
    held: ({ state }: { state: { held: unknown[] } }) => state.held,
  });
  const makeHolder = (): object => {
    const held: unknown[] = [];
    return Far('holder', { hold: (...things: unknown[]) => void held.push(...things), held: () => harden([...held]) });
  };
  return Far('citizen', {
    make: () => makeHolder(),
    makeVirtual: () => makeVirtual(),
    keep: (name: string, thing: unknown) => void kept.set(name, thing),
    drop: (name: string) => void kept.delete(name),
    later: () => new Promise(resolve => void kept.set('resolve', resolve)),
    settle: (thing: unknown) => (kept.get('resolve') as (thing: unknown) => void)(thing),
    /** Awaits, passes promises and objects on, and sends to what is not there yet; says in the end what it came to. */
    talk: async (other: object) => {
      const later = E(other as Citizen).later();
      const eventual = E(other as Citizen).make();
      const held = E(eventual)
        .hold(eventual, later)
        .then(() => E(eventual).held());
      await E(other as Citizen).settle(Far('mine', { say: () => 'mine' }));
      const [self, settled] = (await held) as [unknown, Promise<Named>];
      kept.set('talk', [self, settled]);
      return `${(await eventual) === (await self)} ${await E(settled).say()}`;
    },
    mark: (thing: unknown) => marked.add(thing),
    file: (thing: unknown, value: unknown) => filed.init(thing, value),
    find: (thing: unknown) => filed.get(thing),
    give: (name: string, other: object, method: string) =>
      E(other as { find(thing: unknown): unknown })[method as 'find'](kept.get(name)),
  });
};

type Named = { say(): string };
type Holder = { hold(...things: unknown[]): Promise<void>; held(): unknown };
type Citizen = { later(): Promise<Named>; make(): Holder; settle(thing: unknown): void };

const vref = (text: string) => text as never;

class World {
  readonly store: Store = openStore({ path: ':memory:' }).store;
  kernel: Kernel;
  readonly #options: Partial<KernelOptions>;
  readonly #vats = new Map<string, VatId>();
  readonly #functions = new Map<string, VatFunctions>([
    ['citizen', { buildRootObject }],
    [
      'raw',
      {
        // Holds what it is told of, for ever, and hands out one object of its own.
        rawDispatch: (syscall, delivery) => {
          if (delivery.type !== 'message') return;
          const { result, methargs } = delivery.message;
          if (result === null) return;
          const isMake = methargs.body.startsWith('#["make"');
          const data = isMake ? { body: '#"$0.Alleged: raw thing"', slots: [vref('o+5')] } : { body: '#"#undefined"', slots: [] };
          syscall({ type: 'resolve', resolutions: [{ promise: result, outcome: 'fulfilled', data }] } as VatSyscall);
        },
      },
    ],
  ]);

  constructor(t: ExecutionContext, options: Partial<KernelOptions> = {}) {
    this.#options = options;
    this.kernel = this.#makeKernel();
    for (const id of this.#functions.keys()) this.kernel.installBundle({ id, format: 'function', content: '' });
    t.teardown(async () => {
      await this.kernel.stop();
      this.store.close();
    });
  }

  #makeKernel(): Kernel {
    const launcher = makeLocalLauncher({ functions: this.#functions });
    return new Kernel({ store: this.store, launcher, auditEveryCrank: true, ...this.#options });
  }

  /** What was committed, and nothing in memory. */
  async restart(): Promise<void> {
    await this.kernel.stop();
    this.kernel = this.#makeKernel();
  }

  addVats(bundle: string, ...names: readonly string[]): void {
    for (const name of names) {
      this.#vats.set(name, this.kernel.createVat({ name, bundle, parameters: EMPTY_CAPDATA as CapData<KRef>, options: {} }));
    }
  }

  vat(name: string): VatId {
    return this.#vats.get(name) as VatId;
  }

  /** Calls a vat's root or an object, and keeps the object that is the answer, if it is one. */
  async call(target: string, method: string, ...args: readonly (string | KernelObjectRef)[]): Promise<KernelObjectRef> {
    const slots = args.filter(arg => arg.startsWith('ko')) as KRef[];
    const values = args.map(arg => (arg.startsWith('ko') ? `$${slots.indexOf(arg as KRef)}` : arg));
    const ref = (target.startsWith('ko') ? target : this.kernel.rootOf(this.vat(target))) as KernelObjectRef;
    const methargs = { body: `#${JSON.stringify([method, values])}`, slots };
    const result = this.kernel.sendMessage({ target: ref, methargs, result: 'hold' });
    await this.kernel.run();
    const answer = this.kernel.readPromise(result as never);
    if (answer?.state !== 'fulfilled') throw new Error(`${target}.${method}: ${answer?.state} ${answer?.data?.body}`);
    const [object] = answer.data?.slots ?? [];
    if (object !== undefined) this.kernel.holdForHost(object);
    this.kernel.releaseResult(result as never);
    return object as KernelObjectRef;
  }

  release(...krefs: readonly KernelObjectRef[]): void {
    for (const kref of krefs) this.kernel.releaseForHost(kref);
  }

  collect = () => collectToQuiescence(this.kernel, this.store, { cycles: true });

  has(kref: KernelObjectRef): boolean {
    return this.store.tables.objects.find(kref) !== undefined;
  }

  /** Two objects, each held by the other; the host holds both. */
  async tie(one: string, other: string, make = 'make'): Promise<[KernelObjectRef, KernelObjectRef]> {
    const [mine, theirs] = [await this.call(one, make), await this.call(other, make)];
    await this.call(mine, 'hold', theirs);
    await this.call(theirs, 'hold', mine);
    return [mine, theirs];
  }
}

test('a raw vat keeps what it was told of, and is nobody’s loss when there is little room', async t => {
  for (const maxOnline of [2, 3, 50]) {
    const world = new World(t, { maxOnline });
    world.addVats('citizen', 'alice');
    world.addVats('raw', 'raw', 'rawer');
    world.addVats('citizen', 'bob');
    await world.kernel.run();
    const free = await world.tie('alice', 'bob');
    const known = await world.tie('alice', 'bob');
    await world.call('raw', 'hold', known[0]);
    const thing = await world.call('raw', 'make');
    await world.call(free[0], 'hold', thing);
    await world.call('bob', 'mark', thing);
    world.release(...free, ...known, thing);
    const report = await world.collect();
    t.deepEqual(
      [...free, ...known].map(kref => world.has(kref)),
      [false, false, true, true],
      `maxOnline ${maxOnline}`,
    );
    t.true(report.passes <= 3, `maxOnline ${maxOnline}: ${report.passes} passes`);
  }
});

test('a suspended vat keeps what it holds, and what it is to drop waits for it', async t => {
  const world = new World(t);
  world.addVats('citizen', 'alice', 'bob', 'carol');
  await world.kernel.run();
  const ring = await world.tie('alice', 'carol');
  const kept = await world.tie('alice', 'carol');
  const bobs = await world.call('bob', 'make');
  const waiting = await world.call('alice', 'make');
  await world.call(bobs, 'hold', kept[0]);
  await world.call(ring[0], 'hold', bobs);
  await world.call('carol', 'mark', bobs);
  await world.kernel.suspendVat(world.vat('bob'), 'for the test');
  const methargs = { body: '#["keep",["x","$0"]]', slots: [waiting] };
  world.kernel.sendMessage({ target: world.kernel.rootOf(world.vat('bob')), methargs, result: 'none' });
  world.release(...ring, ...kept, bobs, waiting);
  const report = await world.collect();
  t.true(report.passes <= 3, `${report.passes} passes`);
  t.deepEqual(
    [...ring, ...kept, waiting].map(kref => world.has(kref)),
    [false, false, true, true, true],
  );
  await world.kernel.resumeVat(world.vat('bob'));
  await world.collect();
  t.deepEqual(
    [...kept, bobs, waiting].map(kref => world.has(kref)),
    [false, false, false, true],
    'bob dropped his object, and with it what that held',
  );
});

test('what is filed under an object of a suspended vat stays, for that may still have it', async t => {
  const world = new World(t);
  world.addVats('citizen', 'alice', 'bob');
  await world.kernel.run();
  const [key, value] = [await world.call('alice', 'make'), await world.call('bob', 'make')];
  await world.call('alice', 'keep', 'key', key);
  await world.call('bob', 'file', key, value);
  world.release(key, value);
  await world.collect();
  await world.kernel.suspendVat(world.vat('alice'), 'for the test');
  await world.collect();
  await world.kernel.resumeVat(world.vat('alice'));
  const found = await world.call('alice', 'give', 'key', world.kernel.rootOf(world.vat('bob')), 'find');
  t.is(world.store.tables.objects.find(found)?.owner, world.vat('bob'));
  t.deepEqual(world.kernel.audit(), []);
});

test('what was found dead is refused to the host while a suspended vat has yet to hear of it, after later looks too', async t => {
  const world = new World(t);
  world.addVats('citizen', 'alice', 'bob');
  await world.kernel.run();
  const [mine, theirs] = await world.tie('alice', 'bob');
  world.release(mine, theirs);
  await world.kernel.run();
  await world.kernel.collectCycles();
  await world.kernel.suspendVat(world.vat('bob'), 'before it is told to drop what it had');
  const refused = [mine, theirs];
  for (const kref of refused) t.throws(() => world.kernel.holdForHost(kref), { code: 'ERR_REF', message: new RegExp(kref) });
  const later = await world.tie('alice', 'alice');
  world.release(...later);
  await world.collect();
  t.deepEqual([world.has(mine), world.has(theirs)], [false, true]);
  for (const kref of refused) {
    t.throws(() => world.kernel.holdForHost(kref), { code: 'ERR_REF', message: new RegExp(kref) });
    t.throws(() => world.kernel.sendMessage({ target: kref, methargs: { body: '#["held",[]]', slots: [] }, result: 'none' }), {
      code: 'ERR_REF',
    });
  }
  await world.kernel.resumeVat(world.vat('bob'));
  await world.collect();
  t.deepEqual([world.has(mine), world.has(theirs)], [false, false]);
  t.deepEqual(world.kernel.audit(), []);
});

test('vats take turns where not all fit into memory: what passes through those that wait stays', async t => {
  const world = new World(t, { maxOnline: 2 });
  world.addVats('citizen', 'alice', 'bob', 'carol', 'dave');
  await world.kernel.run();
  for (const make of ['make', 'makeVirtual']) {
    const rings = [await world.tie('alice', 'bob', make), await world.tie('carol', 'dave', make)];
    world.release(...rings.flat());
    for (let i = 0; i < 3; i += 1) await world.collect();
    t.false(
      rings.every(([kref]) => world.has(kref)),
      'those of two vats go',
    );
    t.deepEqual(world.kernel.audit(), []);
    for (const { state } of world.store.tables.vats.list()) t.is(state, 'running');
  }
});

test('what was condemned while its vat was in memory does no harm to a vat that was rebuilt since', async t => {
  const world = new World(t);
  world.addVats('citizen', 'alice', 'bob');
  await world.kernel.run();
  const [heap, virtual] = [await world.call('alice', 'make'), await world.call('alice', 'makeVirtual')];
  const other = await world.call('bob', 'make');
  await world.call(heap, 'hold', virtual, other);
  await world.call(virtual, 'hold', heap, other);
  await world.call(other, 'hold', heap);
  world.release(heap, virtual, other);
  await world.kernel.run();
  const { condemned } = await world.kernel.collectCycles();
  t.is(condemned, 1);
  world.kernel.commit();
  await world.restart();
  await world.kernel.run();
  t.deepEqual(
    world.store.tables.vats.list().map(({ state }) => state),
    ['running', 'running'],
  );
  await world.collect();
  t.deepEqual(
    [heap, virtual, other].map(kref => world.has(kref)),
    [false, false, false],
  );
});

test('a look between any two cranks finds nothing that somebody still waits for', async t => {
  const world = new World(t);
  world.addVats('citizen', 'alice', 'bob');
  await world.kernel.run();
  const { kernel } = world;
  const target = kernel.rootOf(world.vat('alice'));
  const methargs = { body: '#["talk",["$0"]]', slots: [kernel.rootOf(world.vat('bob'))] };
  const answer = kernel.sendMessage({ target, methargs, result: 'hold' });
  let looks = 0;
  for (; (await kernel.step()) !== undefined; looks += 1) await kernel.collectCycles();
  t.true(looks > 10, `${looks} looks`);
  t.deepEqual(kernel.readPromise(answer as never)?.data?.body, '#"true mine"');
  t.deepEqual(kernel.audit(), []);
});
