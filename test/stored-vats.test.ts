/** Vats that keep things outside their heap, in whole kernels: what survives an upgrade, what goes, and who is told. */
import { readFileSync } from 'node:fs';
import type { KernelRef } from 'cooperage';
import { makeTestKernel } from 'cooperage/testing';
import test from 'ava';

const source = (name: string) => ({ source: new URL(`./vats/vat-${name}`, import.meta.url) });

test('a durable tally goes on counting after an upgrade, under the reference that others have', async t => {
  const kernel = await makeTestKernel(t, { vats: { tallies: source('tallies.ts') } });
  const apples = (await kernel.call('tallies', 'open', ['apples'])) as KernelRef;
  await kernel.call('tallies', 'open', ['pears']);
  t.is(await kernel.call(apples, 'add', [2]), 2);
  await t.throwsAsync(() => kernel.call(apples, 'add', ['two']), { message: /string "two" - Must be a number/ });
  t.deepEqual(await kernel.upgradeVat('tallies', source('tallies-2.ts')), { incarnation: 1 });
  t.is(await kernel.call(apples, 'add', [3]), 5);
  t.is(await kernel.call(apples, 'read'), 'apples: 5');
  const again = (await kernel.call('tallies', 'open', ['apples'])) as KernelRef;
  t.is(again.ref, apples.ref);
  t.deepEqual(await kernel.call('tallies', 'readAll'), ['apples: 5', 'pears: 0']);
});

test('the example of the docs is the one that is tested', t => {
  const docs = readFileSync(new URL('../docs/vats.md', import.meta.url), 'utf8');
  const printed = [...docs.matchAll(/^```ts\n\/\/ (test\/\S+)\n(.*?)^```$/gms)];
  t.deepEqual(
    printed.map(([, path]) => path),
    ['test/vats/vat-tallies.ts'],
  );
  for (const [, path, text] of printed) {
    t.is(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'), text ?? '', path);
  }
});

test('everything that @cooperage/vat offers does in a vat what it says', async t => {
  const kernel = await makeTestKernel(t, { vats: { author: source('author.ts'), waiter: source('waiter.js') } });
  t.deepEqual(await kernel.call('author', 'useVirtualKinds'), [1, 1, [5, 4], 8, 9]);
  t.deepEqual(await kernel.call('author', 'useStores'), [
    [
      ['a', 1],
      ['b', 2],
    ],
    [1n, 3n],
    'found',
    true,
    1,
  ]);
  const durables = [1, [3, 4], 5, 7, 9, [11, 12], 13];
  t.deepEqual(await kernel.call('author', 'useDurables'), durables);
  t.is(await kernel.call('author', 'greet', ['you']), 'hello, you');
  await kernel.call('author', 'befriend', [kernel.root('waiter')]);
  t.deepEqual(await kernel.call('author', 'judge', [{ friend: kernel.root('waiter') }]), [true, false, true]);
  await kernel.call('author', 'watchAnswer', [kernel.root('waiter'), 'first']);
  await kernel.call('waiter', 'answer', ['here']);
  const told = ['first fulfilled: here', 'first watched: here'];
  t.deepEqual(await kernel.call('author', 'told'), told);
  await kernel.upgradeVat('author', source('author.ts'));
  await kernel.reap();
  t.deepEqual(await kernel.call('author', 'told'), told);
  t.deepEqual(await kernel.call('author', 'useDurables'), durables);
  t.deepEqual(await kernel.call('author', 'countFriends'), [[3, true]]);
});

test('watches outlive both the one who watches and the one who was to answer', async t => {
  const kernel = await makeTestKernel(t, { vats: { author: source('author.ts'), waiter: source('waiter.js') } });
  const waiter = kernel.root('waiter');
  await kernel.call('author', 'watchAnswer', [waiter, 'kept']);
  await kernel.call('author', 'watchOwn', ['own']);
  await kernel.upgradeVat('author', { ...source('author.ts'), message: 'author is new' });
  await kernel.run();
  t.deepEqual(await kernel.call('author', 'told'), ['own rejected: upgraded: author is new']);
  await kernel.call('waiter', 'answer', ['here']);
  await kernel.call('author', 'watchAnswer', [waiter, 'lost']);
  await kernel.upgradeVat('waiter', { ...source('waiter.js'), message: 'waiter is new' });
  await kernel.run();
  t.deepEqual(await kernel.call('author', 'told'), [
    'own rejected: upgraded: author is new',
    'kept fulfilled: here',
    'kept watched: here',
    'lost rejected: upgraded: waiter is new',
  ]);
  await kernel.reap();
  t.deepEqual(kernel.audit(), []);
});

test('a durable watch of a promise that nobody is left to settle waits for the upgrade that does', async t => {
  const kernel = await makeTestKernel(t, { vats: { author: source('author.ts'), waiter: source('waiter.js') } });
  await kernel.call('author', 'watchOwn', ['hopeless']);
  await kernel.collect({ cycles: true });
  await kernel.upgradeVat('author', { ...source('author.ts'), message: 'at last' });
  await kernel.collect({ cycles: true });
  t.deepEqual(await kernel.call('author', 'told'), ['hopeless rejected: upgraded: at last']);
});

test('watches come and go without growth', async t => {
  const kernel = await makeTestKernel(t, { vats: { author: source('author.ts'), waiter: source('waiter.js') } });
  const listTold = async (): Promise<void> => {
    await kernel.call('author', 'watchAnswer', [kernel.root('waiter'), 'x']);
    await kernel.call('waiter', 'answer', ['y']);
    await kernel.call('author', 'forgetTold');
  };
  await t.notThrowsAsync(() => kernel.assertNoGrowth(listTold, { rounds: 20 }));
});
