/** Upgrades of real vats with durable, virtual and plain objects, between real vats; the audit runs after every crank. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKernel, type CooperageError, type KernelOptions } from 'cooperage';
import { makeTestKernel, type TestKernel } from 'cooperage/testing';
import { Far } from '@endo/far';
import test, { type ExecutionContext } from 'ava';

const source = (name: string): URL => new URL(`./vats/vat-${name}.js`, import.meta.url);
const VATS = {
  ledger: { source: source('ledger'), parameters: { version: 1 } },
  user: { source: source('ledger-user') },
};

const open = (t: ExecutionContext): Promise<TestKernel> => makeTestKernel(t, { vats: VATS });
const toVersion = (version: unknown, more: object = {}) => ({ parameters: { version, ...more } });

test('durable objects keep their state and their identity under new code', async t => {
  const kernel = await open(t);
  const ledger = kernel.root('ledger');
  await kernel.call('user', 'get', [ledger, 'account']);
  t.is(await kernel.call('user', 'use', ['account', 'add', 5]), '5 v1');
  t.deepEqual(await kernel.upgradeVat('ledger', toVersion(2)), { incarnation: 1 });
  t.is(await kernel.call('user', 'use', ['account', 'add', 7]), '12 v2');
  t.true(await kernel.call('user', 'same', [ledger, 'account']));
  t.deepEqual(await kernel.upgradeVat('ledger', toVersion(3)), { incarnation: 2 });
  t.is(await kernel.call('user', 'use', ['account', 'add', 1]), '13 v3');
});

test('a durable object keeps what it holds across an upgrade, and nothing else does', async t => {
  const kernel = await open(t);
  const { ledger, user } = { ledger: kernel.root('ledger'), user: kernel.root('user') };
  await kernel.call('user', 'stay', [ledger, user]);
  await kernel.call('user', 'giveMany', [ledger, 30]);
  await kernel.reap();
  const gifts = (): number => kernel.objects({ owner: 'user', importer: 'ledger' }).length;
  t.is(gifts(), 31);
  await kernel.upgradeVat('ledger', toVersion(2));
  await kernel.reap();
  t.is(gifts(), 1, 'the friend of the account');
  await kernel.call('user', 'get', [ledger, 'account']);
  t.is(await kernel.call('user', 'use', ['account', 'askFriend']), 'from the user');
  t.is(await kernel.call('ledger', 'kept'), 0);
});

test('plain and virtual objects are lost, and their holders hear when and where', async t => {
  const kernel = await open(t);
  const ledger = kernel.root('ledger');
  await kernel.call('user', 'get', [ledger, 'receipt']);
  await kernel.call('user', 'get', [ledger, 'note', 'remember']);
  t.is(await kernel.call('user', 'use', ['note', 'read']), 'remember');
  const rehearsal = await kernel.upgradeVat('ledger', { ...toVersion(2), rehearse: true });
  t.deepEqual(
    rehearsal.abandoned.map(({ vref, importers }) => [/^o\+v/.test(vref), importers]),
    [
      [false, ['user']],
      [true, ['user']],
    ],
  );
  t.is(await kernel.call('user', 'use', ['receipt', 'amount']), 3, 'a rehearsal loses nothing');
  await kernel.upgradeVat('ledger', toVersion(2));
  for (const [name, method] of [
    ['receipt', 'amount'],
    ['note', 'read'],
  ]) {
    t.is(
      await kernel.call('user', 'use', [name, method]),
      'rejected: the object was lost when vat "ledger" was upgraded',
      String(name),
    );
  }
  await kernel.call('user', 'lose', ['receipt']);
  await kernel.call('user', 'lose', ['note']);
  await kernel.reap();
  t.deepEqual(kernel.objects({ state: 'orphaned' }), []);
});

test('promises that the old incarnation decided are rejected; answers for it that come late are taken and forgotten', async t => {
  const kernel = await open(t);
  const ledger = kernel.root('ledger');
  await kernel.call('user', 'waitFor', [ledger]);
  await kernel.call('user', 'keepWaiting', [ledger]);
  await kernel.upgradeVat('ledger', { ...toVersion(2), message: 'tidying' });
  await kernel.run();
  t.deepEqual(await kernel.call('user', 'outcomes'), [
    { rejected: { incarnationNumber: 0, name: 'vatUpgraded', upgradeMessage: 'tidying' } },
  ]);
  await kernel.call('user', 'settle');
  await kernel.run();
  await kernel.reap();
  t.deepEqual(
    kernel.objects({ importer: 'ledger' }).map(({ owner, state }) => [owner, state]),
    [],
  );
  t.is(kernel.stats().tables['promises'], 0);
});

const FAILURES: Readonly<Record<string, { version: string; problem: RegExp }>> = {
  'code that throws as it starts': { version: 'throws', problem: /did not start.*the ink has dried/s },
  'code that never gets ready': { version: 'hangs', problem: /did not start/ },
  'code that waits for another vat before it is ready': { version: 'waits', problem: /did not start/ },
  'code that gives a durable kind another shape': { version: 'misshapen', problem: /did not start.*stateShape/s },
  'code that forgets a durable kind': { version: 'forgetful', problem: /did not start.*account/s },
};

for (const [what, { version, problem }] of Object.entries(FAILURES)) {
  test(`${what} leaves the old incarnation answering, with its heap and its data`, async t => {
    const kernel = await open(t);
    const ledger = kernel.root('ledger');
    const parameters = { parameters: { version, other: kernel.root('user') } };
    await kernel.call('user', 'get', [ledger, 'account']);
    await kernel.call('user', 'get', [ledger, 'note', 'still here']);
    await kernel.call('user', 'use', ['account', 'add', 4]);
    await kernel.call('user', 'giveMany', [ledger, 2]);
    await kernel.run();
    const objects = kernel.objects();
    const rehearsal = await kernel.upgradeVat('ledger', { ...parameters, rehearse: true });
    t.regex(String(rehearsal.problem), problem);
    const error = await t.throwsAsync<CooperageError>(kernel.upgradeVat('ledger', parameters));
    t.is(error?.code, 'ERR_UPGRADE');
    t.regex(String(error?.message), problem);
    t.deepEqual(kernel.objects(), objects);
    t.is(await kernel.call('ledger', 'kept'), 2);
    t.is(await kernel.call('user', 'use', ['note', 'read']), 'still here');
    t.is(await kernel.call('user', 'use', ['account', 'add', 4]), '8 v1');
    t.deepEqual(await kernel.upgradeVat('ledger', toVersion(2)), { incarnation: 1 });
    t.is(await kernel.call('user', 'use', ['account', 'add', 4]), '12 v2');
  });
}

test('an upgraded vat is replayed from its upgrade on, in a kernel that is opened again', async t => {
  const database = join(mkdtempSync(join(tmpdir(), 'cooperage-upgrade-')), 'kernel.sqlite');
  const reopen = (version: number) => {
    const vats = { ...VATS, ledger: { ...VATS.ledger, parameters: { version } } };
    return openKernel({ database, console: 'silent', auditEveryCrank: true, vats } satisfies KernelOptions);
  };
  const first = await reopen(1);
  await first.call('user', 'get', [first.root('ledger'), 'account']);
  await first.call('user', 'use', ['account', 'add', 1]);
  await first.upgradeVat('ledger', toVersion(2));
  await first.call('user', 'giveMany', [first.root('ledger'), 3]);
  await first.close();
  const second = await reopen(2);
  t.is(await second.call('ledger', 'kept'), 3);
  t.is(await second.call('user', 'use', ['account', 'add', 1]), '2 v2');
  await second.upgradeVat('ledger', toVersion(3));
  await second.close();
  const third = await reopen(3);
  t.is(await third.call('ledger', 'kept'), 0);
  t.is(await third.call('user', 'use', ['account', 'add', 1]), '3 v3');
  await third.close();
});

test('upgrades again and again leave nothing behind but their transcripts', async t => {
  const kernel = await open(t);
  const ledger = kernel.root('ledger');
  let version = 1;
  const round = async (): Promise<void> => {
    await kernel.call('user', 'get', [ledger, 'account']);
    await kernel.call('user', 'get', [ledger, 'note', 'x']);
    await kernel.call('user', 'get', [ledger, 'receipt']);
    await kernel.call('user', 'giveMany', [ledger, 5]);
    version += 1;
    await kernel.upgradeVat('ledger', toVersion(version));
    await kernel.call('user', 'lose', ['note']);
    await kernel.call('user', 'lose', ['receipt']);
    await kernel.reap();
  };
  for (let i = 0; i < 3; i += 1) await round();
  const { transcripts: _before, ...before } = kernel.stats().tables;
  for (let i = 0; i < 5; i += 1) await round();
  const { transcripts: _after, ...after } = kernel.stats().tables;
  t.deepEqual(after, before);
});

test('a vat whose heap is discarded goes on with what it has stored', async t => {
  const kernel = await open(t);
  const ledger = kernel.root('ledger');
  await kernel.call('user', 'get', [ledger, 'account']);
  await kernel.call('user', 'use', ['account', 'add', 2]);
  await kernel.call('user', 'keepWaiting', [ledger]);
  t.deepEqual(await kernel.upgradeVat('ledger', { ...toVersion(2), heap: 'discard' }), { incarnation: 1 });
  t.is(await kernel.call('user', 'use', ['account', 'add', 2]), '4 v2');
  await kernel.call('user', 'settle');
  await kernel.call('user', 'get', [ledger, 'receipt']);
  t.is(await kernel.call('user', 'use', ['receipt', 'amount']), 3);
  await kernel.call('user', 'giveMany', [ledger, 3]);
  await kernel.run();
});

test('parameters may cite what the vat has stored as far as that needs no source; the rest is refused, with what to do', async t => {
  type Stored = { has(key: string): boolean; get(key: string): object; init(key: string, value: object): void };
  type Functions = Record<'makeKindHandle' | 'defineDurableKind' | 'makeScalarBigMapStore', (...args: unknown[]) => object>;
  type Powers = { readonly VatData: Functions };
  const buildRootObject = (powers: Powers, { thing }: { readonly thing?: object }, stored: Stored) => {
    const { makeKindHandle, defineDurableKind, makeScalarBigMapStore } = powers.VatData;
    if (!stored.has('handle')) stored.init('handle', makeKindHandle('box'));
    const makeBox = defineDurableKind(stored.get('handle'), () => ({}), {}) as () => object;
    if (!stored.has('map')) stored.init('map', makeScalarBigMapStore('map', { durable: true }));
    return Far('keeper', { map: () => stored.get('map'), box: () => makeBox(), isMap: () => thing === stored.get('map') });
  };
  const kernel = await makeTestKernel(t, { vats: { keeper: { buildRootObject } } });
  const [map, box] = [await kernel.call('keeper', 'map'), await kernel.call('keeper', 'box')];
  await kernel.upgradeVat('keeper', { parameters: { thing: map } });
  t.true(await kernel.call('keeper', 'isMap'));
  const refusals = {
    box: /o\+d\d+\/1, an object of this vat whose kind .* keep it in baggage, and pass the key/,
    root: /o\+0, an object/,
  };
  for (const [name, thing] of Object.entries({ box, root: kernel.root('keeper') })) {
    const error = await t.throwsAsync<CooperageError>(kernel.upgradeVat('keeper', { parameters: { thing } }), {
      code: 'ERR_UPGRADE',
    });
    t.regex(error.message, refusals[name as 'box']);
    t.true(await kernel.call('keeper', 'isMap'), 'the old incarnation goes on');
  }
});
