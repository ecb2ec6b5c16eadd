import test from 'ava';
import fc from 'fast-check';
import { canonicalJson } from '@cooperage/protocol/canonical-json';
import { CooperageError } from '@cooperage/protocol/errors';
import { KernelPanic } from '@cooperage/protocol/fault';
import { openStore } from '../src/open.ts';
import type { CrankDelta, Store } from '../src/store.ts';
import {
  addVats,
  bundleRow,
  dump,
  inCrank,
  ko,
  kp,
  makeStore,
  messageRow,
  objectRow,
  progressRow,
  promiseRow,
  transcriptRow,
  v,
  vatRow,
  vref,
} from './sample.ts';

/**
 * One random act: what to do, on which small ids. Acts read as well as write, so that rows get cached and flushed at odd times.
 */
type Act = { readonly act: keyof typeof ACTS; readonly a: number; readonly b: number };

const ACTS = {
  setState: ({ tables }, a, b) => tables.kernelState.put(`n${a}`, String(b)),
  dropState: ({ tables }, a) => tables.kernelState.delete(`n${a}`),
  take: ({ tables }, a) => tables.counters.take(`c${a}`, 1),
  putVat: ({ tables }, a, b) => tables.vats.put(vatRow(2, { incarnation: a, problem: b === 0 ? null : `p${b}` })),
  putProgress: ({ tables }, a, b) => tables.vatProgress.put(progressRow(1, { deliveries: a, transcriptHash: `h${b}` })),
  putObject: ({ tables }, a, b) => tables.objects.put(objectRow(a, { owner: b % 2 === 0 ? v(1) : null, recognizable: b + 1 })),
  dropObject: ({ tables }, a) => tables.objects.delete(ko(a)),
  putPromise: ({ tables }, a, b) => tables.promises.put(promiseRow(a, { holds: b })),
  settle: ({ tables }, a, b) => {
    tables.promises.put(promiseRow(a, { state: 'fulfilled', decider: null, body: `#${b}` }));
    tables.promiseSlots.put(kp(a), b === 0 ? [] : [ko(a), ko(b)]);
    tables.subscriptions.deleteAll(kp(a));
    tables.promiseQueue.deleteAll(kp(a));
  },
  dropSlots: ({ tables }, a) => tables.promiseSlots.delete(kp(a)),
  subscribe: ({ tables }, a, b) => {
    tables.promises.put(promiseRow(a));
    tables.subscriptions.add(kp(a), v(b % 2 === 0 ? 1 : 10));
  },
  unsubscribe: ({ tables }, a) => tables.subscriptions.delete(kp(a), v(10)),
  putPair: ({ tables }, a, b) => {
    const other = tables.clists.findByVref(v(1), vref(`o-${b}`));
    if (other !== undefined) tables.clists.delete(other);
    tables.clists.put({ vat: v(1), kref: ko(a), vref: vref(`o-${b}`), reachable: a % 2 === 0 });
  },
  dropPair: ({ tables }, a) => {
    const row = tables.clists.find(v(1), ko(a));
    if (row !== undefined) tables.clists.delete(row);
  },
  send: ({ tables }, a, b) => {
    tables.promises.put(promiseRow(a));
    const message = tables.counters.take('message', 1);
    tables.messages.put(messageRow(message));
    tables.messageSlots.put(message, [ko(a), ko(b)]);
    if (b % 2 === 0) tables.promiseQueue.append(kp(a), message);
    else tables.runQueue.append({ kind: 'message', message, vat: null, promise: null, parkedFor: null });
  },
  run: ({ tables }) => {
    const head = tables.runQueue.findHead();
    if (head?.message == null) return;
    tables.runQueue.delete(head.position);
    tables.messageSlots.delete(head.message);
    tables.messages.delete(head.message);
  },
  park: ({ tables }) => {
    const head = tables.runQueue.findHead();
    if (head !== undefined) tables.runQueue.put({ ...head, parkedFor: v(2) });
  },
  gc: ({ tables }, a, b) => tables.gcActions.add({ vat: v(b % 2 === 0 ? 1 : 10), action: 'dropExport', kref: ko(a) }),
  gcDone: ({ tables }, _a, b) => tables.gcActions.deleteByVat(v(b % 2 === 0 ? 1 : 10)),
  reap: ({ tables }, a) => tables.reapQueue.append(v(a % 2 === 0 ? 1 : 10)),
  reapDone: ({ tables }) => {
    const vat = tables.reapQueue.findHead();
    if (vat !== undefined) tables.reapQueue.delete(vat);
  },
  pin: ({ tables }, a) => tables.pins.add({ kref: ko(a), reason: 'host' }),
  unpin: ({ tables }, a) => tables.pins.delete({ kref: ko(a), reason: 'host' }),
  store: ({ tables }, a, b) => tables.vatstore.put(v(1), `k${a}`, String(b)),
  unstore: ({ tables }, a, b) => (b === 0 ? tables.vatstore.deleteSome(v(1), 2) : tables.vatstore.delete(v(1), `k${a}`)),
  transcribe: ({ tables }) => tables.transcripts.append(transcriptRow(1, tables.counters.take('transcript', 0))),
  forget: ({ tables }) => tables.transcripts.deleteSome(v(1), 1),
  look: ({ tables }) => {
    tables.countRows();
    tables.clists.findByVref(v(1), vref('o-3'));
  },
} satisfies Record<string, (store: Store, a: number, b: number) => unknown>;

const perform = (store: Store, acts: readonly Act[]): void => {
  for (const { act, a, b } of acts) ACTS[act](store, a, b);
};

const id = fc.integer({ min: 0, max: 5 });
const acts = fc.array(fc.record({ act: fc.constantFrom(...(Object.keys(ACTS) as Act['act'][])), a: id, b: id }), {
  maxLength: 40,
});

const crank = (store: Store, fn: () => unknown): CrankDelta => {
  store.beginCrank();
  fn();
  return store.commitCrank();
};

test('an abandoned crank leaves no trace, on the disk, in the cache or in later deltas', t => {
  fc.assert(
    fc.property(acts, acts, acts, fc.boolean(), (first, abandoned, second, look) => {
      const store = makeStore();
      const control = makeStore();
      for (const each of [store, control]) each.beginBlock();
      t.deepEqual(
        crank(store, () => perform(store, first)),
        crank(control, () => perform(control, first)),
      );
      const before = dump(store);
      store.beginCrank();
      perform(store, abandoned);
      store.abandonCrank();
      // Looking flushes, which could hide what the cache kept.
      if (look) t.deepEqual(dump(store), before);
      t.deepEqual(
        crank(store, () => perform(store, second)),
        crank(control, () => perform(control, second)),
      );
      for (const each of [store, control]) each.commitBlock();
      t.deepEqual(dump(store), dump(control));
      for (const each of [store, control]) each.close();
    }),
    { numRuns: 60 },
  );
});

test('answers that are kept say what the disk says, whatever is changed, abandoned or rolled back', t => {
  const lists = ({ tables }: Store): unknown[] => [
    [tables.objects.list(), tables.promises.list(), tables.clists.list(), tables.messages.list(), tables.vats.list()],
    [tables.runQueue.list(), tables.promiseQueue.listAll(), tables.gcActions.list(), tables.reapQueue.list()],
    [tables.promiseSlots.list(), tables.messageSlots.list(), tables.subscriptions.list(), tables.pins.list()],
  ];
  fc.assert(
    fc.property(acts, acts, acts, fc.boolean(), (first, abandoned, second, look) => {
      const store = makeStore();
      const control = makeStore();
      store.keepAnswers();
      const both = (act: (store: Store) => unknown): void => {
        for (const each of [store, control]) act(each);
        t.deepEqual(lists(store), lists(control));
      };
      both(each => each.beginBlock());
      both(each => crank(each, () => perform(each, first)));
      for (const each of [store, control]) {
        each.beginCrank();
        perform(each, abandoned);
      }
      // Looking flushes, which makes the disk say what it will have to take back.
      if (look) both(() => {});
      both(each => each.abandonCrank());
      both(each => each.commitBlock());
      both(each => each.beginBlock());
      both(each => crank(each, () => perform(each, second)));
      both(each => each.rollbackBlock());
      for (const each of [store, control]) each.close();
    }),
    { numRuns: 60 },
  );
});

test('a delta says how the tables differ, whatever happened in between and however it was cached', t => {
  /** From the rows of a dump to the lines of a delta, for tables whose rows are their own lines. */
  const objectLines = (store: Store): Map<string, string> =>
    new Map(store.tables.objects.list().map(row => [row.kref, canonicalJson(['objects', row.kref, row])]));
  fc.assert(
    fc.property(acts, acts, fc.boolean(), (first, second, cold) => {
      const store = makeStore();
      store.beginBlock();
      crank(store, () => perform(store, first));
      if (cold) {
        store.commitBlock();
        store.beginBlock();
        store.rollbackBlock();
        store.beginBlock();
      }
      const before = objectLines(store);
      const { lines } = crank(store, () => perform(store, second));
      const after = objectLines(store);
      const expected = [...after].filter(([kref, line]) => before.get(kref) !== line).map(([, line]) => line);
      for (const kref of before.keys()) if (!after.has(kref)) expected.push(canonicalJson(['objects', kref, null]));
      t.deepEqual(
        lines.filter(line => line.startsWith('["objects"')),
        expected.sort(),
      );
      t.deepEqual(lines, [...lines].sort());
      for (const line of lines) t.is(line, canonicalJson(JSON.parse(line)));
      store.rollbackBlock();
      store.close();
    }),
    { numRuns: 60 },
  );
});

test('a delta is net and does not depend on the order of the writes', t => {
  const write = [
    (store: Store) => store.tables.objects.put(objectRow(20)),
    (store: Store) => store.tables.promises.put(promiseRow(40)),
    (store: Store) => store.tables.clists.put({ vat: v(1), kref: ko(20), vref: vref('o-50'), reachable: true }),
    (store: Store) => store.tables.subscriptions.add(kp(40), v(2)),
  ];
  const deltas = [write, [...write].reverse()].map(order => {
    const store = makeStore();
    store.beginBlock();
    return crank(store, () => {
      for (const each of order) each(store);
      store.tables.messages.put(messageRow(1));
      store.tables.runQueue.count();
      store.tables.messages.count();
      store.tables.messages.delete(1);
      store.tables.vats.put(vatRow(1, { state: 'suspended' }));
      store.tables.vats.put(vatRow(1));
      store.tables.bundles.put(bundleRow);
    });
  });
  t.deepEqual(deltas[0], {
    lines: [
      '["clists",["v1","ko20"],{"kref":"ko20","reachable":true,"vat":"v1","vref":"o-50"}]',
      '["objects","ko20",{"kref":"ko20","owner":"v1","reachable":1,"recognizable":1}]',
      '["promises","kp40",{"body":null,"decider":"v1","holds":1,"isHopeless":false,"kref":"kp40","state":"unresolved"}]',
      '["subscriptions","kp40",["v2"]]',
    ],
    rowsWritten: 4,
  });
  t.deepEqual(deltas[1], deltas[0]);
});

test('statistics, transcripts, contents of bundles and the activity hash are no part of a delta', t => {
  const store = makeStore();
  store.beginBlock();
  const { lines } = crank(store, () => {
    const { statistics, transcripts, bundles, kernelState } = store.tables;
    statistics.saveAll(new Map([['cranks', 1]]));
    transcripts.append(transcriptRow(1, 0));
    bundles.put({ bundle: 'b2', format: 'function', content: 'secret' });
    kernelState.put('activity_hash', 'abc');
    kernelState.put('crank_number', '1');
  });
  t.deepEqual(lines, [
    '["bundles","b2",{"bundle":"b2","format":"function"}]',
    '["kernel_state","crank_number",{"name":"crank_number","value":"1"}]',
  ]);
});

test('a row that is born and dies within a crank never reaches the disk', t => {
  const store = makeStore();
  store.beginBlock();
  const before = store.query('SELECT total_changes() AS changes')[0]?.['changes'];
  const delta = crank(store, () => {
    store.tables.promises.put(promiseRow(40));
    store.tables.subscriptions.add(kp(40), v(1));
    store.tables.subscriptions.deleteAll(kp(40));
    store.tables.promises.delete(kp(40));
  });
  t.deepEqual(delta, { lines: [], rowsWritten: 0 });
  t.is(store.query('SELECT total_changes() AS changes')[0]?.['changes'], before);
});

test('of many rows those that wait longest are written when a crank ends, and all that go', t => {
  const store = makeStore();
  const { clists } = store.tables;
  const pair = (number: number, name: number) => ({ vat: v(1), kref: ko(number), vref: vref(`o-${name}`), reachable: true });
  const countWritten = (act: () => void): number => {
    const before = store.statements;
    crank(store, act);
    return store.statements - before;
  };
  inCrank(store, () => clists.put(pair(2_000, 2_000)));
  store.beginBlock();
  // What is in memory needs no statement but to be written.
  for (let i = 1_000; i < 1_800; i += 1) clists.find(v(1), ko(i));
  const putMany = (from: number, to: number) => () => {
    for (let i = from; i < to; i += 1) clists.put(pair(i, i));
  };
  t.is(countWritten(putMany(1_000, 1_599)), 0);
  t.is(countWritten(putMany(1_599, 1_610)), 110);
  t.is(
    countWritten(() => clists.delete(pair(1_609, 1_609))),
    0,
    'a row that the disk never saw',
  );
  // A row that has waited for long takes the name of one that goes now.
  t.is(
    countWritten(() => {
      clists.put(pair(1_110, 1_110));
      clists.delete(pair(2_000, 2_000));
      clists.put(pair(1_110, 2_000));
      putMany(1_620, 1_720)();
    }),
    102,
    'so many that waited, and one that went',
  );
  store.commitBlock();
  t.is(clists.findByVref(v(1), vref('o-2000'))?.kref, ko(1_110));
  t.is(clists.countByVat(v(1)), clists.listByVat(v(1)).length);
});

test('a block that is rolled back is forgotten by the disk and by the cache', t => {
  const store = makeStore();
  const before = dump(store);
  store.beginBlock();
  crank(store, () => store.tables.objects.put(objectRow(20)));
  store.beginCrank();
  store.tables.objects.put(objectRow(21));
  store.rollbackBlock();
  t.deepEqual(dump(store), before);
  t.is(store.tables.objects.find(ko(20)), undefined);
  t.false(store.inBlock);
  inCrank(store, () => store.tables.objects.put(objectRow(22)));
  t.deepEqual(store.tables.objects.list(), [objectRow(22)]);
});

test('calls out of turn are panics, and do no harm', t => {
  const store = makeStore();
  const panics = (fn: () => unknown, message: string) => t.throws(fn, { instanceOf: KernelPanic, message });
  panics(() => store.beginCrank(), 'store: no block is open');
  panics(() => store.commitBlock(), 'store: no block is open');
  panics(() => store.rollbackBlock(), 'store: no block is open');
  panics(() => store.tables.objects.put(objectRow(20)), 'objects written outside a crank');
  store.beginBlock();
  t.true(store.inBlock);
  panics(() => store.beginBlock(), 'store: a block is open already');
  panics(() => store.commitCrank(), 'store: no crank is open');
  panics(() => store.abandonCrank(), 'store: no crank is open');
  panics(
    () => store.tables.clists.put({ vat: v(1), kref: ko(20), vref: vref('o-50'), reachable: true }),
    'clists written outside a crank',
  );
  panics(() => store.tables.subscriptions.add(kp(40), v(1)), 'subscriptions written outside a crank');
  panics(() => store.tables.counters.take('object', 20), 'counters written outside a crank');
  panics(() => store.tables.transcripts.append(transcriptRow(1, 0)), 'transcripts written outside a crank');
  store.beginCrank();
  panics(() => store.beginCrank(), 'store: a crank is open already');
  panics(() => store.commitBlock(), 'store: a crank is open');
  store.abandonCrank();
  store.commitBlock();
  store.close();
  store.close();
  t.throws(() => store.beginBlock(), { instanceOf: CooperageError, code: 'ERR_CLOSED' });
  t.throws(() => store.tables.objects.find(ko(20)), { code: 'ERR_CLOSED' });
});

test('a row without the row that it refers to stops the block from being committed, and both tables are named', t => {
  const store = makeStore();
  store.beginBlock();
  crank(store, () => store.tables.subscriptions.add(kp(99), v(1)));
  const error = t.throws(() => store.commitBlock(), { code: 'ERR_DATABASE' });
  t.regex(error.message, /subscriptions -> promises/);
  t.is(
    t.throws(() => store.tables.vats.find(v(1))),
    error,
  );
  store.close();
});

test('after a full disk every call throws the first error, and nothing of the block is committed', t => {
  const { store } = openStore({ path: ':memory:', maxPages: 60 });
  inCrank(store, () => addVats(store));
  store.beginBlock();
  crank(store, () => store.tables.objects.put(objectRow(20)));
  store.beginCrank();
  const error = t.throws(
    () => {
      for (let i = 0; i < 1000; i += 1) {
        store.tables.vatstore.put(v(1), `k${i}`, 'x'.repeat(1000));
        store.tables.vatstore.countByVat(v(1));
      }
    },
    { instanceOf: CooperageError, code: 'ERR_DATABASE_FULL' },
  );
  t.is(error.subject, ':memory:');
  for (const call of [
    () => store.tables.objects.find(ko(20)),
    () => store.tables.objects.put(objectRow(20)),
    () => store.tables.counters.take('object', 20),
    () => store.tables.clists.findByVref(v(1), vref('o-50')),
    () => store.tables.transcripts.append(transcriptRow(1, 0)),
    () => store.tables.countRows(),
    () => store.query('SELECT 1'),
    () => store.commitCrank(),
    () => store.abandonCrank(),
    () => store.commitBlock(),
    () => store.rollbackBlock(),
    () => store.beginBlock(),
  ]) {
    t.is(t.throws(call), error);
  }
  store.close();
});
