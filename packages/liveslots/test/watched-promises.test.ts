/** Promise watchers: who is told, when, over incarnations, and what is refused before it leaves a trace. */
import { collectGarbage, data, resolution, vref, type TestVat } from './support/test-vat.ts';
import { brief, startStoreVat, type Scope, type StoreVat } from './support/store-vat.ts';
import { complaintOf, defineDurable, defineKind, makeHandle, type Context, type Thing } from './support/kind-tools.ts';
import test from 'ava';
import { E } from '@endo/far';

type Watch = (promise: unknown, watcher: unknown, ...args: unknown[]) => void;
type Provide = (handle: unknown, onFulfilled?: unknown, onRejected?: unknown) => Thing;
const watch: (scope: Scope) => Watch = ({ VatData }) => VatData['watchPromise'] as Watch;
const provideWatcher: (scope: Scope) => Provide = ({ VatData }) => VatData['providePromiseWatcher'] as Provide;

/** Rejections that nobody handled, as a worker would report them. */
const listUnhandled = (): { readonly reasons: unknown[]; readonly end: () => void } => {
  const reasons: unknown[] = [];
  const others = process.rawListeners('unhandledRejection') as ((reason: unknown) => void)[];
  const listen = (reason: unknown): void => void reasons.push(reason);
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', listen);
  const end = (): void => {
    process.removeListener('unhandledRejection', listen);
    for (const listener of others) process.on('unhandledRejection', listener);
  };
  return { reasons, end };
};

const log = (heap: Record<string, unknown>): unknown[] => (heap['log'] ??= []) as unknown[];

/** Defines the durable kind `listener`; with `make`, its first instance goes into baggage. */
const prepareListener = (scope: Scope): Thing => {
  const { baggage, heap } = scope;
  if (!baggage.has('handle')) baggage.init('handle', makeHandle(scope, 'listener'));
  const make = defineDurable(scope, baggage.get('handle'), () => ({}), {
    onFulfilled: (_context: Context, value: unknown, ...args: unknown[]) => void log(heap).push(['fulfilled', value, ...args]),
    onRejected: (_context: Context, reason: unknown, ...args: unknown[]) => void log(heap).push(['rejected', reason, ...args]),
  });
  if (!baggage.has('listener')) baggage.init('listener', make());
  return baggage.get('listener') as Thing;
};

const startListening = async (): Promise<StoreVat> => {
  const store = await startStoreVat();
  await store.run(scope => void prepareListener(scope));
  return store;
};

/** The next incarnation; the listener is defined while it starts. */
const upgrade = (store: StoreVat, incarnation = 1): Promise<StoreVat> => store.upgrade(incarnation, prepareListener);
const takeLog = async ({ run }: StoreVat): Promise<unknown[]> =>
  (
    await run(({ heap }) =>
      log(heap)
        .splice(0)
        .map(entry => (entry as unknown[]).map(String)),
    )
  ).result;
const notify = (vat: TestVat, vpid: string, value: unknown) => vat.notify(resolution(vpid, 'fulfilled', data(value)));

test('a watch of an imported promise is a row, told once, and gone', async t => {
  const store = await startListening();
  const { vat, run } = store;
  const { syscalls } = await run(
    (scope, promise) => {
      watch(scope)(promise, scope.baggage.get('listener'), 'one', 1n);
      watch(scope)(promise, scope.baggage.get('listener'), 'two');
    },
    ['&0'],
    ['p-50'],
  );
  t.deepEqual(brief(syscalls), [
    'subscribe',
    'set count.o+d14/1 3',
    'set watch.p-50.1 {"body":"#[\\"$0.Alleged: listener\\",\\"one\\",\\"+1\\"]","slots":["o+d14/1"]}',
    'set watch.p-50.2 {"body":"#[\\"$0.Alleged: listener\\",\\"two\\"]","slots":["o+d14/1"]}',
  ]);
  t.deepEqual(brief(await notify(vat, 'p-50', 'hello')), ['set count.o+d14/1 1', 'delete watch.p-50.1', 'delete watch.p-50.2']);
  t.deepEqual(await takeLog(store), [
    ['fulfilled', 'hello', 'one', '1'],
    ['fulfilled', 'hello', 'two'],
  ]);
  t.deepEqual(vat.vatstore.keys('watch.'), []);
});

test('the answer of a message that was just sent is watched under the name that it gets', async t => {
  const store = await startListening();
  const { syscalls } = await store.run(
    (scope, peer) => watch(scope)(E(peer as { ask: () => unknown }).ask(), scope.baggage.get('listener')),
    ['$0'],
    ['o-50'],
  );
  t.deepEqual(syscalls.filter(({ type }) => type === 'subscribe').length, 1, 'there is one subscription, as for every answer');
  t.deepEqual(store.vat.vatstore.keys('watch.'), ['watch.p+1.1']);
  await store.vat.notify(resolution('p+1', 'rejected', data('no')));
  t.deepEqual(await takeLog(store), [['rejected', 'no']]);
});

test('a promise of the vat itself is exported, so that its upgrade can reject it', async t => {
  const store = await startListening();
  const { syscalls } = await store.run(scope => {
    const { heap } = scope;
    const promise = new Promise(resolve => (heap['resolve'] = resolve));
    watch(scope)(promise, scope.baggage.get('listener'), 'own');
    watch(scope)(promise, scope.baggage.get('listener'), 'own again');
  });
  t.deepEqual(
    syscalls.filter(({ type }) => type === 'subscribe'),
    [{ type: 'subscribe', promise: vref('p+1') }],
  );
  t.deepEqual(store.vat.vatstore.keys('watch.'), ['watch.p+1.1', 'watch.p+1.2']);
  const settled = await store.run(({ heap }) => (heap['resolve'] as (value: unknown) => void)(7));
  t.deepEqual(
    settled.syscalls.filter(({ type }) => type === 'resolve'),
    [{ type: 'resolve', resolutions: [resolution('p+1', 'fulfilled', data(7))] }],
  );
  t.deepEqual(await takeLog(store), [
    ['fulfilled', '7', 'own'],
    ['fulfilled', '7', 'own again'],
  ]);
  t.deepEqual(store.vat.vatstore.keys('watch.'), []);
});

test('a promise that is exported already is subscribed to when it is first watched', async t => {
  const store = await startListening();
  await store.run(
    ({ heap }, peer) => {
      heap['promise'] = new Promise(resolve => (heap['resolve'] = resolve));
      E.sendOnly(peer as { take: (promise: unknown) => void }).take(heap['promise']);
    },
    ['$0'],
    ['o-50'],
  );
  const { syscalls } = await store.run(scope => watch(scope)(scope.heap['promise'], scope.baggage.get('listener')));
  t.deepEqual(
    syscalls.filter(({ type }) => type === 'subscribe'),
    [{ type: 'subscribe', promise: vref('p+1') }],
  );
});

test('a promise that is settled already costs nothing', async t => {
  const store = await startListening();
  const { syscalls } = await store.run(scope => {
    watch(scope)(Promise.resolve('now'), scope.baggage.get('listener'));
    const rejected = Promise.reject(new Error('never'));
    watch(scope)(rejected, scope.baggage.get('listener'), 1);
  });
  t.deepEqual(brief(syscalls), []);
  t.deepEqual(await takeLog(store), [
    ['fulfilled', 'now'],
    ['rejected', 'Error: never', '1'],
  ]);
});

test('watches survive upgrades, and are read when their promise is met', async t => {
  const first = await startListening();
  await first.run(
    (scope, imported, peer) => {
      const listener = scope.baggage.get('listener');
      for (let i = 1; i <= 11; i += 1) watch(scope)(imported, listener, 'imported', i);
      watch(scope)(E(peer as { ask: () => unknown }).ask(), listener, 'asked', peer);
      watch(scope)(new Promise(() => {}), listener, 'own');
    },
    ['&0', '$1'],
    ['p-50', 'o-60'],
  );
  const rows = first.vat.vatstore.keys('watch.');
  t.is(rows.length, 13);
  const second = await upgrade(first);
  t.deepEqual(second.vat.vatstore.keys('watch.'), rows);
  t.is(second.vat.liveslots.inspectTables().promises, 0, 'none of it is in memory');

  const reason = data({ name: 'vatUpgraded', upgradeMessage: 'why', incarnationNumber: 0 });
  await second.vat.notify(resolution('p+2', 'rejected', reason));
  t.deepEqual(await takeLog(second), [['rejected', '[object Object]', 'own']]);
  const asked = brief(await notify(second.vat, 'p+1', 'answered'));
  t.true(asked.includes('delete watch.p+1.12') && asked.includes('delete count.o-60'));
  t.deepEqual(await takeLog(second), [['fulfilled', 'answered', 'asked', '[object Alleged: presence o-60]']]);

  const third = await upgrade(second, 2);
  const { syscalls } = await third.run(
    (scope, promise) => watch(scope)(promise, scope.baggage.get('listener'), 'again'),
    ['&0'],
    ['p-50'],
  );
  t.is(syscalls.filter(({ type }) => type === 'subscribe').length, 1);
  await notify(third.vat, 'p-50', 'at last');
  t.deepEqual(
    await takeLog(third),
    [
      ...Array.from({ length: 11 }, (_, i) => ['fulfilled', 'at last', 'imported', String(i + 1)]),
      ['fulfilled', 'at last', 'again'],
    ],
    'in the order in which they were asked for, over all incarnations',
  );
  t.deepEqual(third.vat.vatstore.keys('watch.'), []);
  t.is(third.vat.vatstore.rows.get('count.o+d14/1'), '1', 'baggage keeps the listener');
});

test('a later incarnation may be the one that settles what an earlier one watched', async t => {
  const first = await startListening();
  await first.run((scope, promise) => watch(scope)(promise, scope.baggage.get('listener')), ['&0'], ['p-50']);
  const second = await upgrade(first);
  await second.vat.call('run', [], [], 'p-50');
  t.deepEqual(await takeLog(second), [['fulfilled', 'undefined']]);
  t.deepEqual(second.vat.vatstore.keys('watch.'), []);
});

test('a notify of a promise that nobody watched before says nothing and reads nothing', async t => {
  const first = await startListening();
  await first.run((scope, promise) => watch(scope)(promise, scope.baggage.get('listener')), ['&0'], ['p-50']);
  const second = await upgrade(first);
  t.deepEqual(brief(await notify(second.vat, 'p-70', 1)), [], 'it is too new to have been watched');
  t.deepEqual(brief(await notify(second.vat, 'p-40', 1)), ['scan watch.p-40.']);
});

test('a virtual watcher is told in its own incarnation, may be given anything, and leaves no row', async t => {
  const store = await startListening();
  const { syscalls } = await store.run(
    (scope, promise) => {
      const make = defineKind(scope, 'fleeting', () => ({}), {
        onFulfilled: (_context: Context, value: unknown, ...args: unknown[]) => void log(scope.heap).push([value, ...args]),
      });
      watch(scope)(promise, make(), scope.far('thing'), Promise.resolve(3));
    },
    ['&0'],
    ['p-50'],
  );
  t.deepEqual(
    brief(syscalls).filter(text => text.includes('watch')),
    [],
  );
  await collectGarbage();
  await notify(store.vat, 'p-50', 'hello');
  t.deepEqual(await takeLog(store), [['hello', '[object Alleged: thing]', '[object Promise]']]);
});

test.serial('a rejection that the watcher has no method for is reported, and so is what a watcher throws', async t => {
  const { reasons, end } = listUnhandled();
  t.teardown(end);
  const store = await startListening();
  await store.run(scope => {
    const make = defineDurable(scope, makeHandle(scope, 'hopeful'), () => ({}), {
      onFulfilled: () => {
        throw new Error('thrown by the watcher');
      },
    });
    watch(scope)(Promise.reject(new Error('for nobody')), make());
    watch(scope)(Promise.resolve(1), make());
    const makeStoic = defineDurable(scope, makeHandle(scope, 'stoic'), () => ({}), { onRejected: () => {} });
    watch(scope)(Promise.resolve(2), makeStoic());
  });
  t.deepEqual(reasons.map(String), ['Error: for nobody', 'Error: thrown by the watcher']);
});

test('what cannot be watched is refused at once, and leaves no trace', async t => {
  const store = await startListening();
  const { result, syscalls } = await store.run(scope => {
    const listener = scope.baggage.get('listener') as Thing;
    const promise = new Promise(() => {});
    const complain = (...args: unknown[]) => complaintOf(() => watch(scope)(...(args as [unknown, unknown])));
    const mute = defineDurable(scope, makeHandle(scope, 'mute'), () => ({}), { hello: () => {} });
    return [
      complain(7, listener),
      complain({ then: () => {} }, listener),
      complain(promise, {}),
      complain(promise, scope.far('far')),
      complain(promise, mute()),
      complain(promise, listener, scope.far('thing')),
      complain(promise, listener, promise),
      complain(promise, listener, () => {}),
      complain(promise, listener, 1),
    ];
  });
  t.deepEqual(
    result.slice(0, 7).map(text =>
      text
        ?.split(/[,:;] /)
        .slice(0, 2)
        .join(': '),
    ),
    [
      'watchPromise: the first argument must be a promise',
      'watchPromise: the first argument must be a promise',
      'watchPromise: the watcher must be a virtual or durable object',
      'watchPromise: the watcher must be a virtual or durable object',
      'watchPromise: the watcher must have a method onFulfilled or onRejected',
      'watchPromise: an argument for a durable watcher is not durable',
      'watchPromise: an argument for a durable watcher is not durable',
    ],
  );
  t.regex(String(result[7]), /Remotables must be explicitly declared|Cannot pass non-promise/);
  t.is(result[8], undefined);
  t.deepEqual(
    brief(syscalls).filter(text => /^set watch|^set count.o\+d14\/1|^subscribe/.test(text)),
    ['subscribe', 'set count.o+d14/1 2', 'set watch.p+1.1 {"body":"#[\\"$0.Alleged: listener\\",1]","slots":["o+d14/1"]}'],
    'the first that was right got the first number',
  );
});

test('a handle has one watcher, made of functions, over incarnations', async t => {
  const first = await startStoreVat();
  const provide = (scope: Scope): Thing => {
    const { baggage, heap } = scope;
    if (!baggage.has('watcherHandle')) baggage.init('watcherHandle', makeHandle(scope, 'watcher'));
    return provideWatcher(scope)(baggage.get('watcherHandle'), (value: unknown, ...args: unknown[]) =>
      log(heap).push(['told', value, ...args]),
    );
  };
  await first.run(
    (scope, promise) => {
      const watcher = provide(scope);
      watch(scope)(promise, watcher, 'x');
      scope.baggage.init('same', watcher);
    },
    ['&0'],
    ['p-50'],
  );
  t.deepEqual(first.vat.vatstore.keys('watcher.'), ['watcher.o+d1/14']);
  await collectGarbage();
  const second = await first.upgrade(1, scope => {
    scope.heap['isSame'] = provide(scope) === scope.baggage.get('same');
  });
  t.true((await second.run(({ heap }) => heap['isSame'])).result);
  await notify(second.vat, 'p-50', 'y');
  t.deepEqual(await takeLog(second), [['told', 'y', 'x']]);
  const { result } = await second.run(scope => [
    complaintOf(() => provideWatcher(scope)({}, () => {})),
    complaintOf(() => provideWatcher(scope)(makeHandle(scope, 'x'), 'no function')),
  ]);
  t.regex(String(result[0]), /unknown handle/);
  t.is(result[1], 'providePromiseWatcher: onFulfilled must be a function');
});

test('a promise that only the heap waited for goes as the incarnation stops; one that is watched stays', async t => {
  const store = await startListening();
  await store.run((scope, watched) => watch(scope)(watched, scope.baggage.get('listener')), ['&0'], ['p-60']);
  await store.run(({ heap }, awaited) => void (heap['awaited'] = awaited), ['&0'], ['p-61']);
  t.deepEqual(await store.vat.deliver({ type: 'stopVat' }), { outcome: 'ok' });
  const dropped = store.vat.take().filter(({ type }) => type === 'dropPromises');
  t.deepEqual(dropped, [{ type: 'dropPromises', refs: [vref('p-61')] }]);
});
