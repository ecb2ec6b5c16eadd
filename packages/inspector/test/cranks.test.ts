/** Cranks found among transcripts that have no index by crank, and messages whose two ends are brought together. */
import type { KernelObjectRef, KernelPromiseRef, VatId, VRef } from '@cooperage/protocol/refs';
import { openStore } from '@cooperage/store/open';
import { readOnlyViewOf, type ReadOnlyStore } from '@cooperage/store/read-only';
import type { Store } from '@cooperage/store/store';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { findCrankSpans, findNeighbourCranks } from '../src/cranks/crank-spans.ts';
import { readCrank } from '../src/cranks/crank.ts';
import { readTimeline } from '../src/cranks/timeline.ts';

const vat = (id: number): VatId => `v${id}` as VatId;

const write = (t: ExecutionContext | undefined, vats: number, act: (store: Store) => void): ReadOnlyStore => {
  const { store } = openStore({ path: ':memory:' });
  t?.teardown(() => store.close());
  const { tables } = store;
  store.beginBlock();
  store.beginCrank();
  tables.bundles.put({ bundle: 'b1', format: 'getExport', content: '{}' });
  for (let id = 1; id <= vats; id += 1) {
    const rest = { bundle: 'b1', incarnation: 0, worker: 'local', engine: 'none', options: '{}', parametersBody: '#1' };
    tables.vats.put({ vat: vat(id), name: `vat${id}`, state: 'running', problem: null, ...rest });
  }
  act(store);
  store.commitCrank();
  store.commitBlock();
  return readOnlyViewOf(store);
};

type Entry = { id: number; position: number; crank: number; delivery?: unknown; sends?: readonly unknown[] };

const append = (store: Store, { id, position, crank, delivery = { type: 'stopVat' }, sends = [] }: Entry): void =>
  store.tables.transcripts.append({
    vat: vat(id),
    position,
    incarnation: 0,
    crank,
    delivery: JSON.stringify(delivery),
    syscalls: JSON.stringify(sends.map(syscall => ({ syscall, result: { outcome: 'ok', value: null } }))),
    outcome: '{"outcome":"ok"}',
  });

/** For each vat where its transcript begins, and how far each delivery is from the one before: two may share a crank. */
const transcripts = fc.array(fc.record({ start: fc.nat(5), steps: fc.array(fc.nat(4), { maxLength: 12 }) }), {
  minLength: 1,
  maxLength: 4,
});

test('a range of cranks is found in every transcript, as if each row were looked at', t => {
  let found = 0;
  fc.assert(
    fc.property(transcripts, fc.nat(45), fc.nat(20), (specs, from, length) => {
      const entries = specs.flatMap(({ start, steps }, i) => {
        let crank = 0;
        return steps.map((step, j) => ({ id: i + 1, position: start + j, crank: (crank += step) }));
      });
      const store = write(undefined, specs.length, open => entries.forEach(entry => append(open, entry)));
      const to = from + length;
      const spans = findCrankSpans(store, { from, to }).flatMap(span =>
        Array.from({ length: span.end - span.first }, (_, i) => `${span.vat} ${span.first + i}`),
      );
      const wanted = entries.filter(({ crank }) => crank >= from && crank <= to).map(({ id, position }) => `v${id} ${position}`);
      t.deepEqual(spans, wanted);
      found += wanted.length;
      const cranks = entries.map(({ crank }) => crank);
      const [before, after] = [cranks.filter(crank => crank < from), cranks.filter(crank => crank > from)];
      t.deepEqual(findNeighbourCranks(store, from), {
        previous: before.length === 0 ? null : Math.max(...before),
        next: after.length === 0 ? null : Math.min(...after),
      });
    }),
    { numRuns: 200 },
  );
  t.true(found > 200);
});

const methargs = (method: string, ...slots: readonly string[]): unknown => ({ body: `#["${method}",[]]`, slots });
const send = (target: string, method: string, result: string | null, ...slots: readonly string[]): unknown => ({
  type: 'send',
  target,
  message: { methargs: methargs(method, ...slots), result },
});
const message = (target: string, method: string, result: string | null, ...slots: readonly string[]): unknown => ({
  type: 'message',
  target,
  message: { methargs: methargs(method, ...slots), result },
});

const joined = (store: ReadOnlyStore): string[] =>
  readTimeline(store, { count: 100 }).arrows.map(({ from, to, proof }) => {
    const [start, end] = [from, to].map(one => (one === null ? '?' : `${one.vat}@${one.crank}`));
    return `${start} -> ${end} ${proof}`;
  });

test('messages of the same words go in order, and each has one sender', t => {
  const store = write(t, 3, open => {
    append(open, { id: 1, position: 0, crank: 1, sends: [send('o-50', 'ping', 'p+1'), send('o-50', 'ping', 'p+2')] });
    append(open, { id: 2, position: 0, crank: 2, delivery: message('o+0', 'ping', 'p-60') });
    append(open, { id: 2, position: 1, crank: 3, delivery: message('o+0', 'ping', 'p-61') });
    append(open, { id: 2, position: 2, crank: 4, delivery: message('o+0', 'ping', 'p-62') });
    append(open, { id: 3, position: 0, crank: 5, sends: [send('o-50', 'late', null), send('o-50', 'more', null, 'o-51')] });
    append(open, { id: 1, position: 1, crank: 6, delivery: message('o+0', 'more', null) });
    open.tables.kernelState.put('crank_number', '7');
  });
  t.deepEqual(joined(store), [
    'v1@1 -> v2@2 likeness',
    'v1@1 -> v2@3 likeness',
    '? -> v2@4 none',
    '? -> v1@6 none',
    'v3@5 -> ? none',
    'v3@5 -> ? none',
  ]);
});

test('what c-lists still know decides, whatever the order', t => {
  const store = write(t, 3, open => {
    const { tables } = open;
    const link = (id: number, kref: string, vref: string): void =>
      tables.clists.put({ vat: vat(id), kref: kref as KernelObjectRef, vref: vref as VRef, reachable: true });
    for (const [kref, owner] of [
      ['ko20', 2],
      ['ko21', 3],
    ] as const) {
      tables.objects.put({ kref: kref as KernelObjectRef, owner: vat(owner), reachable: 1, recognizable: 1 });
      link(owner, kref, 'o+0');
      link(1, kref, kref === 'ko20' ? 'o-50' : 'o-51');
    }
    for (const [kref, own] of [
      ['kp40', 'p+1'],
      ['kp41', 'p+2'],
    ] as const) {
      tables.promises.put({
        kref: kref as KernelPromiseRef,
        state: 'unresolved',
        decider: vat(2),
        holds: 2,
        body: null,
        isHopeless: false,
      });
      link(1, kref, own);
    }
    link(2, 'kp41', 'p-60');
    append(open, { id: 1, position: 0, crank: 1, sends: [send('o-50', 'go', 'p+1'), send('o-50', 'go', 'p+2')] });
    append(open, { id: 1, position: 1, crank: 2, sends: [send('o-50', 'stay', null), send('o-51', 'stay', null)] });
    append(open, { id: 2, position: 0, crank: 3, delivery: message('o+0', 'go', 'p-60') });
    append(open, { id: 3, position: 0, crank: 4, delivery: message('o+0', 'stay', null) });
    tables.kernelState.put('crank_number', '5');
  });
  const { arrows } = readTimeline(store, { count: 10 });
  t.deepEqual(
    arrows.filter(({ to }) => to !== null).map(({ from, proof }) => [from?.crank, from?.index, proof]),
    [
      [1, 1, 'refs'],
      [2, 1, 'likeness'],
    ],
  );
  const crank = readCrank(store, 1);
  t.deepEqual([crank.previous, crank.next], [null, 2]);
  t.deepEqual(
    crank.arrows.map(({ to }) => to?.crank ?? null),
    [3, null],
  );
  t.throws(() => readCrank(store, 5), { code: 'ERR_ARGUMENT', message: /the last so far is crank 4/ });
});
