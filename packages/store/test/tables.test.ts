import test from 'ava';
import { KernelPanic } from '@cooperage/protocol/fault';
import type { KRef, VRef } from '@cooperage/protocol/refs';
import type { ClistRow } from '../src/tables/clists.ts';
import {
  bundleRow,
  cachedAndStored,
  ko,
  kp,
  makeStore,
  messageRow,
  objectRow,
  progressRow,
  promiseRow,
  v,
  vatRow,
  vref,
} from './sample.ts';

test('kernel state, counters and statistics come back as they went in', t => {
  const store = makeStore();
  const { kernelState, counters, statistics } = store.tables;
  cachedAndStored(
    store,
    () => {
      kernelState.put('bootstrap', '');
      kernelState.put('gone', 'x');
      kernelState.delete('gone');
      t.is(counters.take('object', 20), 20);
      t.is(counters.take('object', 20), 21);
      statistics.saveAll(
        new Map([
          ['cranks', 2],
          ['deliveries', 1],
        ]),
      );
      statistics.saveAll(new Map([['cranks', 3]]));
    },
    when => {
      t.is(kernelState.find('bootstrap'), '', when);
      t.is(kernelState.find('gone'), undefined, when);
      t.is(counters.peek('object', 20), 22, when);
      t.is(counters.peek('promise', 40), 40, when);
      t.deepEqual(
        [...statistics.readAll()],
        [
          ['cranks', 3],
          ['deliveries', 1],
        ],
        when,
      );
    },
  );
  store.beginBlock();
  statistics.saveAll(new Map([['cranks', 4]]));
  store.commitBlock();
  t.is(statistics.readAll().get('cranks'), 4);
  t.throws(() => statistics.saveAll(new Map()), { instanceOf: KernelPanic });
});

test('bundles are listed by id with the bytes of their content', t => {
  const store = makeStore();
  const { bundles } = store.tables;
  cachedAndStored(
    store,
    () => bundles.put({ bundle: 'b0', format: 'function', content: '' }),
    when => {
      t.deepEqual(bundles.get('b1'), bundleRow, when);
      t.is(bundles.find('b0')?.content, '', when);
      t.deepEqual(
        bundles.list(),
        [
          { bundle: 'b0', format: 'function', bytes: 0 },
          { bundle: 'b1', format: 'endoZipBase64', bytes: 12 },
        ],
        when,
      );
    },
  );
});

test('vats are found by id and by name, and listed by number', t => {
  const store = makeStore();
  const { vats, vatProgress } = store.tables;
  cachedAndStored(
    store,
    () => {
      // A name passes from a terminated vat to a new one within one crank.
      vats.put(vatRow(3, { name: 'vat2' }));
      vats.put(vatRow(2, { state: 'terminated', problem: 'exit' }));
      vatProgress.put(progressRow(3, { deliveries: 7, transcriptHash: 'ab' }));
      vatProgress.put(progressRow(2));
      vatProgress.delete(v(2));
    },
    when => {
      t.deepEqual(
        vats.list().map(({ vat }) => vat),
        [v(1), v(2), v(3), v(10)],
        when,
      );
      t.deepEqual(vats.findByName('vat2'), vatRow(3, { name: 'vat2' }), when);
      t.is(vats.findByName('nobody'), undefined, when);
      t.is(vats.get(v(2)).problem, 'exit', when);
      t.deepEqual(vatProgress.get(v(3)), progressRow(3, { deliveries: 7, transcriptHash: 'ab' }), when);
      t.is(vatProgress.find(v(2)), undefined, when);
    },
  );
  const error = t.throws(() => vats.get(v(99)), { instanceOf: KernelPanic });
  t.is(error.message, 'vats has no row v99');
});

test('objects and promises are listed by number', t => {
  const store = makeStore();
  const { objects, promises, promiseSlots, subscriptions } = store.tables;
  const settled = promiseRow(40, { state: 'fulfilled', decider: null, body: '#"$0"' });
  cachedAndStored(
    store,
    () => {
      for (const id of [100, 20, 9]) objects.put(objectRow(id));
      objects.put(objectRow(21, { owner: null }));
      objects.put(objectRow(22));
      objects.delete(ko(22));
      for (const id of [100, 41]) promises.put(promiseRow(id));
      promises.put(settled);
      promiseSlots.put(kp(40), [ko(100), ko(20), ko(100)]);
      promiseSlots.put(kp(100), [ko(20)]);
      promiseSlots.put(kp(100), []);
      for (const vat of [10, 2, 10]) subscriptions.add(kp(41), v(vat));
      subscriptions.add(kp(100), v(1));
      subscriptions.delete(kp(100), v(1));
      subscriptions.delete(kp(100), v(2));
    },
    when => {
      t.deepEqual(
        objects.list().map(({ kref }) => kref),
        [ko(9), ko(20), ko(21), ko(100)],
        when,
      );
      t.deepEqual(
        objects.listByOwner(v(1)).map(({ kref }) => kref),
        [ko(9), ko(20), ko(100)],
        when,
      );
      t.is(objects.count(), 4, when);
      t.deepEqual(promises.get(kp(40)), settled, when);
      t.deepEqual(promises.listByDecider(v(1)), [kp(41), kp(100)], when);
      t.deepEqual(
        promises.list().map(({ kref }) => kref),
        [kp(40), kp(41), kp(100)],
        when,
      );
      t.deepEqual(promiseSlots.get(kp(40)), [ko(100), ko(20), ko(100)], when);
      t.deepEqual(promiseSlots.get(kp(100)), [], when);
      t.deepEqual(
        promiseSlots.list(),
        [
          { holder: kp(40), kref: ko(100), position: 0 },
          { holder: kp(40), kref: ko(20), position: 1 },
          { holder: kp(40), kref: ko(100), position: 2 },
        ],
        when,
      );
      t.deepEqual(subscriptions.listVats(kp(41)), [v(2), v(10)], when);
      t.true(subscriptions.has(kp(41), v(2)), when);
      t.false(subscriptions.has(kp(100), v(1)), when);
      t.deepEqual(
        subscriptions.list(),
        [
          { promise: kp(41), vat: v(2) },
          { promise: kp(41), vat: v(10) },
        ],
        when,
      );
    },
  );
});

test('a c-list answers by kref and by vref, before and after its rows reach the disk', t => {
  const store = makeStore();
  const { clists } = store.tables;
  const row = (vat: number, kref: KRef, name: string, reachable = true): ClistRow => ({
    vat: v(vat),
    kref,
    vref: vref(name) as VRef,
    reachable,
  });
  cachedAndStored(
    store,
    () => {
      clists.put(row(10, ko(20), 'o-50'));
      clists.put(row(2, ko(20), 'o-51', false));
      clists.put(row(1, ko(20), 'o+7'));
      clists.put(row(1, ko(100), 'o-52'));
      clists.put(row(1, kp(40), 'p-60'));
      clists.put(row(1, ko(21), 'o-53'));
      clists.put(row(1, ko(22), 'o-54'));
      clists.delete(row(1, ko(22), 'o-54'));
      t.is(clists.findByVref(v(1), vref('o-99')), undefined);
    },
    when => {
      t.deepEqual(clists.find(v(2), ko(20)), row(2, ko(20), 'o-51', false), when);
      t.deepEqual(clists.findByVref(v(2), vref('o-51')), row(2, ko(20), 'o-51', false), when);
      t.is(clists.findByVref(v(1), vref('o-54')), undefined, when);
      t.is(clists.find(v(1), ko(22)), undefined, when);
      t.deepEqual(clists.listImporters(ko(20)), [v(2), v(10)], when);
      t.deepEqual(
        clists.listByVat(v(1)).map(({ kref }) => kref),
        [ko(20), ko(21), kp(40), ko(100)],
        when,
      );
      t.deepEqual(
        clists.listByVat(v(1), { prefix: 'o-' }).map(({ kref }) => kref),
        [ko(21), ko(100)],
        when,
      );
      t.deepEqual(
        clists.listByVat(v(1), { prefix: 'o-', limit: 1 }).map(({ kref }) => kref),
        [ko(21)],
        when,
      );
      t.deepEqual(
        clists.listByVat(v(1), { limit: 2 }).map(({ kref }) => kref),
        [ko(20), ko(21)],
        when,
      );
      t.deepEqual(
        clists.listByKref(ko(20)).map(({ vat }) => vat),
        [v(1), v(2), v(10)],
        when,
      );
      t.deepEqual(
        clists.list().map(({ vat, kref }) => `${vat} ${kref}`),
        ['v1 ko20', 'v1 ko21', 'v1 kp40', 'v1 ko100', 'v2 ko20', 'v10 ko20'],
        when,
      );
      t.is(clists.countByVat(v(1)), 4, when);
      t.is(clists.count(), 6, when);
    },
  );

  // A vref passes from one kref to another, then the crank is abandoned.
  const before = clists.findByVref(v(1), vref('o-52'));
  store.beginBlock();
  store.beginCrank();
  clists.delete(row(1, ko(100), 'o-52'));
  clists.put(row(1, ko(23), 'o-52'));
  t.is(clists.findByVref(v(1), vref('o-52'))?.kref, ko(23));
  clists.put(row(1, ko(21), 'o-55'));
  t.is(clists.findByVref(v(1), vref('o-53')), undefined);
  t.is(clists.count(), 6);
  store.abandonCrank();
  t.deepEqual(clists.findByVref(v(1), vref('o-52')), before);
  t.is(clists.findByVref(v(1), vref('o-53'))?.kref, ko(21));
  t.is(clists.findByVref(v(1), vref('o-55')), undefined);
  store.rollbackBlock();
});

test('the run queue keeps its order, and parked items keep their place', t => {
  const store = makeStore();
  const { runQueue, messages, messageSlots, promises } = store.tables;
  const none = { message: null, vat: null, promise: null, upgrade: null, parkedFor: null };
  cachedAndStored(
    store,
    () => {
      t.is(runQueue.findHead(), undefined);
      messages.put(messageRow(1, { result: kp(40) }));
      messages.put(messageRow(2));
      messages.delete(2);
      messageSlots.put(1, [ko(20)]);
      promises.put(promiseRow(40));
      t.is(runQueue.append({ ...none, kind: 'start-vat', vat: v(2) }), 1);
      t.is(runQueue.append({ ...none, kind: 'message', message: 1 }), 2);
      t.is(runQueue.append({ ...none, kind: 'notify', vat: v(1), promise: kp(40) }), 3);
      t.is(runQueue.append({ ...none, kind: 'start-vat', vat: v(2) }), 4);
      runQueue.delete(4);
      const head = runQueue.findHead();
      t.is(head?.position, 1);
      if (head !== undefined) runQueue.put({ ...head, parkedFor: v(2) });
    },
    when => {
      t.deepEqual(runQueue.findHead(), { ...none, kind: 'message', message: 1, position: 2 }, when);
      t.deepEqual(
        runQueue.list().map(({ position }) => position),
        [1, 2, 3],
        when,
      );
      t.deepEqual(
        runQueue.listByVat(v(2)).map(({ position }) => position),
        [1],
        when,
      );
      t.deepEqual(
        runQueue.listParked(v(2)).map(({ position }) => position),
        [1],
        when,
      );
      t.deepEqual([runQueue.countReady(), runQueue.count()], [2, 3], when);
      t.deepEqual(messages.get(1), messageRow(1, { result: kp(40) }), when);
      t.deepEqual(
        messages.list().map(({ message }) => message),
        [1],
        when,
      );
      t.deepEqual(messageSlots.get(1), [ko(20)], when);
    },
  );
});

test('messages wait for a promise in the order in which they were sent', t => {
  const store = makeStore();
  const { promiseQueue, promises, messages } = store.tables;
  cachedAndStored(
    store,
    () => {
      for (const id of [40, 41]) promises.put(promiseRow(id));
      for (const message of [5, 4, 3, 2, 1]) messages.put(messageRow(message));
      for (const message of [3, 1, 2]) promiseQueue.append(kp(40), message);
      for (const message of [4, 5]) promiseQueue.append(kp(41), message);
      promiseQueue.delete(kp(40), 1);
      promiseQueue.deleteAll(kp(41));
    },
    when => {
      t.deepEqual(promiseQueue.list(kp(40)), [3, 2], when);
      t.deepEqual(promiseQueue.list(kp(41)), [], when);
      t.deepEqual(
        promiseQueue.listAll(),
        [
          { promise: kp(40), position: 1, message: 3 },
          { promise: kp(40), position: 3, message: 2 },
        ],
        when,
      );
      t.is(promiseQueue.count(), 2, when);
    },
  );
});

test('GC actions, reaps and pins are sets with a fixed order', t => {
  const store = makeStore();
  const { gcActions, reapQueue, cleanupQueue, pins, parameterSlots } = store.tables;
  cachedAndStored(
    store,
    () => {
      t.deepEqual(gcActions.listVats(), []);
      for (const id of [100, 20]) {
        for (const action of ['retireImport', 'retireExport', 'dropExport'] as const)
          gcActions.add({ vat: v(2), action, kref: ko(id) });
      }
      gcActions.add({ vat: v(2), action: 'dropExport', kref: ko(20) });
      gcActions.add({ vat: v(10), action: 'dropExport', kref: ko(30) });
      gcActions.add({ vat: v(1), action: 'dropExport', kref: ko(31) });
      gcActions.deleteByVat(v(1));
      gcActions.delete({ vat: v(2), action: 'retireExport', kref: ko(100) });
      for (const vat of [10, 2, 10, 1]) reapQueue.append(v(vat));
      reapQueue.delete(v(1));
      cleanupQueue.append(v(1));
      pins.add({ kref: ko(100), reason: 'root' });
      pins.add({ kref: ko(20), reason: 'root' });
      pins.add({ kref: ko(20), reason: 'host' });
      pins.add({ kref: kp(40), reason: 'result' });
      pins.delete({ kref: kp(40), reason: 'result' });
      parameterSlots.put(v(2), [ko(20)]);
      parameterSlots.put(v(1), [ko(20)]);
      parameterSlots.delete(v(1));
    },
    when => {
      t.deepEqual(gcActions.listVats(), [v(2), v(10)], when);
      t.deepEqual(
        gcActions.listByVat(v(2)).map(({ action, kref }) => `${action} ${kref}`),
        ['dropExport ko20', 'dropExport ko100', 'retireExport ko20', 'retireImport ko20', 'retireImport ko100'],
        when,
      );
      t.is(gcActions.count(), 6, when);
      t.is(gcActions.list().at(-1)?.vat, v(10), when);
      t.true(gcActions.has({ vat: v(10), action: 'dropExport', kref: ko(30) }), when);
      t.deepEqual([reapQueue.findHead(), reapQueue.list(), reapQueue.has(v(1))], [v(10), [v(10), v(2)], false], when);
      t.deepEqual(cleanupQueue.list(), [v(1)], when);
      t.deepEqual(
        pins.list().map(({ kref, reason }) => `${kref} ${reason}`),
        ['ko20 host', 'ko20 root', 'ko100 root'],
        when,
      );
      t.deepEqual(pins.listByReason('host'), [{ kref: ko(20), reason: 'host' }], when);
      t.deepEqual([pins.has({ kref: kp(40), reason: 'result' }), pins.count()], [false, 3], when);
      t.deepEqual(parameterSlots.list(), [{ holder: v(2), kref: ko(20), position: 0 }], when);
    },
  );
});

test('rows are counted under the names of the tables', t => {
  const store = makeStore();
  store.beginBlock();
  store.beginCrank();
  store.tables.objects.put(objectRow(20));
  const counts = store.tables.countRows();
  t.like(counts, { bundles: 1, vats: 3, objects: 1, clists: 0, runQueue: 0, gcActions: 0, transcripts: 0 });
  t.is(Object.keys(counts).length, 36);
  store.rollbackBlock();
});
