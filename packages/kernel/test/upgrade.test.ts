import { CooperageError } from '@cooperage/protocol/errors';
import type { KernelPromiseRef, KRef } from '@cooperage/protocol/refs';
import type { VatDelivery } from '@cooperage/protocol/worker-port';
import test from 'ava';
import { auditTables } from '../src/audit/audit.ts';
import { Kernel } from '../src/kernel.ts';
import type { SlogEvent } from '../src/observe/slog.ts';
import {
  actor,
  call,
  makeRig,
  methodOf,
  NULL_UPGRADE,
  vref,
  type Acts,
  type OtherActs,
  type Rig,
  type RigOptions,
} from './rig.ts';
import { makeScriptedLauncher } from './scripted-launcher.ts';

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
  kernel.upgradeVat({ ...NULL_UPGRADE, vat: world.vat('server'), result: 'nobody' });
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

/** Every row of every table that says what the vats are; what is counted up at each crank is left out. */
const dump = ({ store }: Pick<Rig, 'store'>): Record<string, readonly unknown[]> => {
  const counted = new Set(['counters', 'kernel_state', 'statistics']);
  const tables = store.query(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`);
  const names = tables.map(({ name }) => String(name)).filter(name => !counted.has(name));
  return Object.fromEntries(names.map(name => [name, store.query(`SELECT * FROM ${name} ORDER BY 1, 2`)]));
};

const exit = (outcome: string): unknown => ({ type: 'exit', outcome, info: { body: '#"bye"', slots: [] } });

const FAILURES: Readonly<Record<string, { options: Parameters<typeof makeWorld>[1]; problem: RegExp }>> = {
  'a stop that faults': {
    options: { stop: { stopVat: () => [{ type: 'format' }] } },
    problem: /old incarnation did not stop: illegal/,
  },
  'a start that makes an illegal syscall': {
    options: { others: { startVat: () => [give('o-50', 'o+1'), give('o-99')] } },
    problem: /new incarnation did not start: illegal syscall: .*unknown import o-99/,
  },
  'a start that names what the old incarnation lost': {
    options: { others: { startVat: () => [{ type: 'retireExports', refs: ['o+5'] }] } },
    problem: /o\+5 is not in the c-list/,
  },
  'a start that asks to exit': {
    options: { others: { startVat: () => [exit('success')] } },
    problem: /did not start: it asked to exit/,
  },
  'a start that asks to exit with failure': {
    options: { others: { startVat: () => [exit('failure')] } },
    problem: /did not start: vat exited with failure/,
  },
  'a stop that asks to exit': {
    options: { stop: { stopVat: () => [exit('success')] } },
    problem: /did not stop: it asked to exit/,
  },
};

for (const [what, { options, problem }] of Object.entries(FAILURES)) {
  test(`${what} leaves the old incarnation as it was, and it answers`, async t => {
    const world = await makeWorld(t, options);
    const { kernel, seen, vat } = world;
    const before = dump(world);
    const outcome = await world.upgrade('server', { parameters: call('x', world.root('client')) });
    t.like(outcome, { outcome: 'failed', incarnation: 0 });
    t.regex(String(outcome.problem), problem);
    t.deepEqual(dump(world), before);
    t.deepEqual(auditTables(world.store.tables), []);
    t.false(kernel.onlineVats().includes(vat('server')), 'both workers are gone');
    seen.server.length = 0;
    await world.tell('server', call('hello'));
    t.deepEqual(
      seen.server.map(({ type }) => type),
      ['startVat', 'message', 'message'],
      'replayed, without the stop',
    );
    t.is(kernel.statistics().get('upgradesFailed'), 1);
  });
}

test('an upgrade that fails never ends its vat, not even a critical one', async t => {
  const world = await makeWorld(t, {
    vatOptions: { server: { critical: true } },
    others: { startVat: () => [{ type: 'format' }] },
  });
  t.like(await world.upgrade('server'), { outcome: 'failed' });
  t.is(world.store.tables.vats.get(world.vat('server')).state, 'running');
});

test('a launch without code fails the upgrade, and no more', async t => {
  const world = await makeWorld(t);
  const launcher = makeScriptedLauncher({ server: actor(SERVER), client: actor(keep) });
  await world.kernel.stop();
  const kernel = new Kernel({
    store: world.store,
    auditEveryCrank: true,
    launcher: {
      ...launcher,
      launch: spec =>
        spec.incarnation === 0 ? launcher.launch(spec) : Promise.reject(new CooperageError('ERR_VAT_SOURCE', 'it is not here')),
    },
  });
  const upgrade = kernel.upgradeVat({ ...NULL_UPGRADE, vat: world.vat('server') });
  await kernel.run();
  t.like(kernel.takeUpgradeOutcome(upgrade), { outcome: 'failed', problem: 'it is not here' });
  await kernel.stop();
});

test('the parameters and options of an upgrade become those of the vat, and its holds pass on', async t => {
  const world = await makeWorld(t);
  const { store, vat, root, kernel } = world;
  const reach = (): number => store.tables.objects.get(root('client') as never).reachable;
  const held = reach();
  const bundle = { id: 'other', format: 'function', content: '' } as const;
  kernel.installBundle(bundle);
  await world.upgrade('server', {
    bundle: 'other',
    parameters: call('x', root('client'), root('client')),
    options: { onFault: 'suspend', reap: { deliveries: 'never', krefs: 1000 } },
  });
  t.is(reach(), held + 2);
  t.deepEqual(store.tables.parameterSlots.get(vat('server')), [root('client'), root('client')]);
  t.like(world.seen.next[0], { parameters: { slots: [vref('o-50'), vref('o-50')] } });
  const row = store.tables.vats.get(vat('server'));
  t.is(row.bundle, 'other');
  t.like(JSON.parse(row.options), { onFault: 'suspend', critical: false, reap: { deliveries: 'never', krefs: 1000 } });
  await world.upgrade('server');
  t.is(reach(), held + 2, 'kept when nothing is said');
  await world.upgrade('server', { parameters: { body: '#{}', slots: [] } });
  t.is(reach(), held);
  t.is(store.tables.vats.get(vat('server')).incarnation, 3);
});

test('upgrades run in their turn, or ahead of what is queued', async t => {
  const world = await makeWorld(t);
  const { kernel, root, seen, vat } = world;
  const send = (method: string) =>
    kernel.sendMessage({ target: root('server') as never, methargs: call(method), result: 'none' });
  const ask = (place: 'in turn' | 'ahead') => kernel.upgradeVat({ ...NULL_UPGRADE, vat: vat('server'), result: 'nobody', place });
  seen.server.length = 0;
  send('old');
  ask('in turn');
  send('new');
  await kernel.run();
  t.deepEqual(
    [seen.server, seen.next].map(list => list.map(delivery => methodOf(delivery) || delivery.type)),
    [
      ['old', 'stopVat'],
      ['startVat', 'new', 'notify'],
    ],
  );
  seen.server.length = 0;
  send('newest');
  ask('ahead');
  await kernel.run();
  // The third incarnation runs the code of the first.
  t.deepEqual(
    seen.server.map(delivery => methodOf(delivery) || delivery.type),
    ['startVat', 'newest'],
  );
});

test('a suspended vat runs again once it is upgraded, on what waited for it', async t => {
  const world = await makeWorld(t);
  const { kernel, seen, store, vat } = world;
  await kernel.suspendVat(vat('server'), 'broken');
  const promise = await world.tell('server', call('wait'));
  t.is(kernel.readPromise(promise)?.decider, null);
  await world.upgrade('server');
  t.like(store.tables.vats.get(vat('server')), { state: 'running', problem: null, incarnation: 1 });
  t.deepEqual(
    seen.next.map(delivery => methodOf(delivery) || delivery.type),
    ['startVat', 'wait', 'notify'],
  );
});

test('a vat that cannot be replayed can be upgraded without its heap', async t => {
  let isBroken = false;
  const seen: VatDelivery[] = [];
  const old = actor({ go: () => (isBroken ? [] : [{ type: 'vatstoreSet', key: 'k', value: 'v' }]) });
  const rig = await makeRig(t, { vat: old, 'vat@1': actor({}, seen) }, { maxOnline: 1 });
  await rig.tell('vat', call('go'));
  isBroken = true;
  await rig.kernel.suspendVat(rig.vat('vat'), 'so that it leaves memory');
  t.like(await rig.upgrade('vat', { heap: 'discard' }), { outcome: 'upgraded' });
  t.deepEqual(
    seen.map(({ type }) => type),
    ['startVat'],
  );
  t.is(rig.store.tables.vatstore.find(rig.vat('vat'), 'k'), 'v');
});

test('a vat that has stored nothing knows nobody once its heap is discarded; one that has may', async t => {
  const world = await makeWorld(t);
  const names = (): string[] => world.store.tables.clists.listByVat(world.vat('server')).map(row => row.vref);
  t.true(names().includes('o-50'));
  t.like(await world.upgrade('server', { heap: 'discard' }), { outcome: 'upgraded' });
  t.deepEqual(names(), ['o+0', 'o+d7/1', 'o+d7/2:1']);
  const other = await makeWorld(t, { next: { put: () => [{ type: 'vatstoreSet', key: 'k', value: 'o-50' }] } });
  await other.upgrade('server');
  await other.tell('server', call('put'));
  await other.upgrade('server', { heap: 'discard' });
  t.truthy(krefOf(other, 'o-50'));
});

test('a kernel that is closed around an upgrade, or forgets its workers, does what one does that is not', async t => {
  const run = async (evict: boolean): Promise<string> => {
    const world = await makeWorld(t, { maybe: choice => evict && choice === 'evict' });
    await world.upgrade('server');
    await world.tell('server', call('hello', krefOf(world, 'o+d7/1')));
    await world.upgrade('server');
    await world.tell('server', call('serve', world.root('client')));
    return world.kernel.activityHash;
  };
  t.is(await run(true), await run(false));
});

test('a rehearsal says what would be, and changes nothing', async t => {
  const events: SlogEvent[] = [];
  const world = await makeWorld(t, {
    stop: { stopVat: () => [{ type: 'dropImports', refs: ['o-50'] }] },
    slog: event => events.push(event),
  });
  const { kernel, vat } = world;
  const parameters = call('x', world.root('client'));
  const spec = { ...NULL_UPGRADE, vat: vat('server'), bundle: 'never installed', parameters };
  const bundle = { id: 'never installed', format: 'function', content: '' } as const;
  const look = () => [
    dump(world),
    world.store.query('SELECT * FROM counters'),
    kernel.activityHash,
    kernel.crankNumber,
    [...kernel.statistics()],
  ];
  const before = look();
  events.length = 0;
  t.deepEqual(await kernel.rehearseUpgrade(spec, bundle), {
    outcome: 'would succeed',
    problem: null,
    abandoned: ['o+5', 'o+v6/1'].map(name => ({
      kref: krefOf(world, name) as never,
      vref: vref(name),
      importers: [vat('client')],
    })),
    rejected: ['p-60', 'p+8', 'p+9'].map(name => krefOf(world, name) as never),
    dropped: [world.root('client')],
  });
  t.deepEqual(look(), before);
  t.deepEqual(
    events.map(({ type }) => type).filter(type => !type.startsWith('replay')),
    ['evict', 'evict', 'rehearsal'],
  );
  t.false(world.store.inBlock);
  // And afterwards it does what was said.
  kernel.installBundle(bundle);
  t.like(await world.upgrade('server', spec), { outcome: 'upgraded' });
});

test('a rehearsal of what would fail says why, and the vat answers', async t => {
  const world = await makeWorld(t, { others: { startVat: () => [give('o-99')] } });
  const before = dump(world);
  const spec = { ...NULL_UPGRADE, vat: world.vat('server') };
  const rehearsal = await world.kernel.rehearseUpgrade(spec, { id: 'scripted', format: 'function', content: '' });
  t.is(rehearsal.outcome, 'would fail');
  t.regex(String(rehearsal.problem), /unknown import o-99/);
  t.deepEqual(dump(world), before);
  await world.tell('server', call('hello'));
  t.is(methodOf(world.seen.server.at(-1) as VatDelivery), 'hello');
});

test('a rehearsal finds that a vat cannot be replayed, and the kernel goes on', async t => {
  let isBroken = false;
  const rig = await makeRig(t, {
    vat: actor({ go: () => (isBroken ? [] : [{ type: 'vatstoreSet', key: 'k', value: 'v' }]) }),
    other: actor({}),
  });
  await rig.tell('vat', call('go'));
  await rig.kernel.suspendVat(rig.vat('vat'), 'so that it leaves memory');
  isBroken = true;
  const spec = { ...NULL_UPGRADE, vat: rig.vat('vat') };
  const rehearsal = await rig.kernel.rehearseUpgrade(spec, { id: 'scripted', format: 'function', content: '' });
  t.like(rehearsal, { outcome: 'would fail' });
  t.regex(String(rehearsal.problem), /replay of v1 differs/);
  t.is((await rig.kernel.run()).reason, 'idle');
});

test('upgrades and rehearsals of what is dead or gone are refused, and nothing is queued', async t => {
  const world = await makeWorld(t);
  const { kernel, store, vat } = world;
  const spec = { ...NULL_UPGRADE, vat: vat('client') };
  const bundle = { id: 'scripted', format: 'function', content: '' } as const;
  t.throws(() => kernel.upgradeVat({ ...spec, bundle: 'nowhere' }), { code: 'ERR_VAT_SOURCE' } as never);
  const gone = { ...spec, parameters: call('x', 'ko999' as KRef) };
  t.throws(() => kernel.upgradeVat(gone), { code: 'ERR_REF' } as never);
  await t.throwsAsync(kernel.rehearseUpgrade(gone, bundle), { code: 'ERR_REF' } as never);
  await kernel.terminateVat(vat('client'), 'gone');
  t.throws(() => kernel.upgradeVat(spec), { code: 'ERR_VAT_STATE' } as never);
  await t.throwsAsync(kernel.rehearseUpgrade(spec, bundle), { code: 'ERR_VAT_STATE' } as never);
  t.is(store.tables.upgrades.count(), 0);
  await kernel.run();
});
