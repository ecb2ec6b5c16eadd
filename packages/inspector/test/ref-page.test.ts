/** A page of refs, anywhere in a list, is that slice of all of them by number. */
import type { KRef, VatId, VRef } from '@cooperage/protocol/refs';
import { openStore } from '@cooperage/store/open';
import { readOnlyViewOf } from '@cooperage/store/read-only';
import test from 'ava';
import { listClist } from '../src/clist.ts';
import { listObjects } from '../src/objects.ts';
import { listPromises } from '../src/promises.ts';

/** Numbers of many lengths, in no order. */
const NUMBERS = Array.from({ length: 400 }, (_, i) => (i * 7_919) % 12_007);
const byNumber = (a: number, b: number): number => a - b;
const UP = [...NUMBERS].sort(byNumber);
const PLACES: readonly (readonly [skip: number, limit: number])[] = [
  [0, 50],
  [0, 10_000],
  [1, 1],
  [199, 7],
  [390, 50],
  [399, 1],
  [400, 5],
  [10_000, 5],
  [3, 0],
];

const writeRefs = () => {
  const { store } = openStore({ path: ':memory:' });
  const { tables } = store;
  store.beginBlock();
  store.beginCrank();
  tables.bundles.put({ bundle: 'b1', format: 'getExport', content: '{}' });
  const rest = { bundle: 'b1', incarnation: 0, worker: 'local', engine: 'none', options: '{}', parametersBody: '#1' };
  const vat = 'v1' as VatId;
  tables.vats.put({ vat, name: 'one', state: 'running', problem: null, ...rest });
  for (const number of NUMBERS) {
    const owner = number % 2 === 0 ? vat : null;
    tables.objects.put({ kref: `ko${number}` as never, owner, reachable: 1, recognizable: 1 });
    tables.promises.put({
      kref: `kp${number}` as never,
      state: 'unresolved',
      decider: owner,
      holds: 1,
      isHopeless: false,
      body: null,
      slots: [],
    } as never);
    for (const [kref, vref] of [
      [`ko${number}`, `o-${number}`],
      [`kp${number}`, `p-${number}`],
    ]) {
      tables.clists.put({ vat, kref: kref as KRef, vref: vref as VRef, reachable: true });
    }
  }
  store.commitCrank();
  store.commitBlock();
  return { store, asked: readOnlyViewOf(store) };
};

test('any page of objects, promises and a c-list is a slice of the whole', t => {
  const { store, asked } = writeRefs();
  t.teardown(() => store.close());
  for (const [skip, limit] of PLACES) {
    const request = { skip, limit };
    const check = (page: ReturnType<typeof listObjects> | ReturnType<typeof listPromises>, all: readonly string[]): void => {
      t.deepEqual(
        page.rows.map(({ ref }) => ref),
        all.slice(skip, skip + limit),
        `${skip} ${limit}`,
      );
      t.is(page.total, all.length);
      t.is(page.skipped, Math.min(skip, all.length));
      t.is(page.more, Math.max(0, all.length - skip - page.rows.length));
    };
    const even = UP.filter(number => number % 2 === 0);
    check(
      listObjects(asked, request),
      UP.map(number => `ko${number}`),
    );
    check(
      listObjects(asked, { ...request, owner: 'one' }),
      even.map(number => `ko${number}`),
    );
    check(listObjects(asked, { ...request, state: 'recognizable' }), []);
    check(
      listPromises(asked, request),
      UP.map(number => `kp${number}`),
    );
    check(
      listPromises(asked, { ...request, decider: 'v1' }),
      even.map(number => `kp${number}`),
    );
    const both = [...UP.map(number => `ko${number}`), ...UP.map(number => `kp${number}`)];
    const { rows, total } = listClist(asked, 'one', request);
    t.is(total, both.length);
    t.deepEqual(
      rows.map(({ kref }) => kref),
      both.slice(skip, skip + limit),
    );
  }
});

test('what is not named as refs are is listed all the same', t => {
  const { store, asked } = writeRefs();
  t.teardown(() => store.close());
  store.beginBlock();
  store.beginCrank();
  for (const kref of ['koala', 'ko007', 'ko1e3']) {
    store.tables.objects.put({ kref: kref as never, owner: null, reachable: 1, recognizable: 1 });
  }
  store.commitCrank();
  store.commitBlock();
  const { rows, total } = listObjects(asked, { limit: 10_000 });
  t.is(total, NUMBERS.length + 3);
  t.is(rows.length, total);
  t.true(rows.some(({ ref }) => ref === 'koala'));
});
