/** Stored data by kind: what there is much of, whatever it is called. */
import { readOnlyViewOf } from '@cooperage/store/read-only';
import type { VatId } from '@cooperage/protocol/refs';
import fc from 'fast-check';
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

/** What each key is about, said once more. */
const kindOf = (key: string): { part: string; kind: string } => {
  const dot = key.indexOf('.');
  const [part, rest] = [key.slice(0, Math.max(0, dot)), key.slice(dot + 1)];
  const [, kind] = /^o\+([dv][^/]*)\//s.exec(rest) ?? [];
  return { part, kind: kind ?? (part === 'kind' ? rest : '') };
};

type Sums = Record<string, { objects: number; entries: number; rows: number; bytes: number }>;

const sumKeys = (keys: ReadonlyMap<string, string>): Sums => {
  const sums: Sums = {};
  for (const [key, value] of keys) {
    const { part, kind } = kindOf(key);
    const sum = (sums[kind] ??= { objects: 0, entries: 0, rows: 0, bytes: 0 });
    if (part === 'state' || part === 'collection') sum.objects += 1;
    if (part === 'entry') sum.entries += 1;
    sum.rows += 1;
    sum.bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  return sums;
};

/** Few pieces, so that keys are often each other's beginnings and neighbours. */
const piece = fc.constantFrom(
  'o',
  '+',
  'd',
  'v',
  'e',
  'w',
  '/',
  '.',
  '0',
  '1',
  '12',
  'o+d1/',
  'o+v2/7',
  'state.',
  'kind.',
  'k',
  'é',
  '\u0001',
  '~',
);
const anyKey = fc.oneof(
  fc.array(piece, { maxLength: 6 }).map(pieces => pieces.join('')),
  fc
    .tuple(
      fc.constantFrom('state', 'entry', 'count', 'kind', 'collection'),
      fc.constantFrom('o+d1', 'o+d10', 'o+v1', 'o-5', 'o+d1/', 'd1'),
      piece,
    )
    .map(([part, rest, end]) => `${part}.${rest}${end}`),
);

const readKinds = (keys: ReadonlyMap<string, string>): Sums => {
  const store = writeSampleKernel(':memory:');
  const vat = 'v1' as VatId;
  store.beginBlock();
  store.beginCrank();
  for (const { key } of store.tables.vatstore.list(vat)) store.tables.vatstore.delete(vat, key);
  for (const [key, value] of keys) store.tables.vatstore.put(vat, key, value);
  store.commitCrank();
  store.commitBlock();
  const { rows } = listKinds(readOnlyViewOf(store), { owner: 'v1', limit: 10_000 });
  store.close();
  return Object.fromEntries(
    rows.map(({ kind, objects, entries, rows: count, bytes }) => [kind, { objects, entries, rows: count, bytes }]),
  );
};

test('whatever the keys are, each row is counted once, where it belongs', t => {
  const property = fc.property(fc.array(anyKey, { maxLength: 40 }), keys => {
    const rows = new Map(keys.map((key, i) => [key, 'x'.repeat(i % 5)]));
    t.deepEqual(readKinds(rows), sumKeys(rows));
  });
  fc.assert(property, { seed: 1, numRuns: 100 });
});

test('keys that are all different are counted as well', t => {
  const rows = new Map(Array.from({ length: 30_000 }, (_, i) => [`part${i}.o+d${i % 7}/1`, 'x'] as const));
  t.deepEqual(readKinds(rows), sumKeys(rows));
});

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
