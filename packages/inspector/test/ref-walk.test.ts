/** Walking through refs page by page comes by every one once, in the order of the list, however many there are. */
import type { KernelObjectRef, VatId, VRef } from '@cooperage/protocol/refs';
import { openStore } from '@cooperage/store/open';
import { readOnlyViewOf, type ReadOnlyStore } from '@cooperage/store/read-only';
import test, { type ExecutionContext } from 'ava';
import { walkClist } from '../src/clist.ts';
import { listObjects, OBJECT_STATES, type ObjectFilter, walkObjects } from '../src/objects.ts';
import type { Walk, WalkRequest } from '../src/ref-walk.ts';

/** More than are sorted without ado. */
const MANY = 24_000;
const FEW = 300;
/** Every so many numbers one is taken, with a great gap in the middle. */
const numberOf = (i: number, count: number): number => 20 + 3 * i + (i > count / 2 ? 50_000 : 0);

const writeObjects = (t: ExecutionContext, count: number): ReadOnlyStore => {
  const { store } = openStore({ path: ':memory:' });
  t.teardown(() => store.close());
  const { tables } = store;
  store.beginBlock();
  store.beginCrank();
  tables.bundles.put({ bundle: 'b1', format: 'getExport', content: '{}' });
  for (const vat of ['v1', 'v2'] as VatId[]) {
    const rest = { bundle: 'b1', incarnation: 0, worker: 'local', engine: 'none', options: '{}', parametersBody: '#1' };
    tables.vats.put({ vat, name: vat, state: 'running', problem: null, ...rest });
  }
  for (let i = 0; i < count; i += 1) {
    const kref = `ko${numberOf(i, count)}` as KernelObjectRef;
    const owner = i % 3 === 0 ? null : ((i % 3 === 1 ? 'v1' : 'v2') as VatId);
    tables.objects.put({ kref, owner, reachable: i % 2, recognizable: i % 4 === 0 ? 0 : 2 });
    if (owner !== null) tables.clists.put({ vat: owner, kref, vref: `o+${i}` as VRef, reachable: true });
    if (owner === null || i % 5 === 0) {
      const importer = (owner === 'v1' ? 'v2' : 'v1') as VatId;
      tables.clists.put({ vat: importer, kref, vref: `o-${i}` as VRef, reachable: true });
    }
    if (i % 100 === 1) tables.pins.add({ kref, reason: 'root' });
  }
  tables.counters.take('object', numberOf(count, count));
  store.commitCrank();
  store.commitBlock();
  return readOnlyViewOf(store);
};

/** All pages, one after the other. */
const walkThrough = <Row>(ask: (request: WalkRequest) => Walk<Row>): Row[] => {
  const rows: Row[] = [];
  let page = ask({ limit: 7_000 });
  while (page.next !== null) {
    rows.push(...page.rows);
    page = ask({ limit: 7_000, after: page.next });
  }
  return [...rows, ...page.rows];
};

const FILTERS: readonly ObjectFilter[] = [
  {},
  { owner: 'v1' },
  { importer: 'v2' },
  { vref: 'o+1' },
  { owner: 'v2', vref: 'o+2' },
  ...OBJECT_STATES.map(state => ({ state })),
];

const listAll = (store: ReadOnlyStore, filter: ObjectFilter): string[] => {
  const refs: string[] = [];
  for (let more = 1; more > 0;) {
    const page = listObjects(store, { ...filter, limit: 10_000, skip: refs.length });
    refs.push(...page.rows.map(({ ref }) => ref));
    more = page.more;
  }
  return refs;
};

for (const count of [FEW, MANY]) {
  test(`a walk through ${count} objects comes by each once`, t => {
    const store = writeObjects(t, count);
    for (const filter of FILTERS) {
      const rows = walkThrough(request => walkObjects(store, { ...filter, ...request }));
      t.deepEqual(
        rows.map(({ ref }) => ref),
        listAll(store, filter),
        JSON.stringify(filter),
      );
    }
    const entries = walkThrough(request => walkClist(store, 'v1', request));
    t.is(entries.length, new Set(entries.map(({ kref }) => kref)).size);
    t.is(walkClist(store, 'v1', { limit: 1 }).total, entries.length);
  });
}

test('states are those of the view', t => {
  const store = writeObjects(t, FEW);
  for (const state of OBJECT_STATES) {
    const rows = store.query(`SELECT kref FROM objects_view WHERE state = ? ORDER BY CAST(substr(kref, 3) AS INTEGER)`, [state]);
    t.deepEqual(
      listAll(store, { state }),
      rows.map(row => String(row['kref'])),
    );
    t.true(rows.length > 0, state);
  }
});

test('a walk begins where it is told, also where nothing is, and nowhere else', t => {
  const store = writeObjects(t, FEW);
  t.deepEqual(
    walkObjects(store, { after: 'ko21', limit: 2 }).rows.map(({ ref }) => ref),
    ['ko23', 'ko26'],
  );
  t.deepEqual(walkObjects(store, { after: 'ko999999' }), { rows: [], total: FEW, next: null });
  for (const after of ['kp40', 'v1', 'ko-1', "ko1' OR 1"])
    t.throws(() => walkObjects(store, { after }), { code: 'ERR_ARGUMENT' });
  for (const limit of [0, -1, 1.5, 10_001]) t.throws(() => walkObjects(store, { limit }), { code: 'ERR_ARGUMENT' });
});
