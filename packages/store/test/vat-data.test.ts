import test from 'ava';
import { cachedAndStored, makeStore, transcriptRow, v } from './sample.ts';

test('vatstore keys are ordered by bytes of UTF-8, and empty strings survive', t => {
  const store = makeStore();
  const { vatstore } = store.tables;
  // By UTF-16 code units the astral key would come before U+FF5E.
  const ordered = ['', ' ', 'a', 'a b', 'a\0b', 'aa', 'b', '\u00e9', '\uff5e', '\u{1f600}'].sort((a, b) =>
    Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  t.true(ordered.indexOf('\u{1f600}') > ordered.indexOf('\uff5e'));
  cachedAndStored(
    store,
    () => {
      for (const key of [...ordered].reverse()) vatstore.put(v(1), key, `value of ${key}`);
      vatstore.put(v(1), 'a', '');
      vatstore.put(v(10), 'other', 'x');
      vatstore.put(v(1), 'gone', 'x');
      vatstore.delete(v(1), 'gone');
      vatstore.delete(v(1), 'never there');
    },
    when => {
      const walked = [''];
      for (let key = vatstore.findNextKey(v(1), ''); key !== undefined; key = vatstore.findNextKey(v(1), key)) walked.push(key);
      t.deepEqual(walked, ordered, when);
      t.is(vatstore.find(v(1), 'a'), '', when);
      t.is(vatstore.find(v(1), 'gone'), undefined, when);
      t.is(vatstore.find(v(1), 'a\0b'), 'value of a\0b', when);
      t.is(vatstore.countByVat(v(1)), ordered.length, when);
      t.deepEqual(
        vatstore.list(v(1)).map(({ key }) => key),
        ordered,
        when,
      );
    },
  );
  store.beginBlock();
  store.beginCrank();
  t.is(vatstore.deleteSome(v(1), 4), 4);
  t.deepEqual(
    vatstore.list(v(1)).map(({ key }) => key),
    ordered.slice(4),
  );
  t.is(vatstore.deleteSome(v(1), 100), ordered.length - 4);
  t.is(vatstore.deleteSome(v(1), 100), 0);
  t.is(vatstore.countByVat(v(10)), 1);
  store.rollbackBlock();
});

test('a scan of the vatstore gives the entries between two keys, in order, up to a number and a length', t => {
  const store = makeStore();
  const { vatstore } = store.tables;
  const keys = Array.from({ length: 100 }, (_, i) => `k${String(i).padStart(3, '0')}`);
  const scan = (after: string, before: string, limit: number) =>
    vatstore.scan(v(1), { after, before, limit }).map(([key]) => key);
  cachedAndStored(
    store,
    () => {
      for (const key of keys) vatstore.put(v(1), key, key);
      vatstore.put(v(1), 'l', 'beyond');
      vatstore.put(v(2), 'k005', 'of another vat');
      for (const i of [0, 1, 2]) vatstore.put(v(1), `long${i}`, 'x'.repeat(600_000));
    },
    when => {
      t.deepEqual(scan('k', 'l', 1_000), keys, when);
      t.deepEqual(scan('k009', 'k012', 10), ['k010', 'k011'], when);
      t.deepEqual(scan('k', 'l', 70), keys.slice(0, 70), when);
      t.deepEqual(scan('k099', 'l', 10), [], when);
      t.deepEqual(scan('long', 'm', 10), ['long0', 'long1'], when);
      t.deepEqual(scan('long0', 'm', 10), ['long1', 'long2'], when);
      t.deepEqual(vatstore.scan(v(2), { after: '', before: 'z', limit: 10 }), [['k005', 'of another vat']], when);
    },
  );
});

test('text that UTF-8 cannot hold reads the same from the cache and from the disk', t => {
  const store = makeStore();
  const { vatstore } = store.tables;
  cachedAndStored(
    store,
    () => vatstore.put(v(1), 'k\ud800', 'v\udc00\u{1f600}'),
    when => {
      t.is(vatstore.find(v(1), 'k\ud800'), 'v\ufffd\u{1f600}', when);
      t.is(vatstore.findNextKey(v(1), 'k'), 'k\ufffd', when);
    },
  );
});

test('transcripts are read by range and by incarnation, page after page, while others write', t => {
  const store = makeStore();
  const { transcripts, kernelState } = store.tables;
  store.beginBlock();
  store.beginCrank();
  for (let position = 0; position < 350; position += 1) {
    transcripts.append(transcriptRow(1, position, { incarnation: position < 100 ? 0 : 1 }));
  }
  transcripts.append(transcriptRow(2, 0));
  t.is(store.commitCrank().rowsWritten, 351);
  store.beginCrank();
  const seen: number[] = [];
  for (const { position } of transcripts.iterate(v(1), 1)) {
    seen.push(position);
    kernelState.put('seen', String(position));
    if (position % 90 === 0) transcripts.list(v(1), { limit: 1 });
  }
  t.deepEqual(
    seen,
    Array.from({ length: 250 }, (_, i) => i + 100),
  );
  t.deepEqual(
    transcripts.list(v(1), { from: 348 }).map(({ position }) => position),
    [348, 349],
  );
  t.deepEqual(
    transcripts.list(v(1), { incarnation: 1, limit: 2 }).map(({ position }) => position),
    [100, 101],
  );
  t.deepEqual(transcripts.list(v(2)), [transcriptRow(2, 0)]);
  t.is(transcripts.deleteSome(v(1), 120), 120);
  t.deepEqual(
    transcripts.list(v(1), { limit: 1 }).map(({ position }) => position),
    [120],
  );
  t.is(transcripts.countByVat(v(1)), 230);
  store.abandonCrank();
  t.is(transcripts.countByVat(v(1)), 350);
  store.rollbackBlock();
});

test('the summary of a transcript is what counting it anew would say, whatever is appended, undone or deleted', t => {
  const store = makeStore();
  const { transcripts } = store.tables;
  const reap = (position: number, outcome: string) =>
    transcriptRow(1, position, { incarnation: position < 3 ? 0 : 1, delivery: '{"type":"bringOutYourDead"}', outcome });
  const expect = (summary: { count: number; lastReap: string | undefined; incarnations: [number, number, number][] }): void => {
    t.deepEqual(transcripts.summarize(v(1)), {
      ...summary,
      incarnations: summary.incarnations.map(([number, first, last]) => ({
        ...{ number, first, last },
        firstDelivery: transcripts.list(v(1), { from: first })[0]?.delivery,
      })),
    });
  };
  store.beginBlock();
  expect({ count: 0, lastReap: undefined, incarnations: [] });
  store.beginCrank();
  transcripts.append(transcriptRow(1, 0));
  transcripts.append(reap(1, 'first'));
  expect({ count: 2, lastReap: 'first', incarnations: [[0, 0, 1]] });
  store.commitCrank();
  store.beginCrank();
  transcripts.append(transcriptRow(1, 2));
  transcripts.append(reap(3, 'second'));
  transcripts.append(transcriptRow(2, 0));
  const both = {
    count: 4,
    lastReap: 'second',
    incarnations: [
      [0, 0, 2],
      [1, 3, 3],
    ] as [number, number, number][],
  };
  expect(both);
  store.abandonCrank();
  expect({ count: 2, lastReap: 'first', incarnations: [[0, 0, 1]] });
  store.beginCrank();
  for (const row of [transcriptRow(1, 2), reap(3, 'second')]) transcripts.append(row);
  store.commitCrank();
  store.commitBlock();
  expect(both);
  store.beginBlock();
  store.beginCrank();
  t.is(transcripts.deleteSome(v(1), 2), 2);
  store.commitCrank();
  expect({
    count: 2,
    lastReap: 'second',
    incarnations: [
      [0, 2, 2],
      [1, 3, 3],
    ],
  });
  store.rollbackBlock();
  expect(both);
});
