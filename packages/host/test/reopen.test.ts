/** A kernel that is closed, killed or contradicted, and opened again. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import '@cooperage/worker/lockdown';
import { openReadOnly } from '@cooperage/store/read-only';
import { Far } from '@endo/far';
import test from 'ava';
import type { KernelRef } from '../src/kernel-ref.ts';
import { makeWorkshop, type Workshop } from './workshop.ts';

const counter = {
  buildRootObject: (_powers: unknown, { start = 0 }: { start?: number }) => {
    let count = start;
    let bootstraps = 0;
    return Far('counter', {
      bootstrap: () => void (bootstraps += 1),
      bootstraps: () => bootstraps,
      next: () => (count += 1),
      make: () => Far('thing', { name: () => 'thing' }),
    });
  },
};

const FILE = new URL('./fixtures/vat-count.js', import.meta.url);

const makeConfig = (workshop: Workshop) => ({
  database: workshop.path('kernel.sqlite'),
  bootstrap: 'counter',
  vats: { counter: { ...counter, parameters: { start: 10 } }, file: { source: FILE } },
});

test('a reopened kernel goes on where it stood, and bootstraps once', async t => {
  const workshop = makeWorkshop(t);
  const config = makeConfig(workshop);
  let kernel = await workshop.open(config);
  await kernel.run();
  t.deepEqual([await kernel.call('counter', 'next'), await kernel.call('file', 'next')], [11, 1]);
  await kernel.close();
  kernel = await workshop.open(config);
  t.deepEqual(await kernel.run(), { cranks: 0, deliveries: 0, reason: 'idle' });
  t.deepEqual([await kernel.call('counter', 'next'), await kernel.call('file', 'next')], [12, 2]);
  t.is(await kernel.call('counter', 'bootstraps'), 1);
  await kernel.close();
  kernel = await workshop.open({ database: config.database, vats: config.vats, bootstrap: 'counter' });
  t.is(await kernel.call('counter', 'next'), 13);
  await t.throwsAsync(workshop.open(config), { code: 'ERR_DATABASE_LOCKED' });
});

test('the answer to a send stays readable over a reopening, until it is released', async t => {
  const workshop = makeWorkshop(t);
  const config = makeConfig(workshop);
  let kernel = await workshop.open(config);
  const promise = await kernel.send('counter', 'next');
  t.regex(promise, /^kp\d+$/);
  t.deepEqual(await kernel.promise(promise), { state: 'unresolved', decider: undefined });
  await kernel.close();
  kernel = await workshop.open(config);
  await kernel.run();
  t.deepEqual(await kernel.promise(promise), { state: 'fulfilled', value: 11 });
  await kernel.close();
  kernel = await workshop.open(config);
  t.deepEqual(await kernel.promise(promise), { state: 'fulfilled', value: 11 });
  await kernel.release(promise);
  await kernel.release(promise);
  await t.throwsAsync(kernel.promise(promise), { code: 'ERR_REF' });
  t.is(kernel.stats().tables['promises'], 0);
});

test('what a host held is let go when it closes', async t => {
  const workshop = makeWorkshop(t);
  const config = makeConfig(workshop);
  let kernel = await workshop.open(config);
  await kernel.run();
  const thing = (await kernel.call('counter', 'make')) as KernelRef;
  t.is(await kernel.call(thing, 'name'), 'thing');
  await kernel.close();
  kernel = await workshop.open(config);
  await kernel.reap();
  t.deepEqual(
    kernel.objects().map(({ state }) => state),
    ['root', 'root'],
  );
  await t.throwsAsync(kernel.call(thing.ref, 'name'), { code: 'ERR_REF' });
});

test('what a host held when it was killed is let go at the next opening', async t => {
  const workshop = makeWorkshop(t);
  const database = workshop.path('kernel.sqlite');
  const script = fileURLToPath(new URL('./fixtures/held-and-killed.ts', import.meta.url));
  const { stdout, signal } = spawnSync(process.execPath, ['--import=tsx', script, database], { encoding: 'utf8' });
  t.is(signal, 'SIGKILL');
  t.deepEqual(JSON.parse(stdout), ['root', 'reachable']);
  const maker = { buildRootObject: () => Far('maker', { make: () => Far('thing', {}) }) };
  const kernel = await workshop.open({ database, vats: { maker } });
  t.is(kernel.stats().tables['pins'], 1, "the root's");
  await kernel.reap();
  t.deepEqual(
    kernel.objects().map(({ state }) => state),
    ['root'],
  );
});

test('an answer is durable by the time it arrives, error or value (I21)', async t => {
  const workshop = makeWorkshop(t);
  const config = makeConfig(workshop);
  const kernel = await workshop.open(config);
  const reader = openReadOnly(config.database);
  t.teardown(() => reader.close());
  const isDurable = (): boolean => reader.tables().transcripts.count() === kernel.stats().counters['deliveries'];
  t.is(reader.tables().vats.count(), 2);
  await kernel.run();
  t.true(isDurable());
  await kernel.call('counter', 'next');
  t.true(isDurable());
  await t.throwsAsync(kernel.call('counter', 'nonsense'));
  t.true(isDurable());
  await kernel.send('counter', 'next');
  t.is(reader.tables().runQueue.count(), 1);
  await kernel.step();
  t.true(isDurable());
});

test('a config that contradicts the database is refused with the exact difference', async t => {
  const workshop = makeWorkshop(t);
  const config = makeConfig(workshop);
  await (await workshop.open(config)).close();
  const before = readFileSync(config.database);
  const { vats } = config;
  const { file, ...withoutFile } = vats;
  const refused = async (options: object, message: RegExp): Promise<void> => {
    await t.throwsAsync(workshop.open({ ...config, ...options }), { code: 'ERR_CONFIG', message });
  };
  await refused({ vats: { ...vats, more: counter } }, /vat "more" is not in the database\n.*installVat/);
  await refused({ vats: withoutFile }, /vat "file" is in the database, but not in the config/);
  await refused(
    { vats: { ...vats, counter: { ...counter, parameters: { start: 11 } } } },
    /parameters of vat "counter" have changed/,
  );
  await refused({ vats: { ...vats, file: { ...file, onFault: 'suspend' } } }, /options of vat "file" have changed/);
  await refused({ defaults: { reap: { deliveries: 5 } } }, /options of vat "counter" have changed/);
  await refused({ bootstrap: 'file' }, /bootstrap is "file", but the kernel began with "counter"/);
  await refused({ bootstrap: undefined }, /bootstrap is none, but the kernel began with "counter"/);
  await refused({ vats: undefined }, /vat "counter" is a function of its host, and was not given/);
  t.true(before.equals(readFileSync(config.database)), 'a refusal changes nothing');
});

test('changed source is refused with the way on, and the stored source can be kept', async t => {
  const workshop = makeWorkshop(t);
  const config = makeConfig(workshop);
  let kernel = await workshop.open(config);
  t.is(await kernel.call('file', 'next'), 1);
  await kernel.close();
  const changed = workshop.write('vat.js', readFileSync(FILE, 'utf8').replace('n += 1', 'n += 100'));
  config.vats.file.source = pathToFileURL(changed);
  await t.throwsAsync(workshop.open(config), {
    code: 'ERR_CONFIG',
    message: /the source of vat "file" has changed .*\n.*sources: 'stored'/,
  });
  kernel = await workshop.open({ ...config, sources: 'stored' });
  t.is(await kernel.call('file', 'next'), 2);
});

test('a config without vats goes on with those of the database', async t => {
  const workshop = makeWorkshop(t);
  const database = workshop.path('kernel.sqlite');
  let kernel = await workshop.open({ database, vats: { file: { source: FILE } } });
  t.is(await kernel.call('file', 'next'), 1);
  await kernel.installVat('later', { source: FILE });
  await kernel.terminateVat('file');
  await kernel.close();
  kernel = await workshop.open({ database });
  t.is(await kernel.call('later', 'next'), 1);
  await kernel.close();
  kernel = await workshop.open({ database, vats: { file: { source: FILE }, later: { source: FILE } } });
  t.is(await kernel.call('later', 'next'), 2, 'a vat that has ended may stay in the config');
});

test('vats of another engine are refused unless that is asked for', async t => {
  const workshop = makeWorkshop(t);
  const database = workshop.path('kernel.sqlite');
  await (await workshop.open({ database, vats: { counter } })).close();
  const { openStore } = await import('@cooperage/store/open');
  const { store } = openStore({ path: database });
  store.beginBlock();
  store.beginCrank();
  for (const row of store.tables.vats.list()) store.tables.vats.put({ ...row, engine: 'node-v18.0.0/v8-10.2' });
  store.commitCrank();
  store.commitBlock();
  store.close();
  await t.throwsAsync(workshop.open({ database, vats: { counter } }), {
    code: 'ERR_ENGINE',
    message: /vat "counter" has lived .* node-v18\.0\.0/,
  });
  const kernel = await workshop.open({ database, vats: { counter }, allowOtherEngine: true });
  t.is(await kernel.call('counter', 'next'), 1);
});

test('a full disk is told to the caller, and what was answered before is still there', async t => {
  const workshop = makeWorkshop(t);
  const config = makeConfig(workshop);
  const keeper = { buildRootObject: () => Far('keeper', { take: (text: string) => text.length }) };
  const vats = { counter: config.vats.counter, keeper };
  const database = workshop.path('full.sqlite');
  let kernel = await workshop.open({ database, vats, maxDatabasePages: 200 });
  t.is(await kernel.call('counter', 'next'), 11);
  await t.throwsAsync(kernel.call('keeper', 'take', ['x'.repeat(3_000_000)]), {
    code: 'ERR_DATABASE_FULL',
    message: /make room/,
  });
  await t.throwsAsync(kernel.call('counter', 'next'), { code: 'ERR_DATABASE_FULL' });
  await kernel.close();
  kernel = await workshop.open({ database, vats });
  t.is(await kernel.call('counter', 'next'), 12);
  t.is(await kernel.call('keeper', 'take', ['x'.repeat(3_000_000)]), 3_000_000);
  t.deepEqual(kernel.audit(), []);
});
