import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CooperageError } from '@cooperage/protocol/errors';
import type { KernelPromiseRef, KRef } from '@cooperage/protocol/refs';
import type { VatDelivery } from '@cooperage/protocol/worker-port';
import { openStore } from '@cooperage/store/open';
import test from 'ava';
import type { CrankReport } from '../src/crank.ts';
import { Kernel } from '../src/kernel.ts';
import { actor, call, makeRig, NOTHING, NULL_UPGRADE, vref, type Acts, type Rig } from './rig.ts';
import { makeScriptedLauncher, type ScriptedVat } from './scripted-launcher.ts';

const give = (target: unknown, ...slots: string[]): unknown => ({
  type: 'send',
  target,
  message: { methargs: call('take', ...slots.map(vref)), result: null },
});
const number = (from: number, count: number, make: (i: number) => string): string[] =>
  Array.from({ length: count }, (_, i) => make(from + i));

/** Gives its client exports and promises, keeps rows of its own, and subscribes to what it is given. */
const OWNER: Acts = {
  fill: ({ message }) => [
    give(message.methargs.slots[0], ...number(1, 20, i => `o+${i}`), ...number(1, 5, i => `p+${i}`)),
    ...number(1, 20, i => `key${i}`).map(key => ({ type: 'vatstoreSet', key, value: key })),
  ],
  listen: ({ message }) => [{ type: 'subscribe', promise: message.methargs.slots[0] }],
};
/** Sends itself one message after the other, as many as it was told in the method's name. */
const counter = (seen: string[]): (() => ScriptedVat) =>
  actor(
    Object.fromEntries(
      number(0, 100, String).map(count => [
        `count${count}`,
        () => {
          seen.push(count);
          const next = { methargs: call(`count${Number(count) - 1}`), result: null };
          return count === '0' ? [] : [{ type: 'send', target: 'o+0', message: next }];
        },
      ]),
    ),
  );

const makeWorld = async (t: Parameters<typeof makeRig>[0], options: Parameters<typeof makeRig>[2] = {}) => {
  const seen: VatDelivery[] = [];
  const counts: string[] = [];
  const rig = await makeRig(t, { owner: actor(OWNER), client: actor({}, seen), counter: counter(counts) }, options);
  await rig.tell('owner', call('fill', rig.root('client')));
  return { ...rig, seen, counts };
};

const steps = async ({ kernel }: Rig): Promise<CrankReport[]> => {
  const reports: CrankReport[] = [];
  for (let report = await kernel.step(); report !== undefined; report = await kernel.step()) reports.push(report);
  return reports;
};
const rowsOf = ({ store, vat }: Rig, name: string): Record<string, number> => {
  const { clists, vatstore, transcripts, runQueue, gcActions } = store.tables;
  return {
    clists: clists.countByVat(vat(name)),
    vatstore: vatstore.countByVat(vat(name)),
    transcripts: transcripts.countByVat(vat(name)),
    runQueue: runQueue.listByVat(vat(name)).length,
    gcActions: gcActions.listByVat(vat(name)).length,
  };
};
const NOTHING_LEFT = { clists: 0, vatstore: 0, transcripts: 0, runQueue: 0, gcActions: 0 };

for (const cleanupBudget of [1, 5, 1000]) {
  test(`a dead vat is cleaned up with a budget of ${cleanupBudget} rows per crank`, async t => {
    const world = await makeWorld(t, { cleanupBudget });
    await world.kernel.terminateVat(world.vat('owner'), 'enough');
    const before = rowsOf(world, 'owner');
    const total = Object.values(before).reduce((sum, count) => sum + count, 0);
    t.like(before, { vatstore: 20, transcripts: 2 });
    t.deepEqual(world.kernel.cleanups(), [
      { vat: world.vat('owner'), clistRows: before['clists'], vatstoreRows: 20, transcriptRows: 2 },
    ] as never);
    const left: number[] = [];
    for (;;) {
      const { clists = 0, vatstore = 0, transcripts = 0 } = rowsOf(world, 'owner');
      left.push(clists + vatstore + transcripts);
      const report = await world.kernel.step();
      if (report === undefined) break;
    }
    t.true(left.every((rows, i) => i === 0 || (left[i - 1] as number) - rows <= cleanupBudget));
    t.true(left.length > total / cleanupBudget);
    t.deepEqual(rowsOf(world, 'owner'), NOTHING_LEFT);
    t.deepEqual(world.kernel.cleanups(), []);
  });
}

test('a cleanup budget of nothing is refused', t => {
  const { store } = openStore({ path: ':memory:' });
  t.teardown(() => store.close());
  for (const cleanupBudget of [0, -1, 1.5, NaN, Infinity]) {
    const error = t.throws(() => new Kernel({ store, launcher: makeScriptedLauncher({}), cleanupBudget }));
    t.like(error, { code: 'ERR_CONFIG', subject: 'cleanupBudget' });
  }
});

test('messages and the cleanup of a dead vat take turns', async t => {
  const world = await makeWorld(t, { cleanupBudget: 2 });
  const { kernel, root, vat } = world;
  kernel.sendMessage({ target: root('counter') as never, methargs: call('count12'), result: 'none' });
  await kernel.terminateVat(vat('owner'), 'enough');
  const kinds = (await steps(world)).map(({ kind }) => kind).filter(kind => kind === 'cleanup' || kind === 'message');
  t.is(kinds.filter(kind => kind === 'message').length, 13);
  t.true(kinds.filter(kind => kind === 'cleanup').length > 20);
  t.deepEqual(kinds.slice(0, 26), Array.from({ length: 13 }, () => ['cleanup', 'message']).flat());
  t.is(kernel.cleanups().length, 0);
});

test('a kernel that is closed between the steps of a cleanup goes on where it was', async t => {
  const path = join(mkdtempSync(join(tmpdir(), 'cooperage-kernel-')), 'kernel.sqlite');
  const run = async (isClosed: boolean, file: string): Promise<string> => {
    const makers = { owner: actor(OWNER), client: actor({}), counter: counter([]) };
    const open = () => {
      const { store } = openStore({ path: file, synchronous: 'OFF' });
      return {
        store,
        kernel: new Kernel({ store, launcher: makeScriptedLauncher(makers), auditEveryCrank: true, cleanupBudget: 3 }),
      };
    };
    let { store, kernel } = open();
    kernel.installBundle({ id: 'scripted', format: 'function', content: '' });
    const [owner, client, count] = ['owner', 'client', 'counter'].map(name =>
      kernel.createVat({ name, bundle: 'scripted', parameters: NOTHING, options: {} }),
    ) as [never, never, never];
    kernel.sendMessage({ target: kernel.rootOf(owner), methargs: call('fill', kernel.rootOf(client) as KRef), result: 'none' });
    await kernel.run();
    kernel.sendMessage({ target: kernel.rootOf(count), methargs: call('count5'), result: 'none' });
    await kernel.terminateVat(owner, 'enough');
    while ((await kernel.step()) !== undefined) {
      if (!isClosed) continue;
      kernel.commit();
      await kernel.stop();
      store.close();
      ({ store, kernel } = open());
    }
    const hash = kernel.activityHash;
    await kernel.stop();
    store.close();
    return hash;
  };
  t.is(await run(true, path), await run(false, ':memory:'));
});

test('to terminate a vat twice is to terminate it once', async t => {
  const world = await makeWorld(t);
  const { kernel, store, vat } = world;
  await kernel.terminateVat(vat('owner'), 'enough');
  await kernel.terminateVat(vat('owner'), 'more than enough');
  await kernel.run();
  await kernel.terminateVat(vat('owner'), 'still here?');
  await kernel.run();
  t.is(store.tables.vats.get(vat('owner')).problem, 'enough');
  t.is(kernel.statistics().get('vatsTerminated'), 1);
  t.deepEqual(rowsOf(world, 'owner'), NOTHING_LEFT);
});

test('what was queued for a vat alone goes with it, and so do the holds', async t => {
  const world = await makeWorld(t);
  const { kernel, root, store, vat } = world;
  const promise = kernel.sendMessage({
    target: root('client') as never,
    methargs: call('think'),
    result: 'hold',
  }) as KernelPromiseRef;
  await kernel.run();
  await world.tell('owner', call('listen', promise));
  const held = store.tables.objects.get(root('client') as never).reachable;
  const upgrade = kernel.upgradeVat({ ...NULL_UPGRADE, vat: vat('owner'), parameters: call('x', root('client')) });
  t.is(store.tables.objects.get(root('client') as never).reachable, held + 1);
  await kernel.terminateVat(vat('client'), 'first');
  t.deepEqual(
    store.tables.runQueue.listByVat(vat('owner')).map(({ kind }) => kind),
    ['upgrade-vat', 'notify'],
  );
  await kernel.terminateVat(vat('owner'), 'second');
  t.deepEqual(rowsOf(world, 'owner')['runQueue'], 0);
  t.deepEqual([store.tables.upgrades.count(), store.tables.upgradeSlots.count()], [0, 0]);
  t.like(kernel.takeUpgradeOutcome(upgrade), { outcome: 'failed', problem: 'the vat was terminated' });
  await kernel.run();
  t.deepEqual(rowsOf(world, 'owner'), NOTHING_LEFT);
});

test('a vat that dies before it has heard of drops leaves no GC actions', async t => {
  const world = await makeWorld(t);
  const { kernel, store, vat } = world;
  await kernel.terminateVat(vat('client'), 'first');
  await kernel.step();
  t.true(store.tables.gcActions.listByVat(vat('owner')).length > 0);
  await kernel.terminateVat(vat('owner'), 'second');
  t.is(store.tables.gcActions.count(), 0);
  await kernel.run();
  t.deepEqual(
    store.tables.objects.list().map(({ owner }) => owner),
    [vat('counter')],
  );
});

const CRITICAL_ENDS: Readonly<
  Record<string, { acts?: Acts; deliver?: (delivery: VatDelivery) => string | undefined; problem: RegExp }>
> = {
  'makes an illegal syscall': { acts: { go: () => [{ type: 'format' }] }, problem: /unknown syscall "format"/ },
  'faults in a message': { deliver: ({ type }) => (type === 'message' ? 'out of order' : undefined), problem: /out of order/ },
  'faults in a BOYD': { deliver: ({ type }) => (type === 'bringOutYourDead' ? 'undead' : undefined), problem: /undead/ },
  exits: { acts: { go: () => [{ type: 'exit', outcome: 'success', info: { body: '#"bye"', slots: [] } }] }, problem: /exited/ },
  'exits with failure': {
    acts: { go: () => [{ type: 'exit', outcome: 'failure', info: { body: '#"bye"', slots: [] } }] },
    problem: /exited with failure: #"bye"/,
  },
};

for (const [what, { acts = {}, deliver, problem }] of Object.entries(CRITICAL_ENDS)) {
  test(`a critical vat that ${what} stops the kernel, and nothing of the block is kept`, async t => {
    const { store } = openStore({ path: ':memory:' });
    t.teardown(() => store.close());
    const critical = deliver === undefined ? actor(acts) : (): ScriptedVat => ({ deliver });
    const makers = { critical, 'critical@1': actor({}), other: counter([]) };
    const open = (): Kernel => new Kernel({ store, launcher: makeScriptedLauncher(makers), auditEveryCrank: true });
    const kernel = open();
    kernel.installBundle({ id: 'scripted', format: 'function', content: '' });
    const make = (name: string, options: object) => kernel.createVat({ name, bundle: 'scripted', parameters: NOTHING, options });
    const [vat, other] = [make('critical', { critical: true }), make('other', {})];
    await kernel.run();
    kernel.sendMessage({ target: kernel.rootOf(vat), methargs: call('go'), result: 'none' });
    kernel.scheduleReap(vat);
    kernel.commit();
    const [hash, crank] = [kernel.activityHash, kernel.crankNumber];
    kernel.sendMessage({ target: kernel.rootOf(other), methargs: call('count0'), result: 'none' });
    const error = await t.throwsAsync<CooperageError>(kernel.run());
    t.like(error, { code: 'ERR_CRITICAL_VAT', subject: 'critical' });
    t.regex(error.message, problem);
    t.regex(error.message, /before run\(\).*suspendVat\("critical"\).*upgradeVat\("critical", \{ source \}\)/s);
    await t.throwsAsync(kernel.run(), { is: error }, 'it stays stopped');
    await kernel.stop();
    // The same store, because it is in memory: what was open is gone.
    const next = open();
    t.deepEqual([next.activityHash, next.crankNumber], [hash, crank]);
    t.is(store.tables.vats.get(vat).state, 'running');
    // An upgrade goes ahead of the queue, and a vat that is suspended is not reaped either.
    if (what === 'faults in a BOYD') await next.suspendVat(vat, 'wait');
    const upgrade = next.upgradeVat({ ...NULL_UPGRADE, vat, place: 'ahead' });
    await next.run();
    t.like(next.takeUpgradeOutcome(upgrade), { outcome: 'upgraded', incarnation: 1 });
    t.deepEqual(next.audit(), []);
    await next.stop();
  });
}

test('a critical vat that faults in its start stops the kernel', async t => {
  const { store } = openStore({ path: ':memory:' });
  t.teardown(() => store.close());
  const kernel = new Kernel({ store, launcher: makeScriptedLauncher({ critical: () => ({ deliver: () => 'no start' }) }) });
  kernel.installBundle({ id: 'scripted', format: 'function', content: '' });
  kernel.createVat({ name: 'critical', bundle: 'scripted', parameters: NOTHING, options: { critical: true } });
  await t.throwsAsync(kernel.run(), { code: 'ERR_CRITICAL_VAT', message: /no start/ });
});

test('a critical vat may be suspended by a fault, and ended by its host', async t => {
  const rig = await makeRig(
    t,
    { critical: actor({ go: () => [{ type: 'format' }] }) },
    { vatOptions: { critical: { critical: true, onFault: 'suspend' } } },
  );
  await rig.tell('critical', call('go'));
  t.is(rig.store.tables.vats.get(rig.vat('critical')).state, 'suspended');
  await rig.kernel.terminateVat(rig.vat('critical'), 'the host says so');
  await rig.kernel.run();
  t.like(rig.store.tables.vats.get(rig.vat('critical')), { state: 'terminated', problem: 'the host says so' });
});
