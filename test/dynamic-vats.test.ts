/** Vats that make, upgrade and end vats, through the vatAdmin service, on real vats; the audit runs after every crank. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKernel, type KernelRef } from 'cooperage';
import { makeTestKernel, type TestKernel, type TestKernelOptions } from 'cooperage/testing';
import test, { type ExecutionContext } from 'ava';

const source = (name: string): URL => new URL(`./vats/vat-${name}.js`, import.meta.url);
const OPTIONS = {
  bootstrap: 'factory',
  vats: { factory: { source: source('factory') } },
  bundles: {
    worker: { source: source('worker') },
    'worker-2': { source: source('worker-2') },
    rootless: { source: source('without-root') },
  },
  vatAdmin: true,
} as const;

type Factory = {
  readonly kernel: TestKernel;
  readonly factory: (method: string, ...args: readonly unknown[]) => Promise<unknown>;
};

const openFactory = async (t: ExecutionContext, options: TestKernelOptions = {}): Promise<Factory> => {
  const kernel = await makeTestKernel(t, { ...OPTIONS, ...options });
  await kernel.run();
  return { kernel, factory: (method, ...args) => kernel.call('factory', method, args) };
};

const vatNames = (kernel: TestKernel): unknown[] => [...new Set(kernel.objects().map(({ owner }) => owner))];

test('a vat that a vat made answers like any other, to its maker and to the host', async t => {
  const { kernel, factory } = await openFactory(t);
  t.is(await factory('make', 'bob', 'worker', { vatParameters: { greeting: 'hello' } }), 'bob');
  t.is(await factory('tell', 'bob', 'count'), 1);
  t.is(await kernel.call('bob', 'count'), 2);
  t.deepEqual(await kernel.call('bob', 'getParameters'), { greeting: 'hello' });
  t.true(vatNames(kernel).includes('bob'));
  await factory('makeByName', 'carol', 'worker');
  t.is(await factory('tell', 'carol', 'count'), 1);
  t.deepEqual(await kernel.call('carol', 'getParameters'), {}, 'without parameters there is an empty record');
  await kernel.terminateVat('bob', 'the host wants it');
  t.is(await factory('done', 'bob'), 'rejected the host wants it');
  t.is(await factory('tryTell', 'bob', 'count'), 'rejected vat terminated');
});

test('bundlecaps are read at once, are one for each bundle, and come by name or by id', async t => {
  const { kernel, factory } = await openFactory(t);
  const [same, id, format, named] = (await factory('read', 'worker')) as unknown[];
  t.deepEqual([same, format], [true, 'endoZipBase64']);
  t.is(named, id);
  t.is(await factory('readById', id), id);
  t.is(await factory('tryReadById', 'b1-0'), 'rejected no bundle "b1-0" is installed');
  t.regex(String(await factory('tryMake', 'x', 'nothing')), /^rejected no bundle is named "nothing"$/);
  t.is(kernel.stats().tables['bundleNames'], 3);
});

test('who waits for a bundle has it when it is installed, and names are for good', async t => {
  const { kernel } = await openFactory(t);
  const code = { buildRootObject: (() => {}) as never };
  const promise = await kernel.send('factory', 'waitFor', ['function:bundle:late']);
  await kernel.run();
  t.is((await kernel.promise(promise)).state, 'unresolved');
  t.is(await kernel.installBundle('late', code), 'function:bundle:late');
  await kernel.run();
  t.deepEqual(await kernel.promise(promise), { state: 'fulfilled', value: 'function:bundle:late' });
  t.is(kernel.stats().tables['deviceState'], 0, 'nobody waits any more');
  await t.throwsAsync(kernel.installBundle('late', { source: source('worker') }), {
    code: 'ERR_CONFIG',
    message: /already another bundle named "late"/,
  });
  await kernel.release(promise);
});

/** Source that imports nothing: its root has one method. */
const INLINE = `(() => {
  return {
    buildRootObject: () => {
      const root = Object.create(Object.prototype);
      Object.defineProperty(root, Symbol.for('passStyle'), { value: 'remotable' });
      Object.defineProperty(root, Symbol.toStringTag, { value: 'Alleged: inline' });
      const count = harden(() => 'one of a kind');
      return harden(Object.create(root, { count: { value: count, enumerable: true } }));
    },
  };
})`;

test('a bundle can come in a message, under an id that is a hash of it', async t => {
  const { kernel, factory } = await openFactory(t);
  const before = kernel.stats().tables['bundles'] ?? 0;
  const bundle = { moduleFormat: 'nestedEvaluate', source: INLINE, sourceMap: '' };
  for (const name of ['dora', 'dirk']) {
    await factory('makeInline', name, bundle);
    t.is(await factory('tell', name, 'count'), 'one of a kind');
  }
  t.is(kernel.stats().tables['bundles'], before + 1);
});

for (const [what, bundle, options, message] of [
  ['throws', 'worker', { vatParameters: { fail: 'throw' } }, /buildRootObject threw: .*no parameters to work with/],
  ['hangs', 'worker', { vatParameters: { fail: 'hang' } }, /buildRootObject did not finish in its delivery/],
  ['has no root', 'rootless', {}, /buildRootObject/],
  ['is asked for with options that nobody knows', 'worker', { metre: 1, foo: 2 }, /unknown key "foo" in the options/],
  ['is asked for with a value that makes no sense', 'worker', { reapInterval: 'often' }, /reap\.deliveries must be/],
  ['is asked for under no name', 'worker', { name: 'a b' }, /"a b" cannot be the name of a vat/],
  ['is asked for as critical without the key', 'worker', { critical: true }, /must be the key of getCriticalVatKey/],
] as const) {
  test(`a vat that ${what} while it is made rejects createVat, and leaves no row behind`, async t => {
    const { kernel, factory } = await openFactory(t);
    await factory('tryMake', 'bob', bundle, options);
    await kernel.reap();
    const before = kernel.stats().tables;
    const answer = String(await factory('tryMake', 'bob', bundle, options));
    t.regex(answer, /^rejected /);
    t.regex(answer, message);
    await kernel.reap();
    const { transcripts: _new, ...after } = kernel.stats().tables;
    const { transcripts: _old, ...expected } = before;
    t.deepEqual(after, expected);
  });
}

test('a vat ends as it likes, and done() says how', async t => {
  const { factory } = await openFactory(t);
  for (const name of ['a', 'b', 'c', 'd']) await factory('make', name, 'worker');
  void factory('tell', 'a', 'exit', { how: 'well' }).catch(() => {});
  t.is(await factory('done', 'a'), 'fulfilled {"how":"well"}');
  void factory('tell', 'b', 'fail', 'badly').catch(() => {});
  t.is(await factory('done', 'b'), 'rejected badly');
  await factory('end', 'c', { because: 'I say so' });
  t.is(await factory('done', 'c'), 'rejected {"because":"I say so"}');
  await factory('end', 'c', 'twice');
  t.is(await factory('done', 'c'), 'rejected {"because":"I say so"}', 'the first verdict stands');
  t.is(await factory('tryTell', 'c', 'count'), 'rejected vat terminated');
  t.is(await factory('tell', 'd', 'count'), 1);
});

test('a vat that waits for a vat that ends is told', async t => {
  const { kernel, factory } = await openFactory(t);
  await factory('make', 'bob', 'worker');
  const waiting = await kernel.send('factory', 'tryTell', ['bob', 'wait']);
  await kernel.run();
  await factory('end', 'bob', 'enough');
  await kernel.run();
  t.deepEqual(await kernel.promise(waiting), { state: 'fulfilled', value: 'rejected vat terminated' });
  await kernel.release(waiting);
});

test('a vat is upgraded by its maker, keeps its root, and goes on as it was when that fails', async t => {
  const { kernel, factory } = await openFactory(t);
  await factory('make', 'bob', 'worker', { vatParameters: { kept: true } });
  const root = (await factory('getRoot', 'bob')) as KernelRef;
  const waiting = await kernel.send('factory', 'tryTell', ['bob', 'wait']);
  await kernel.run();
  t.regex(
    String(await factory('upgrade', 'bob', 'worker-2', { vatParameters: { fail: 'throw' } })),
    /^rejected .*the new one fails/,
  );
  t.is(await factory('tell', 'bob', 'getVersion'), 1);
  t.is((await kernel.promise(waiting)).state, 'unresolved');
  t.is(await factory('upgrade', 'bob', 'worker-2', { upgradeMessage: 'v2' }), 'fulfilled {"incarnationNumber":1}');
  t.is(await kernel.call(root, 'getVersion'), 2);
  t.deepEqual(await factory('tell', 'bob', 'getParameters'), { kept: true }, 'without new parameters it has the old ones');
  t.deepEqual(await kernel.promise(waiting), {
    state: 'fulfilled',
    value: 'rejected {"incarnationNumber":0,"name":"vatUpgraded","upgradeMessage":"v2"}',
  });
  t.is(await factory('upgrade', 'bob', 'worker', { vatParameters: { new: 1 } }), 'fulfilled {"incarnationNumber":2}');
  t.deepEqual(await factory('tell', 'bob', 'getParameters'), { new: 1 });
  t.is(await factory('upgrade', 'bob', 'worker', { vatParametres: 1 }), 'rejected unknown options: vatParametres');
  await factory('end', 'bob', 'enough');
  t.is(await factory('upgrade', 'bob', 'worker', {}), 'rejected vat v3 has ended');
  await root.release();
  await kernel.release(waiting);
});

test('options of a vat can be changed by its maker, those that there are', async t => {
  const { kernel, factory } = await openFactory(t);
  await factory('make', 'bob', 'worker', { reapInterval: 7 });
  t.is(await factory('changeOptions', 'bob', { reapInterval: 'never' }), 'fulfilled undefined');
  t.regex(String(await factory('changeOptions', 'bob', { speed: 3 })), /rejected unknown key "speed"/);
  await t.notThrowsAsync(kernel.call('bob', 'count'));
});

test('a restart in the middle of anything changes nothing', async t => {
  const database = join(mkdtempSync(join(tmpdir(), 'cooperage-dynamic-')), 'kernel.sqlite');
  const open = () => openKernel({ ...OPTIONS, database, auditEveryCrank: true, console: 'silent' });
  let kernel = await open();
  await kernel.run();
  const calls: [string, unknown[]][] = [
    ['make', ['bob', 'worker', { vatParameters: { n: 1 } }]],
    ['tell', ['bob', 'count']],
    ['upgrade', ['bob', 'worker-2', {}]],
    ['tell', ['bob', 'getVersion']],
    ['end', ['bob', 'enough']],
    ['done', ['bob']],
  ];
  const answers: unknown[] = [];
  for (const [method, args] of calls) {
    const promise = await kernel.send('factory', method, args);
    for (let stepped: unknown = true; stepped !== undefined; stepped = await kernel.step()) {
      await kernel.close();
      kernel = await open();
    }
    const record = await kernel.promise(promise);
    answers.push('value' in record ? record.value : record);
    await kernel.release(promise);
  }
  t.deepEqual(answers, ['bob', 1, 'fulfilled {"incarnationNumber":1}', 2, undefined, 'rejected "enough"']);
  t.deepEqual(kernel.audit(), []);
  await kernel.close();
});

test('vatAdmin itself is upgraded: admin nodes go on, and know what happened before', async t => {
  const { kernel, factory } = await openFactory(t);
  for (const name of ['a', 'b', 'c']) await factory('make', name, 'worker');
  void factory('tell', 'a', 'exit', 'well').catch(() => {});
  t.is(await factory('done', 'a'), 'fulfilled "well"');
  const waiting = await kernel.send('factory', 'done', ['b']);
  await kernel.run();
  t.deepEqual(await kernel.upgradeVat('vatAdmin', {}), { incarnation: 1 });
  await kernel.run();
  t.deepEqual(await kernel.promise(waiting), {
    state: 'fulfilled',
    value: 'rejected {"incarnationNumber":0,"name":"vatUpgraded","upgradeMessage":"vat upgraded"}',
  });
  t.is(await factory('done', 'a'), 'fulfilled "well"');
  await factory('end', 'b', 'enough');
  t.is(await factory('done', 'b'), 'rejected "enough"');
  t.is(await factory('upgrade', 'c', 'worker-2', {}), 'fulfilled {"incarnationNumber":1}');
  t.is(await factory('make', 'd', 'worker'), 'd', 'the service goes on too');
  await kernel.release(waiting);
});

test('a vat whose making or upgrade is under way while vatAdmin is upgraded is not taken for another', async t => {
  const { kernel, factory } = await openFactory(t);
  await factory('make', 'a', 'worker');
  const stepTo = async (kind: string): Promise<void> => {
    while ((await kernel.step())?.kind !== kind);
  };
  const making = await kernel.send('factory', 'tryMake', ['b', 'worker']);
  await stepTo('start-vat');
  const upgrading = await kernel.send('factory', 'upgrade', ['a', 'worker-2', {}]);
  await kernel.upgradeVat('vatAdmin', { place: 'ahead' });
  await kernel.run();
  const disconnected = 'rejected {"incarnationNumber":0,"name":"vatUpgraded","upgradeMessage":"vat upgraded"}';
  t.deepEqual(await kernel.promise(making), { state: 'fulfilled', value: disconnected });
  t.true(vatNames(kernel).includes('a'));
  t.false(vatNames(kernel).includes('b'), 'nobody could ever end it');
  t.is((await kernel.promise(upgrading)).state, 'fulfilled');
  t.is(await factory('upgrade', 'a', 'worker', {}), 'fulfilled {"incarnationNumber":2}');
  await kernel.reap();
  t.is(kernel.stats().tables['dynamicVats'], 1);
  await kernel.release(making);
  await kernel.release(upgrading);
});

test('fifty vats that come and go, each in its own way, leave nothing', async t => {
  const { kernel, factory } = await openFactory(t);
  const round = async (number: number): Promise<void> => {
    const [held, end] = (await factory('churn', number, 'worker')) as [boolean, string];
    t.true(held);
    const ends = [`fulfilled ${number}`, `rejected round ${number}`, `rejected "round ${number}"`];
    t.is(end, ends[number % 3] ?? '');
  };
  const counts = async (): Promise<object> => {
    await kernel.reap();
    const { transcripts: _transcripts, ...rest } = kernel.stats().tables;
    return rest;
  };
  for (let i = 0; i < 6; i += 1) await round(i);
  const before = await counts();
  for (let i = 6; i < 56; i += 1) await round(i);
  t.deepEqual(await counts(), before);
});

test('what the vatAdmin device is told is checked, whoever tells it', async t => {
  const kernel = await makeTestKernel(t, {
    vatAdmin: true,
    bootstrap: 'alice',
    vats: { alice: { source: new URL('./vats/vat-device-user.js', import.meta.url) } },
  });
  await kernel.run();
  const tell = (method: string, ...args: readonly unknown[]) => kernel.call('alice', 'use', ['vatAdmin', method, ...args]);
  const root = kernel.root('alice');
  for (const [method, args, message] of [
    ['createVat', [{}], /must be an object|must be a string/],
    ['createVat', [{ bundle: 'b1-0', settings: {}, watcher: root }], /no bundle b1-0 is installed/],
    ['createVat', [{ bundle: 'b1-0', settings: {}, watcher: 'me' }], /an object of a vat is needed/],
    ['terminateVat', ['vat', 'why'], /not a vat id/],
    ['upgradeVat', ['v1', 'b1-0', undefined, 'x'], /no bundle b1-0/],
    ['changeOptions', ['v1', { reap: { deliveries: 3 } }], /vat v1 has ended|not made by a vat/],
    ['getBundleCap', [7], /must be a string/],
    ['installBundle', [{ moduleFormat: 'magic' }], /not a bundle/],
    ['selfDestruct', [], /has no method "selfDestruct", has \["changeOptions","createVat"/],
  ] as const) {
    await t.throwsAsync(tell(method, ...args), { message }, method);
  }
  await tell('terminateVat', 'v1', 'alice may not end what no vat has made');
  t.is(await kernel.call('alice', 'ping'), 'pong');
});
