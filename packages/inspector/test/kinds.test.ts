/** Stored data by kind: what there is much of, whatever it is called. */
import { readOnlyViewOf } from '@cooperage/store/read-only';
import type { VatId } from '@cooperage/protocol/refs';
import test from 'ava';
import { listKinds } from '../src/kinds.ts';
import { HOSTILE, writeSampleKernel } from './sample-kernel.ts';

const makeStore = () => {
  const store = writeSampleKernel(':memory:');
  store.beginBlock();
  store.beginCrank();
  const vat = 'v1' as VatId;
  const put = (key: string, value: string): void => store.tables.vatstore.put(vat, key, value);
  put('kind.d12', JSON.stringify({ tag: HOSTILE, facets: [] }));
  for (let i = 1; i <= 3; i += 1) put(`state.o+d12/${i}`, '{}');
  put('count.o+d12/1', '1');
  put('collection.o+d2/1', '{}');
  put('entry.o+d2/1.sbaggage', '{}');
  put('count.o-50', '1');
  put('state.o+d13/1', 'x'.repeat(10_000));
  put('no dot at all', '');
  store.commitCrank();
  return store;
};

test('kinds come with their objects, entries and bytes, the largest first', t => {
  const store = makeStore();
  t.teardown(() => store.close());
  const { rows, total } = listKinds(readOnlyViewOf(store), { owner: 'v1' });
  t.is(total, rows.length);
  t.like(rows[0], { kind: 'd13', tag: '', objects: 1, rows: 1, bytes: 10_000 + 'state.o+d13/1'.length });
  t.like(
    rows.find(({ kind }) => kind === 'd12'),
    { vat: 'v1', tag: HOSTILE, objects: 3, entries: 0, rows: 5 },
  );
  t.like(
    rows.find(({ kind }) => kind === 'd2'),
    { tag: 'map', objects: 1, entries: 1 },
  );
  t.true((rows.find(({ kind }) => kind === '')?.rows ?? 0) >= 2, 'what is of no kind is there too');
  t.deepEqual(listKinds(readOnlyViewOf(store), { owner: 'v1', limit: 1, skip: 1 }).rows, rows.slice(1, 2));
  t.throws(() => listKinds(readOnlyViewOf(store), { owner: 'nobody' }), { code: 'ERR_VAT_NOT_FOUND' });
});
