import test, { type ExecutionContext } from 'ava';
import type { KernelRef } from 'cooperage';
import { makeTestKernel } from 'cooperage/testing';

const ring = { source: new URL('./vats/vat-ring.js', import.meta.url) };

const makeRing = async (t: ExecutionContext) => {
  const kernel = await makeTestKernel(t, { vats: { alice: ring, bob: ring, carol: ring } });
  await kernel.collect({ cycles: true });
  const count = (): Readonly<Record<string, number>> => {
    const { objects = 0, promises = 0, clists = 0 } = kernel.stats().tables;
    return { objects, promises, clists };
  };
  return { kernel, count, roots: { alice: kernel.root('alice'), bob: kernel.root('bob'), carol: kernel.root('carol') } };
};

test('a ring between two vats stays when counts alone decide, and goes when cycles are looked for', async t => {
  const { kernel, count, roots } = await makeRing(t);
  const before = count();
  await kernel.call('alice', 'tie', [roots.bob, 20]);
  await kernel.collect();
  t.is(count()['objects'], (before['objects'] ?? 0) + 40);
  const report = await kernel.collect({ cycles: true });
  t.is(report.passes, 2);
  t.deepEqual(count(), before);
});

test('a ring that something still reaches stays whole, and goes when that lets go', async t => {
  const { kernel, count, roots } = await makeRing(t);
  const before = count();
  const [mine, theirs] = [await kernel.call('alice', 'makeHolder', []), await kernel.call('bob', 'makeHolder', [])] as [
    never,
    never,
  ];
  await kernel.call(mine, 'hold', [theirs]);
  await kernel.call(theirs, 'hold', [mine]);
  await kernel.call('carol', 'keep', ['ring', mine]);
  kernel.release(mine);
  kernel.release(theirs);
  await kernel.collect({ cycles: true });
  t.is(count()['objects'], (before['objects'] ?? 0) + 2);
  // A queued message is a holder too.
  const kept = await kernel.call('carol', 'kept', ['ring']);
  await kernel.call('carol', 'drop', ['ring']);
  await kernel.collect({ cycles: true });
  t.is(count()['objects'], (before['objects'] ?? 0) + 2, 'the host holds it');
  const again = (await kernel.call(kept as never, 'poke', [])) as KernelRef;
  t.is(again.ref, (kept as KernelRef).ref);
  kernel.release(again);
  kernel.release(kept as never);
  await kernel.collect({ cycles: true });
  t.deepEqual(count(), before);
  t.truthy(roots);
});

test('a weak map whose value leads back to its own key lets both go', async t => {
  const { kernel, count } = await makeRing(t);
  const before = count();
  // alice's weak map: key is bob's holder, and the value is alice's holder, which holds that key.
  const map = (await kernel.call('alice', 'makeWeakHolder', [])) as never;
  const key = (await kernel.call('bob', 'makeHolder', [])) as never;
  const value = (await kernel.call('alice', 'makeHolder', [])) as never;
  await kernel.call(map, 'hold', [key, value]);
  await kernel.call(value, 'hold', [key]);
  kernel.release(value);
  await kernel.collect({ cycles: true });
  t.is(count()['objects'], (before['objects'] ?? 0) + 2, 'the key is alive, and so is the value');
  const found = (await kernel.call(map, 'find', [key])) as never;
  const again = (await kernel.call(found, 'held', [])) as KernelRef;
  t.is(again.ref, (key as KernelRef).ref);
  kernel.release(again);
  kernel.release(found);
  kernel.release(key);
  await kernel.collect();
  t.is(count()['objects'], (before['objects'] ?? 0) + 2, 'counts cannot tell');
  await kernel.collect({ cycles: true });
  t.is(count()['objects'], (before['objects'] ?? 0) + 1, 'only the map is left');
  kernel.release(map);
  await kernel.collect({ cycles: true });
  t.deepEqual(count(), before);
});

test('a ring through a value of a weak map under a key that lives goes with its map', async t => {
  const { kernel, count } = await makeRing(t);
  const before = count();
  const map = (await kernel.call('alice', 'makeWeakHolder')) as KernelRef;
  const value = (await kernel.call('bob', 'makeHolder')) as KernelRef;
  await kernel.call(map, 'hold', [kernel.root('carol'), value]);
  await kernel.call(value, 'hold', [map]);
  await value.release();
  await kernel.collect({ cycles: true });
  t.is(count()['objects'], (before['objects'] ?? 0) + 2, 'the host holds the map');
  await map.release();
  await kernel.collect({ cycles: true });
  t.is(count()['objects'], before['objects']);
});

test('a weak ring across vats: each map has the key that the other value keeps', async t => {
  const { kernel, count } = await makeRing(t);
  const before = count();
  const make = async (vat: string, method: string) => (await kernel.call(vat, method, [])) as never;
  const [mapA, mapB] = [await make('alice', 'makeWeakHolder'), await make('bob', 'makeWeakHolder')];
  const [keyA, keyB] = [await make('carol', 'makeHolder'), await make('carol', 'makeHolder')];
  const [valueA, valueB] = [await make('alice', 'makeHolder'), await make('bob', 'makeHolder')];
  await kernel.call(mapA, 'hold', [keyA, valueA]);
  await kernel.call(mapB, 'hold', [keyB, valueB]);
  await kernel.call(valueA, 'hold', [keyB]);
  await kernel.call(valueB, 'hold', [keyA]);
  for (const ref of [keyA, valueA, valueB]) kernel.release(ref);
  await kernel.collect({ cycles: true });
  t.is(count()['objects'], (before['objects'] ?? 0) + 4, 'one key keeps all');
  kernel.release(keyB);
  await kernel.collect({ cycles: true });
  t.is(count()['objects'], (before['objects'] ?? 0) + 2, 'the maps are left');
  kernel.release(mapA);
  kernel.release(mapB);
  await kernel.collect({ cycles: true });
  t.deepEqual(count(), before);
});

test('promises that nobody can settle and nobody has go, and so does what waits for them', async t => {
  const { kernel, count } = await makeRing(t);
  const before = count();
  const waiter = (await kernel.call('alice', 'makeWaiter', [])) as never;
  const hopeless = (await kernel.call('bob', 'makeHopeless', [])) as never;
  await kernel.call(hopeless, 'tell', [waiter]);
  await kernel.collect({ cycles: true });
  t.true((count()['promises'] ?? 0) > (before['promises'] ?? 0), 'its maker can still settle it');
  await kernel.call(hopeless, 'settle', ['done']);
  t.deepEqual(await kernel.call(waiter, 'seen', []), ['done']);
  await kernel.call(hopeless, 'renew', []);
  await kernel.call(hopeless, 'tell', [waiter]);
  await kernel.call(hopeless, 'forget', []);
  await kernel.collect();
  t.is(count()['promises'], (before['promises'] ?? 0) + 1, 'counts cannot tell');
  await kernel.collect({ cycles: true });
  t.is(count()['promises'], before['promises']);
  t.deepEqual(await kernel.call(waiter, 'seen', []), ['done']);
  kernel.release(waiter);
  kernel.release(hopeless);
  await kernel.collect({ cycles: true });
  t.deepEqual(count(), before);
});

for (const end of ['terminated', 'upgraded'] as const) {
  test(`a promise that is kept hears that its vat was ${end}, though nobody could settle it any more`, async t => {
    const promiser = { source: new URL('./vats/vat-promiser.js', import.meta.url) };
    const kernel = await makeTestKernel(t, { vats: { alice: promiser, bob: promiser } });
    await kernel.call('bob', 'pend', ['thing']);
    await kernel.call('alice', 'keepAnswer', ['thing', kernel.root('bob'), 'answerWith', 'thing']);
    await kernel.call('alice', 'watch', ['thing']);
    await kernel.call('bob', 'forgetAll');
    await kernel.collect({ cycles: true });
    if (end === 'upgraded') await kernel.upgradeVat('bob');
    else await kernel.terminateVat('bob');
    await kernel.run();
    const [[name, outcome, problem] = []] = (await kernel.call('alice', 'take')) as [string, string, unknown][];
    t.deepEqual([name, outcome], ['thing', 'rejected']);
    t.regex(JSON.stringify(problem), new RegExp(`vat ${end}`));
    await t.throwsAsync(kernel.call('alice', 'callCell', ['thing']), { message: new RegExp(`vat ${end}`) });
  });
}

for (const heap of ['stop', 'discard'] as const) {
  test(`what an earlier incarnation waited for goes with what it waited for (heap: ${heap})`, async t => {
    const { kernel, count } = await makeRing(t);
    const before = count();
    const waiter = (await kernel.call('alice', 'makeWaiter', [])) as KernelRef;
    const hopeless = (await kernel.call('bob', 'makeHopeless', [])) as KernelRef;
    await kernel.call(hopeless, 'tell', [waiter]);
    await waiter.release();
    await kernel.upgradeVat('alice', { heap });
    await hopeless.release();
    await kernel.collect({ cycles: true });
    t.deepEqual(count(), before);
    await kernel.suspendVat('alice');
    await kernel.resumeVat('alice');
    t.is(await kernel.call('alice', 'drop', ['nothing']), false, 'its replay does the same');
  });
}

const stored = { source: new URL('./vats/vat-stored-ring.js', import.meta.url) };

const makeStored = async (t: ExecutionContext) => {
  const kernel = await makeTestKernel(t, { vats: { alice: stored, bob: stored } });
  await kernel.collect({ cycles: true });
  const count = (): Readonly<Record<string, number>> => {
    const { objects = 0, promises = 0, clists = 0, vatstore = 0 } = kernel.stats().tables;
    return { objects, promises, clists, vatstore };
  };
  return { kernel, count };
};

for (const kind of ['durable', 'virtual']) {
  test(`rings of ${kind} objects in one vat go`, async t => {
    const { kernel, count } = await makeStored(t);
    await kernel.call('alice', 'tieInside', [kind, 1]);
    await kernel.call('alice', 'tieInside', [kind, 5]);
    const before = count();
    await kernel.collect();
    t.is(count()['vatstore'], before['vatstore'], 'counts cannot tell');
    await kernel.collect({ cycles: true });
    // The row of the virtual kind stays.
    t.is(count()['vatstore'], (before['vatstore'] ?? 0) - 12);
  });
}

test('rings of collections go', async t => {
  const { kernel, count } = await makeStored(t);
  const before = count();
  await kernel.call('alice', 'tieCollection', []);
  await kernel.collect();
  t.true((count()['vatstore'] ?? 0) > (before['vatstore'] ?? 0));
  await kernel.collect({ cycles: true });
  t.deepEqual(count(), before);
});

const KINDS = ['durable', 'virtual', 'heap', 'map'];
for (const mine of KINDS) {
  for (const theirs of KINDS) {
    test(`rings between two vats go: ${mine} and ${theirs}`, async t => {
      const { kernel, count } = await makeStored(t);
      const base = count();
      await kernel.call('alice', 'tie', [kernel.root('bob'), mine, theirs]);
      await kernel.collect();
      t.is(count()['objects'], (base['objects'] ?? 0) + 2, 'counts cannot tell');
      await kernel.collect({ cycles: true });
      const { objects, clists } = count();
      t.deepEqual({ objects, clists }, { objects: base['objects'], clists: base['clists'] });
      const kinds = [mine, theirs].filter(kind => kind === 'virtual').length;
      t.is(count()['vatstore'], (base['vatstore'] ?? 0) + kinds, 'only rows of virtual kinds are left');
    });
  }
}

const WEAK_ENTRIES = [
  ['durable', 'durable', 'durable'],
  ['virtual', 'durable', 'virtual'],
  ['virtual', 'virtual', 'heap'],
  ['virtual', 'heap', 'virtual'],
  ['virtual', 'heap', 'heap'],
  ['virtual', 'heap', 'itself'],
  ['virtual', 'virtual', 'itself'],
  ['durable', 'durable', 'itself'],
];
for (const [map, key, value] of WEAK_ENTRIES) {
  test(`an entry of a ${map} weak map goes whose value holds its key: ${key} and ${value}`, async t => {
    const { kernel, count } = await makeStored(t);
    await kernel.call('alice', 'tieWeakly', [map, key, value]);
    await kernel.collect({ cycles: true });
    const base = count();
    await kernel.call('alice', 'tieWeakly', [map, key, value]);
    await kernel.collect();
    t.true((count()['vatstore'] ?? 0) > (base['vatstore'] ?? 0), 'counts cannot tell');
    await kernel.collect({ cycles: true });
    t.deepEqual(count(), base);
  });
}

for (const map of ['durable', 'virtual']) {
  for (const value of ['itself', 'durable', ...(map === 'virtual' ? ['heap'] : [])]) {
    test(`an entry of a ${map} weak map goes whose key is another vat’s: the value is ${value}`, async t => {
      const { kernel, count } = await makeStored(t);
      const base = count();
      for (const key of ['durable', 'heap']) {
        const ref = (await kernel.call('bob', 'make', [key])) as KernelRef;
        await kernel.call('alice', 'tieWeaklyTo', [map, ref, value]);
        await kernel.collect({ cycles: true });
        t.true((count()['vatstore'] ?? 0) > (base['vatstore'] ?? 0), 'the host holds the key');
        await ref.release();
        await kernel.collect();
        t.is(count()['objects'], (base['objects'] ?? 0) + 1, 'counts cannot tell');
        await kernel.collect({ cycles: true });
        t.deepEqual(count(), base);
      }
    });
  }
}
