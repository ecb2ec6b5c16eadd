/** Why things are alive in whole kernels: each place where real vats keep things is found, and letting go there lets them go. */
import test, { type ExecutionContext } from 'ava';
import type { KernelRef } from 'cooperage';
import { makeTestKernel } from 'cooperage/testing';

const shelf = { source: new URL('./vats/vat-shelf.js', import.meta.url) };
const [BAGGAGE, THING] = ['the baggage of v2 (bob)', 'ko22, o+1 of v1 (alice)'];

const makeShelves = async (t: ExecutionContext) => {
  const kernel = await makeTestKernel(t, { vats: { alice: shelf, bob: shelf } });
  const thing = (await kernel.call('alice', 'make')) as KernelRef;
  /** Lets bob keep it somewhere, and nobody else; gives the lines of the path. */
  const keepOnlyAt = async (method: string, ...args: readonly unknown[]): Promise<readonly string[]> => {
    await kernel.call('bob', method, args);
    await thing.release();
    await kernel.reap();
    kernel.assertAlive(thing);
    return kernel
      .why(thing)
      .explanation.split('\n')
      .map(line => line.replace(/^ *(-> )?/, ''));
  };
  return { kernel, thing, keepOnlyAt };
};

test('what the host holds is held by its pin', async t => {
  const { kernel, thing } = await makeShelves(t);
  t.regex(kernel.why(thing).explanation, /^ {2}pin "host": the host holds it, until it releases it or closes\n/);
  await thing.release();
  await kernel.reap();
  kernel.assertCollected(thing);
  t.throws(() => kernel.why(thing), { code: 'ERR_GONE', message: /^ko22 is gone: it was an object/ });
});

test('an entry of a stored map is found, whatever its key', async t => {
  const { kernel, thing, keepOnlyAt } = await makeShelves(t);
  const keys = ['a "key"\u001b', 1.5, -42n, null, true];
  for (const key of keys.slice(1)) await kernel.call('bob', 'keepAt', [key, thing]);
  const path = await keepOnlyAt('keepAt', keys[0], thing);
  t.is(path[0], `v2 o+d2/1, ${BAGGAGE}: entry "map", as o+d2/10`);
  t.regex(path[1] ?? '', /^v2 o\+d2\/10, the map "shelf" of v2 \(bob\): entry /);
  t.deepEqual(path.slice(2), [THING, 'It is kept.']);
  const entries = kernel.why(thing).holders.rows.filter(({ kind }) => kind === 'entry');
  t.deepEqual(
    entries.map(({ detail }) => detail),
    ['true', '1.5', '-42n', '"a \\"key\\"\\u001b"', 'null'],
  );
  for (const key of keys) await kernel.call('bob', 'dropAt', [key]);
  await kernel.reap();
  kernel.assertCollected(thing);
});

test('a key of a set is found', async t => {
  const { thing, keepOnlyAt } = await makeShelves(t);
  t.deepEqual((await keepOnlyAt('keepAsKey', thing)).slice(1), [
    'v2 o+d4/11, the set "keys" of v2 (bob): as key, o-50',
    THING,
    'It is kept.',
  ]);
});

test('a property of a durable object is found, and who holds the object', async t => {
  const { kernel, thing, keepOnlyAt } = await makeShelves(t);
  const box = (await kernel.call('bob', 'makeBox', [thing])) as KernelRef;
  await kernel.call('alice', 'keepInHeap', ['box', box]);
  await box.release();
  const path = await keepOnlyAt('dropFromHeap', 'nothing');
  t.is(path[0], 'the heap of v1 (alice): as o-50');
  t.is(path[1], 'v2 o+d14/1, of kind "box" of v2 (bob), ko23 to others: property "thing", as o-50');
  t.is(path[2], THING);
  t.is(kernel.why('bob o+d14/1').node, kernel.why(box).node);
  await kernel.call('alice', 'dropFromHeap', ['box']);
  await kernel.reap();
  kernel.assertCollected(box);
  kernel.assertCollected('bob o+d14/1');
  kernel.assertCollected(thing);
});

test('an entry of a weak map is found, and its key named', async t => {
  const { kernel, thing, keepOnlyAt } = await makeShelves(t);
  const key = (await kernel.call('alice', 'make')) as KernelRef;
  const path = await keepOnlyAt('keepWeakly', key, thing);
  t.is(path[1], 'v2 o+d3/12, the weak map "notes" of v2 (bob): entry of the key o-50, as o-51');
  t.is(path[3], 'It is kept as long as the key of that weak entry lives.');
  t.like(kernel.why(key).holders.rows.at(-1), { kind: 'weak key', holder: 'v2 o+d3/12', strength: 'weak' });
  await key.release();
  await kernel.reap();
  kernel.assertCollected(thing);
});

test('a stored watch keeps what it will be told with', async t => {
  const { kernel, thing, keepOnlyAt } = await makeShelves(t);
  const [promise] = (await kernel.call('alice', 'makeNever')) as [KernelRef];
  const path = await keepOnlyAt('keepForPromise', promise, thing);
  t.regex(path[0] ?? '', /^a stored watch of v2 \(bob\), of promise p-\d+$/);
  t.is(path[1], THING);
  t.regex(kernel.why(promise).explanation, /pin "host"/);
  await promise.release();
  t.regex(kernel.why(promise).explanation, /^ {2}a stored watch of v2 \(bob\), of promise p-\d+\n/);
});

test('of a heap it is said that only it can hold the thing', async t => {
  const { thing, keepOnlyAt } = await makeShelves(t);
  const path = await keepOnlyAt('keepInHeap', 'thing', thing);
  t.deepEqual(path.slice(0, 2), ['the heap of v2 (bob): as o-50', THING]);
  t.regex(path[2] ?? '', /^Only the heap of v2 \(bob\) can be what keeps it, or has not brought out its dead yet/);
});

test('a queued message holds its target and its arguments, and one that waits for a promise is held by who can settle that', async t => {
  const { kernel, thing } = await makeShelves(t);
  const result = await kernel.send('bob', 'keepInHeap', ['thing', thing]);
  await thing.release();
  t.regex(kernel.why(thing).explanation, /^ {2}queued message m\d+: argument, slot 0\n/);
  t.regex(kernel.why(result).explanation, /queued message m\d+: result|it is the answer to a message of the host/);
  const [never] = (await kernel.call('alice', 'makeNever')) as [KernelRef];
  const other = (await kernel.call('alice', 'make')) as KernelRef;
  await kernel.send(never, 'take', [other]);
  await kernel.run();
  await other.release();
  await kernel.reap();
  const waiting = kernel.why(other);
  t.regex(
    waiting.explanation,
    /^ {2}the heap of v1 \(alice\): as p\+\d+\n {2}-> what can settle kp\d+: message m\d+ waits for that: argument, slot 0\n {2}-> ko\d+, o\+2 of v1/,
  );
});

test('a ring through heaps is shown, and goes when cycles are collected', async t => {
  const { kernel } = await makeShelves(t);
  const [mine, theirs] = [
    (await kernel.call('alice', 'makeHolder')) as KernelRef,
    (await kernel.call('bob', 'makeHolder')) as KernelRef,
  ];
  await kernel.call(mine, 'hold', [theirs]);
  await kernel.call(theirs, 'hold', [mine]);
  await mine.release();
  await theirs.release();
  await kernel.reap();
  const { doubt, ring } = kernel.why(mine);
  t.is(doubt, 'heap');
  t.deepEqual(
    ring?.map(({ from }) => from),
    ['v1 o+2', 'heap v1', 'v2 o+1', 'heap v2'],
  );
  t.throws(() => kernel.assertCollected(mine), {
    message: /^ko23 is alive:\n[^]*collect\(\{ cycles: true \}\) will tell[^]*\nheld by c-list of v2 o-50$/,
  });
  await kernel.collect({ cycles: true });
  kernel.assertCollected(mine);
  kernel.assertCollected(theirs);
  t.throws(() => kernel.assertAlive(mine), { code: 'ERR_GONE' });
});

test('a name that never was is no proof that a thing was collected', async t => {
  const { kernel } = await makeShelves(t);
  t.throws(() => kernel.assertCollected('ko999'), { code: 'ERR_REF', message: /there never was a ko999/ });
  t.throws(() => kernel.assertCollected('bob o+77'), { code: 'ERR_REF' });
  t.throws(() => kernel.why('bobo+77'), { code: 'ERR_REF' });
});

test('the kernel is asked at rest', async t => {
  const { kernel, thing } = await makeShelves(t);
  const running = kernel.run();
  t.throws(() => kernel.why(thing), { code: 'ERR_BUSY' });
  await running;
});
