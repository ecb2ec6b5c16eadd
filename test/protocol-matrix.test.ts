/**
 * Promises from end to end, on real vats: how they settle, who hears of it, where messages to them go, and that afterwards nothing of
 * them is left in any table. The audit runs after every crank.
 */
import type { KernelRef } from 'cooperage';
import { makeTestKernel, type TestKernel } from 'cooperage/testing';
import test, { type ExecutionContext } from 'ava';
import { RawWorld } from './raw/world.ts';

const source = new URL('./vats/vat-promiser.js', import.meta.url);
const VATS = ['alice', 'bob', 'carol'] as const;
type Name = (typeof VATS)[number];

type World = { readonly kernel: TestKernel; readonly root: (name: Name) => KernelRef } & {
  readonly [Vat in Name]: (method: string, ...args: readonly unknown[]) => Promise<unknown>;
};

const makeWorld = async (t: ExecutionContext): Promise<World> => {
  const kernel = await makeTestKernel(t, { vats: Object.fromEntries(VATS.map(name => [name, { source }])) });
  await kernel.run();
  const tell =
    (name: Name) =>
    (method: string, ...args: readonly unknown[]) =>
      kernel.call(name, method, args);
  return { kernel, root: name => kernel.root(name), alice: tell('alice'), bob: tell('bob'), carol: tell('carol') };
};

/** Every vat forgets, is reaped, and then the tables hold the roots of those that live, and nothing else. */
const insistClean = async (t: ExecutionContext, { kernel }: World, ended: readonly Name[] = []): Promise<void> => {
  const living = VATS.filter(name => !ended.includes(name));
  await kernel.run();
  for (const name of living) await kernel.call(name, 'forgetAll', []);
  await kernel.reap();
  const { tables } = kernel.stats();
  const expected = {
    promises: 0,
    promiseSlots: 0,
    promiseQueue: 0,
    subscriptions: 0,
    messages: 0,
    messageSlots: 0,
    runQueue: 0,
    gcActions: 0,
    cleanupQueue: 0,
    objects: living.length,
    clists: living.length,
    pins: living.length,
  };
  t.like(tables, expected);
  t.deepEqual(kernel.audit(), []);
};

/** A test in a world of its own that must be clean afterwards; returns the vats that ended. */
const scenario = (title: string, play: (t: ExecutionContext, world: World) => Promise<readonly Name[] | void>): void => {
  test(title, async t => {
    const world = await makeWorld(t);
    const ended = await play(t, world);
    await insistClean(t, world, ended ?? []);
  });
};

/** Alice has a promise that bob and carol were given and watch. */
const makeWatched = async ({ alice, bob, carol, root }: World, name = 'p'): Promise<void> => {
  await alice('pend', name);
  for (const peer of ['bob', 'carol'] as const) await alice('give', name, root(peer));
  for (const tell of [bob, carol]) await tell('watch', name);
};

const SETTLEMENTS: Readonly<Record<string, { settle: readonly unknown[]; seen: readonly unknown[] }>> = {
  data: { settle: ['fulfil', 'p', { a: [1, 2n, undefined] }], seen: ['p', 'fulfilled', { a: [1, 2n, undefined] }] },
  nothing: { settle: ['fulfil', 'p'], seen: ['p', 'fulfilled', undefined] },
  'a rejection': { settle: ['reject', 'p', 'no'], seen: ['p', 'rejected', 'no'] },
};

for (const [what, { settle, seen }] of Object.entries(SETTLEMENTS)) {
  scenario(`all who wait for a promise hear of its settlement with ${what}`, async (t, world) => {
    const { alice, bob, carol, kernel } = world;
    await makeWatched(world);
    const [method, ...args] = settle as [string, ...unknown[]];
    await alice(method, ...args);
    await kernel.run();
    for (const tell of [bob, carol]) t.deepEqual(await tell('take'), [seen]);
  });

  scenario(
    `who gets a promise after its settlement with ${what} hears the same`,
    async (t, { alice, bob, carol, kernel, root }) => {
      await alice('pend', 'p');
      const [method, ...args] = settle as [string, ...unknown[]];
      await alice(method, ...args);
      await alice('give', 'p', root('bob'));
      await bob('watch', 'p');
      await kernel.run();
      await bob('give', 'p', root('carol'));
      await carol('watch', 'p');
      await kernel.run();
      for (const tell of [bob, carol]) t.deepEqual(await tell('take'), [seen]);
    },
  );
}

scenario('a promise that is fulfilled with an object is the object, and takes messages', async (t, world) => {
  const { alice, bob, carol, root } = world;
  await alice('make', 'x');
  await makeWatched(world);
  const early = world.kernel.call('bob', 'callCell', ['p']);
  const chained = world.kernel.call('carol', 'callChain', ['p']);
  await t.throwsAsync(early, { code: 'ERR_NO_ANSWER' });
  await t.throwsAsync(chained, { code: 'ERR_NO_ANSWER' });
  await alice('fulfilWithCell', 'p', 'x');
  t.is(await bob('callCell', 'p'), 'hello from x');
  t.is(await carol('callChain', 'p'), 'hello from x');
  await alice('give', 'x', root('bob'));
});

scenario('messages sent to a promise arrive, in order, at the object that it becomes', async (t, { alice, root, kernel }) => {
  await alice('pend', 'p');
  await alice('give', 'p', root('bob'));
  const answers = await Promise.all(['callCell', 'callChain', 'callCell'].map(method => kernel.send('bob', method, ['p'])));
  await kernel.run();
  t.true((kernel.stats().tables.promiseQueue ?? 0) > 0);
  await alice('make', 'x');
  await alice('fulfilWithCell', 'p', 'x');
  await kernel.run();
  for (const answer of answers) {
    t.deepEqual(await kernel.promise(answer), { state: 'fulfilled', value: 'hello from x' });
    await kernel.release(answer);
  }
});

scenario('a promise that is fulfilled with an object of the one who waits brings its messages home', async (t, world) => {
  const { alice, bob, root, kernel } = world;
  await bob('make', 'mine');
  await bob('relay', root('alice'), 'pend', 'p');
  await alice('give', 'p', root('bob'));
  const answer = await kernel.send('bob', 'callCell', ['p']);
  await kernel.run();
  await bob('giveCell', 'mine', root('alice'));
  await alice('fulfilWithCell', 'p', 'mine');
  await kernel.run();
  t.deepEqual(await kernel.promise(answer), { state: 'fulfilled', value: 'hello from mine' });
  t.true(await bob('isSame', 'p', 'mine'));
  await kernel.release(answer);
});

scenario('a promise inside data arrives as a promise and settles later', async (t, { alice, kernel, root }) => {
  for (const name of ['outer', 'inner']) await alice('pend', name);
  await alice('give', 'outer', root('bob'));
  await alice('fulfilWithList', 'outer', 'inner');
  const answer = await kernel.send('bob', 'unwrap', ['outer', 1]);
  await kernel.run();
  t.like(await kernel.promise(answer), { state: 'unresolved' });
  await alice('fulfil', 'inner', 'at last');
  await kernel.run();
  t.deepEqual(await kernel.promise(answer), { state: 'fulfilled', value: 'at last' });
  await kernel.release(answer);
});

scenario('a chain of promises through three vats unwinds to its end', async (t, { alice, bob, carol, kernel, root }) => {
  await alice('pend', 'a');
  await bob('pend', 'b');
  await carol('pend', 'c');
  await carol('give', 'c', root('bob'));
  await bob('give', 'b', root('alice'));
  await alice('give', 'a', root('carol'));
  await bob('fulfilWithList', 'b', 'c');
  await alice('fulfilWithList', 'a', 'b');
  const answer = await kernel.send('carol', 'unwrap', ['a', 2]);
  await kernel.run();
  t.like(await kernel.promise(answer), { state: 'unresolved' });
  await carol('fulfil', 'c', 'the end');
  await kernel.run();
  t.deepEqual(await kernel.promise(answer), { state: 'fulfilled', value: 'the end' });
  await kernel.release(answer);
});

scenario('a promise that is resolved with a promise of another vat follows it', async (t, world) => {
  const { alice, bob, carol, kernel, root } = world;
  await makeWatched(world);
  await bob('pend', 'q');
  await bob('give', 'q', root('alice'));
  await alice('fulfilWithCell', 'p', 'q');
  await kernel.run();
  t.deepEqual(await carol('take'), []);
  await bob('fulfil', 'q', 7);
  await kernel.run();
  for (const tell of [bob, carol]) t.deepEqual(await tell('take'), [['p', 'fulfilled', 7]]);
});

scenario('vats that wait for each other hear each other, even when the news cross', async (t, { alice, bob, kernel, root }) => {
  await alice('pend', 'a');
  await bob('pend', 'b');
  await alice('give', 'a', root('bob'));
  await bob('give', 'b', root('alice'));
  await alice('watch', 'b');
  await bob('watch', 'a');
  for (const [vat, name] of [
    ['alice', 'a'],
    ['bob', 'b'],
  ] as const) {
    await kernel.release(await kernel.send(vat, 'fulfil', [name, `from ${vat}`]));
  }
  await kernel.run();
  t.deepEqual(await alice('take'), [['b', 'fulfilled', 'from bob']]);
  t.deepEqual(await bob('take'), [['a', 'fulfilled', 'from alice']]);
});

scenario('the promise for an answer can be an argument before and after it settles', async (t, { alice, bob, kernel, root }) => {
  await bob('pend', 'slow');
  // The answer is bob's own promise, and goes back to bob before bob has given it.
  await alice('sendWithAnswer', 'p', root('bob'), 'answerWith', 'slow');
  await bob('watch', 'p');
  await bob('fulfil', 'slow', 'done');
  await kernel.run();
  t.deepEqual(await bob('take'), [['p', 'fulfilled', 'done']]);
  await alice('give', 'p', root('bob'));
  await bob('watch', 'p');
  await kernel.run();
  t.is(((await bob('take')) as unknown[]).length, 2);
});

scenario('an answer can be the promise for another answer, through any number of vats', async (t, world) => {
  const { alice, bob, carol, kernel, root } = world;
  await carol('pend', 'slow');
  const answer = await kernel.send('alice', 'relay', [root('bob'), 'relay', root('carol'), 'answerWith', 'slow']);
  await kernel.run();
  t.like(await kernel.promise(answer), { state: 'unresolved' });
  await carol('reject', 'slow', 'never');
  await kernel.run();
  t.like(await kernel.promise(answer), { state: 'rejected', reason: { message: 'never' } });
  await kernel.release(answer);
  await alice('hello');
  await bob('hello');
});

scenario('a third vat sends to a promise that it was handed', async (t, { alice, bob, carol, kernel, root }) => {
  await bob('make', 'x');
  await bob('pend', 'slow');
  await alice('keepAnswer', 'p', root('bob'), 'answerWith', 'slow');
  await alice('give', 'p', root('carol'));
  const answer = await kernel.send('carol', 'callCell', ['p']);
  await kernel.run();
  t.like(await kernel.promise(answer), { state: 'unresolved' });
  await bob('fulfilWithCell', 'slow', 'x');
  await kernel.run();
  t.deepEqual(await kernel.promise(answer), { state: 'fulfilled', value: 'hello from x' });
  await kernel.release(answer);
  t.is(await carol('callCell', 'p'), 'hello from x');
});

for (const [what, settle, problem] of [
  ['rejected', ['reject', 'p', 'no such thing'], /no such thing/],
  ['fulfilled with data', ['fulfil', 'p', 'text'], /hello/],
] as const) {
  scenario(`messages to a promise that is ${what} are rejected, whether sent before or after`, async (t, world) => {
    const { alice, bob, kernel } = world;
    await makeWatched(world);
    const answer = await kernel.send('bob', 'callCell', ['p']);
    await kernel.run();
    const [method, ...args] = settle;
    await alice(method, ...args);
    await kernel.run();
    const early = await kernel.promise(answer);
    t.is(early.state, 'rejected');
    t.regex((early as { reason: Error }).reason.message, problem);
    await kernel.release(answer);
    await t.throwsAsync(bob('callCell', 'p'), { message: problem });
  });
}

scenario('all who wait for a vat that is terminated are told so, and so are those who write to it', async (t, world) => {
  const { bob, carol, kernel } = world;
  await makeWatched(world);
  const toPromise = await kernel.send('bob', 'callCell', ['p']);
  const answer = await kernel.send('alice', 'answerWith', ['p']);
  await kernel.run();
  const toVat = await kernel.send('alice', 'hello', []);
  await kernel.terminateVat('alice', 'test');
  await kernel.run();
  for (const tell of [bob, carol]) t.deepEqual(await tell('take'), [['p', 'rejected', 'vat terminated']]);
  for (const promise of [toPromise, answer, toVat]) {
    t.like(await kernel.promise(promise), { state: 'rejected', reason: { message: 'vat terminated' } });
    await kernel.release(promise);
  }
  return ['alice'];
});

scenario(
  'what a vat that ends had promised to a promise it passed on is rejected, not what others promised',
  async (t, world) => {
    const { alice, bob, carol, kernel, root } = world;
    await bob('pend', 'q');
    await bob('give', 'q', root('alice'));
    await alice('give', 'q', root('carol'));
    await carol('watch', 'q');
    await kernel.terminateVat('alice', 'test');
    await kernel.run();
    t.deepEqual(await carol('take'), []);
    await bob('fulfil', 'q', 'mine to settle');
    await kernel.run();
    t.deepEqual(await carol('take'), [['q', 'fulfilled', 'mine to settle']]);
    return ['alice'];
  },
);

for (const withFailure of [false, true]) {
  const ending = withFailure ? 'with failure' : 'with success';
  scenario(`a vat that exits ${ending} ends, and its caller is told`, async (t, { kernel, alice }) => {
    const exit = alice('exit', withFailure);
    // Its answer was given in the same delivery, which stands or falls as a whole.
    if (withFailure) await t.throwsAsync(exit, { message: /vat terminated/ });
    else t.is(await exit, undefined);
    await t.throwsAsync(alice('hello'), { code: 'ERR_VAT_STATE', message: withFailure ? /exited with failure/ : /vat exited/ });
    await kernel.run();
    return ['alice'];
  });

  scenario(`what a vat sent before it exits ${ending} ${withFailure ? 'was never sent' : 'arrives'}`, async (t, world) => {
    const { kernel, bob, carol, root } = world;
    await makeWatched(world);
    await kernel.release(await kernel.send('alice', 'exitAfterSend', [root('bob'), withFailure]));
    await kernel.run();
    t.is(await bob('hasCell', 'last words'), !withFailure);
    for (const tell of [bob, carol]) t.deepEqual(await tell('take'), [['p', 'rejected', 'vat terminated']]);
    return ['alice'];
  });
}

test('promises that cite each other, or themselves, arrive as they are', async t => {
  const world = await makeWorld(t);
  const { alice, bob, kernel, root } = world;
  for (const name of ['p', 'q', 'self']) {
    await alice('pend', name);
    await alice('give', name, root('bob'));
  }
  await alice('fulfilPair', 'p', 'q');
  await alice('fulfilWithList', 'self', 'self');
  await kernel.run();
  for (const name of ['p', 'q', 'self']) t.is(await bob('depthOf', name, 10), 10);
});

test('settled promises that cite each other leave the tables when nobody else does, as soon as cycles are looked for', async t => {
  const world = await makeWorld(t);
  await world.alice('pend', 'self');
  await world.alice('give', 'self', world.root('bob'));
  await world.alice('fulfilWithList', 'self', 'self');
  for (const name of VATS) await world.kernel.call(name, 'forgetAll', []);
  await world.kernel.collect();
  t.true((world.kernel.stats().tables['promises'] ?? 0) > 0, 'counts alone cannot see it');
  await world.kernel.collect({ cycles: true });
  await insistClean(t, world);
});

test('promises of two vats that cite each other arrive as they are', async t => {
  const world = await makeWorld(t);
  const { alice, bob, kernel, root } = world;
  await alice('pend', 'a');
  await bob('pend', 'b');
  await alice('give', 'a', root('bob'));
  await bob('give', 'b', root('alice'));
  await kernel.release(await kernel.send('alice', 'fulfilWithList', ['a', 'b']));
  await kernel.release(await kernel.send('bob', 'fulfilWithList', ['b', 'a']));
  await kernel.run();
  t.is(await alice('depthOf', 'b', 10), 10);
  t.is(await bob('depthOf', 'a', 10), 10);
});

test('a suspended vat hears everything in order when it resumes', async t => {
  const world = new RawWorld();
  t.teardown(() => world.stop());
  const { kernel } = world;
  await kernel.run();
  const [alice, bob] = [world.root('alice'), world.root('bob')];
  const send = (methargs: object) => kernel.sendMessage({ target: alice, methargs: methargs as never, result: 'hold' });
  await kernel.suspendVat(world.vat('bob'), 'a pause');
  const answer = send({ body: '#["relay",["$0","later"]]', slots: [bob] });
  for (const word of ['one', 'two']) {
    kernel.sendMessage({ target: bob, methargs: { body: `#["keep",["${word}"]]`, slots: [] }, result: 'none' });
  }
  await kernel.run();
  t.is(kernel.readPromise(answer as never)?.state, 'unresolved');
  t.is(world.stateOf('bob'), 'suspended');
  await kernel.resumeVat(world.vat('bob'));
  t.is(await world.ask('bob', 'kept'), '#["one","two"]');
  t.deepEqual(kernel.readPromise(answer as never)?.data, { body: '#["later"]', slots: [] });
  kernel.releaseResult(answer as never);
  await kernel.run();
  t.deepEqual([world.store.tables.promises.count(), world.store.tables.messages.count()], [0, 0]);
});
