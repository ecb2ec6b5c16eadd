import type { KernelPromiseRef, KRef } from '@cooperage/protocol/refs';
import type { VatDelivery } from '@cooperage/protocol/worker-port';
import test from 'ava';
import { actor, call, makeRig, vref, type Acts, type OtherActs, type Rig, type RigOptions } from './rig.ts';

const give = (target: string, ...slots: string[]): unknown => ({
  type: 'send',
  target,
  message: { methargs: call('take', ...slots.map(vref)), result: null },
});

/** The server exports one object of each kind, and decides two promises, to one of which it has subscribed itself. */
const SERVER: Acts = {
  serve: ({ message }) => [
    give(String(message.methargs.slots[0]), 'o+5', 'o+v6/1', 'o+d7/1', 'o+d7/2:1', 'p+8', 'p+9'),
    { type: 'subscribe', promise: 'p+9' },
  ],
};
const keep: Acts = { take: ({ message }) => message.methargs.slots.slice(-2).map(promise => ({ type: 'subscribe', promise })) };

type World = Rig & {
  readonly seen: { readonly server: VatDelivery[]; readonly next: VatDelivery[]; readonly client: VatDelivery[] };
};

/** A server that has served its client; `next` are the acts of its later incarnations. */
const makeWorld = async (
  t: Parameters<typeof makeRig>[0],
  { next = {}, others = {}, stop = {}, ...options }: RigOptions & { next?: Acts; others?: OtherActs; stop?: OtherActs } = {},
): Promise<World> => {
  const seen: World['seen'] = { server: [], next: [], client: [] };
  const rig = await makeRig(
    t,
    {
      server: actor(SERVER, seen.server, stop),
      'server@1': actor(next, seen.next, others),
      client: actor(keep, seen.client),
    },
    options,
  );
  await rig.tell('server', call('serve', rig.root('client')));
  return { ...rig, seen };
};

/** What the server exports, as vrefs. */
const exportsOf = ({ store, vat }: Rig): string[] =>
  store.tables.clists.listByVat(vat('server'), { prefix: 'o+' }).map(row => row.vref);
const krefOf = ({ store, vat }: Rig, name: string): KRef =>
  store.tables.clists.findByVref(vat('server'), vref(name))?.kref as KRef;
const answerTo = ({ kernel }: Rig, promise: KernelPromiseRef): unknown => {
  const reading = kernel.readPromise(promise);
  return [reading?.state, reading?.data?.body];
};

test('durable exports and the root keep their identity in the next incarnation', async t => {
  const world = await makeWorld(t);
  const { store, vat, root, seen } = world;
  const before = { root: root('server'), durable: krefOf(world, 'o+d7/1') };
  t.like(await world.upgrade('server'), { outcome: 'upgraded', incarnation: 1, problem: null });
  t.deepEqual(exportsOf(world), ['o+0', 'o+d7/1', 'o+d7/2:1']);
  t.deepEqual([root('server'), krefOf(world, 'o+d7/1')], [before.root, before.durable]);
  t.like(store.tables.vats.get(vat('server')), { incarnation: 1, state: 'running', problem: null });
  await world.tell('server', call('hello', before.durable));
  t.is(seen.server.at(-1)?.type, 'stopVat');
  t.deepEqual(
    seen.next.map(({ type }) => type),
    ['startVat', 'notify', 'message'],
  );
  t.deepEqual(seen.next.at(-1), {
    type: 'message',
    target: vref('o+0'),
    message: { methargs: call('hello', vref('o+d7/1')), result: vref('p-61') },
  });
});

test('what is sent to an export that the upgrade lost is rejected with an error that names the vat', async t => {
  const world = await makeWorld(t);
  const { kernel, store } = world;
  const lost = ['o+5', 'o+v6/1'].map(name => krefOf(world, name));
  await world.upgrade('server');
  for (const target of lost) {
    const promise = kernel.sendMessage({ target: target as never, methargs: call('x'), result: 'hold' });
    await kernel.run();
    t.deepEqual(answerTo(world, promise as KernelPromiseRef), [
      'rejected',
      '#{"#error":"the object was lost when vat \\"server\\" was upgraded","name":"Error"}',
    ]);
  }
  t.deepEqual(
    store.tables.upgradeOrphans.list().map(({ kref }) => kref),
    lost as never,
  );
});

test('the record of a lost export goes when its last importer lets go', async t => {
  const world = await makeWorld(t);
  const { kernel, store, vat } = world;
  await world.upgrade('server');
  const lost = store.tables.upgradeOrphans.list().map(({ kref }) => kref);
  t.is(lost.length, 2);
  await kernel.terminateVat(vat('client'), 'gone');
  await kernel.run();
  t.is(store.tables.upgradeOrphans.count(), 0);
  t.deepEqual(
    lost.map(kref => store.tables.objects.find(kref)),
    [undefined, undefined],
  );
});

test('promises that the old incarnation decided are rejected with the disconnection record, and leave its c-list', async t => {
  const world = await makeWorld(t);
  const { kernel, seen, store, vat } = world;
  const promises = ['p+8', 'p+9'].map(name => krefOf(world, name) as KernelPromiseRef);
  const unanswered = kernel.sendMessage({ target: world.root('server') as never, methargs: call('think'), result: 'hold' });
  await kernel.run();
  const data = '#{"incarnationNumber":0,"name":"vatUpgraded","upgradeMessage":"a new broom"}';
  await world.upgrade('server');
  t.deepEqual(answerTo(world, unanswered as KernelPromiseRef), ['rejected', data]);
  t.deepEqual(
    seen.client.filter(({ type }) => type === 'notify').map(notify => JSON.stringify(notify).includes('vatUpgraded')),
    [true, true],
  );
  t.deepEqual(
    promises.map(promise => store.tables.clists.find(vat('server'), promise)),
    [undefined, undefined],
  );
  t.deepEqual(store.tables.clists.listByVat(vat('server'), { prefix: 'p' }), []);
});

test('a promise to which the vat itself had subscribed stays in its c-list until it has heard', async t => {
  const world = await makeWorld(t);
  const { kernel, seen } = world;
  kernel.upgradeVat({
    vat: world.vat('server'),
    bundle: 'scripted',
    parameters: null,
    options: {},
    message: 'm',
    heap: 'stop',
    result: 'nobody',
    place: 'in turn',
  });
  t.is((await kernel.step())?.kind, 'upgrade-vat');
  t.is(krefOf(world, 'p+8'), undefined as never);
  t.truthy(krefOf(world, 'p+9'));
  await kernel.run();
  t.is(krefOf(world, 'p+9'), undefined as never);
  t.deepEqual(
    seen.next.map(({ type }) => type),
    ['startVat', 'notify'],
  );
});
