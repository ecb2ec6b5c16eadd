import { SCHEMA_VERSION } from '@cooperage/store/schema';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KernelObjectRef, VatId, VRef } from '@cooperage/protocol/refs';
import type { AskedRow } from '@cooperage/store/connection';
import { readOnlyViewOf } from '@cooperage/store/read-only';
import test from 'ava';
import { listBundles } from '../src/bundles.ts';
import { listClist } from '../src/clist.ts';
import { openDatabase } from '../src/database.ts';
import { describeDelivery, describeResult, describeSyscall } from '../src/describe.ts';
import { findVat } from '../src/find-vat.ts';
import { readGc } from '../src/gc.ts';
import { listObjects } from '../src/objects.ts';
import { readOverview } from '../src/overview.ts';
import { listPromises } from '../src/promises.ts';
import { listQueue } from '../src/queue.ts';
import { readSizes } from '../src/sizes.ts';
import { readRowCounts } from '../src/table-sizes.ts';
import { findUnsoundness } from '../src/soundness.ts';
import { readTranscript } from '../src/transcript.ts';
import { listVats } from '../src/vats.ts';
import { HOSTILE, writeSampleKernel } from './sample-kernel.ts';

const folder = mkdtempSync(join(tmpdir(), 'inspector-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

const path = join(folder, 'sample.sqlite');
writeSampleKernel(path).close();
const store = openDatabase(path);

test('the overview counts what there is and names the vats in trouble', t => {
  const overview = readOverview(store);
  t.is(overview.cranks, 31);
  t.is(overview.activityHash, 'c0ffee');
  t.is(overview.schemaVersion, SCHEMA_VERSION);
  t.deepEqual(overview.vats, { running: 1, suspended: 1, terminated: 1 });
  t.deepEqual(overview.objects, { orphaned: 1, owned: 4 });
  t.deepEqual(overview.promises, { rejected: 1, unresolved: 2 });
  t.deepEqual(overview.queue, { ready: 2, parked: 0, waitingForPromises: 2 });
  t.deepEqual(overview.gc, { actions: 1, reaps: 1, cleanups: 0 });
  t.deepEqual(overview.pins, { root: 2 });
  t.deepEqual(
    overview.problems.map(({ vat }) => vat),
    ['v2', 'v3'],
  );
  t.true(overview.bytes > 0);
});

test('vats come with their sizes and options, in order of creation, and can be asked for by state', t => {
  const { rows } = listVats(store);
  t.deepEqual(
    rows.map(({ vat, exports, imports, promises, deliveries, transcriptRows }) => [
      vat,
      exports,
      imports,
      promises,
      deliveries,
      transcriptRows,
    ]),
    [
      ['v1', 3, 0, 1, 30, 30],
      ['v2', 1, 4, 2, 0, 0],
      ['v3', 0, 0, 0, 0, 0],
    ],
  );
  t.like(rows[0], { name: 'alice', storedKeys: 1, options: { onFault: 'suspend' }, problem: null });
  t.deepEqual(
    listVats(store, { state: 'suspended' }).rows.map(({ name }) => name),
    [HOSTILE],
  );
});

test('a vat is found by id and by name, a live one before a dead one', t => {
  t.is(findVat(store, 'v2')?.name, HOSTILE);
  t.is(findVat(store, 'alice')?.vat, 'v1' as VatId);
  t.is(findVat(store, 'nobody'), undefined);
  const error = t.throws(() => listClist(store, 'nobody'), { message: /no vat "nobody"/, code: 'ERR_VAT_NOT_FOUND' });
  t.regex(String((error as { remedy?: unknown }).remedy), /v1 \(alice\)/);
});

test('objects are ordered by number and tell owner, state and importers', t => {
  t.deepEqual(
    listObjects(store).rows.map(({ ref, owner, vref, state, importers }) => [ref, owner, vref, state, importers.join()]),
    [
      ['ko9', 'v1', 'o+d6/1:0', 'recognizable', 'v2'],
      ['ko20', 'v1', 'o+0', 'root', 'v2'],
      ['ko21', 'v2', 'o+0', 'root', ''],
      ['ko30', null, null, 'orphaned', 'v2'],
      ['ko100', 'v1', 'o+5', 'reachable', 'v2'],
    ],
  );
});

test('objects are filtered by owner, importer, state and vref, alone and together', t => {
  const refs = (filter: Parameters<typeof listObjects>[1]): string =>
    listObjects(store, filter)
      .rows.map(({ ref }) => ref)
      .join(' ');
  t.is(refs({ owner: 'alice' }), 'ko9 ko20 ko100');
  t.is(refs({ owner: 'v1', state: 'reachable' }), 'ko100');
  t.is(refs({ vref: 'o+d' }), 'ko9');
  t.is(refs({ vref: '%' }), '');
  t.is(refs({ importer: 'v2', owner: 'v1' }), 'ko9 ko20 ko100');
  t.is(refs({ state: 'orphaned' }), 'ko30');
});

test('a page says how much there is before and after it', t => {
  const page = listObjects(store, { limit: 2, skip: 1 });
  t.deepEqual(
    page.rows.map(({ ref }) => ref),
    ['ko20', 'ko21'],
  );
  t.like(page, { total: 5, skipped: 1, more: 2 });
  t.like(listObjects(store, { limit: 0 }), { rows: [], total: 5, more: 5 });
  t.like(listObjects(store, { skip: 99 }), { rows: [], total: 5, skipped: 5, more: 0 });
  t.throws(() => listObjects(store, { limit: 10_001 }), { code: 'ERR_ARGUMENT' });
  t.throws(() => listObjects(store, { skip: 0.5 }), { code: 'ERR_ARGUMENT' });
});

test('a c-list tells direction, reachability and source', t => {
  const { vat, rows } = listClist(store, 'v2');
  t.is(vat.vat, 'v2' as VatId);
  t.deepEqual(
    rows.map(({ kref, vref, direction, reachable, from }) => [kref, vref, direction, reachable, from]),
    [
      ['ko9', 'o-52', 'import', false, 'v1'],
      ['ko20', 'o-50', 'import', true, 'v1'],
      ['ko21', 'o+0', 'export', true, 'v2'],
      ['ko30', 'o-53', 'import', true, null],
      ['ko100', 'o-51', 'import', true, 'v1'],
      ['kp40', 'p+7', 'export', true, 'v1'],
      ['kp42', 'p-61', 'import', true, null],
    ],
  );
  t.is(listClist(store, 'v2', { vref: 'p' }).total, 2);
});

test('promises tell who decides, who waits and what they settled to', t => {
  const { rows } = listPromises(store);
  t.like(rows[0], { ref: 'kp40', decider: 'v1', subscribers: ['v2'], waiting: 2, data: null });
  t.like(rows[1], { ref: 'kp41', decider: null, resultOf: 1 });
  t.like(rows[2], { ref: 'kp42', state: 'rejected', data: '"RangeError"("no \\u001b[31m money")' });
  t.is(listPromises(store, { decider: 'alice' }).total, 1);
  t.is(listPromises(store, { state: 'unresolved', limit: 1 }).more, 1);
});

test('the queue tells what will run and what waits for promises', t => {
  const { rows, waiting } = listQueue(store);
  t.like(rows[0], {
    kind: 'message',
    message: { message: 1, target: 'ko20', call: '.greet(ko20 "Alleged: friend", 3n)', result: 'kp41' },
  });
  t.like(rows[1], { kind: 'notify', message: null, vat: 'v2', promise: 'kp42' });
  t.deepEqual(
    waiting.rows.map(({ promise, message }) => [promise, message]),
    [
      ['kp40', 2],
      ['kp40', 3],
    ],
  );
});

test('gc tells the queued actions, the reaps and the dirt of each live vat', t => {
  const answer = readGc(store);
  t.deepEqual(answer.rows, [{ vat: 'v1', action: 'dropExport', ref: 'ko9' }]);
  t.deepEqual(answer.reaps, ['v2']);
  t.deepEqual(answer.cleanups, []);
  t.deepEqual(
    answer.dirt.rows.map(({ vat, deliveries, krefs, reap }) => [vat, deliveries, krefs, reap]),
    [
      ['v1', 1, 2, null],
      ['v2', 2, 4, 1],
    ],
  );
  t.deepEqual(answer.dirt.rows[0]?.dueAfter, { deliveries: 1000, krefs: 'never' });
});

test('a transcript is read by range and described in the refs of its vat', t => {
  const { rows, total, more } = readTranscript(store, 'alice', { from: 28, to: 29 });
  t.deepEqual([rows.map(({ position }) => position), total, more], [[28, 29], 2, 0]);
  t.deepEqual(
    rows.slice(0, 1).map(({ delivery }) => describeDelivery(delivery)),
    ['o+0.greet(o-50 "Alleged: friend") -> p-60'],
  );
  t.deepEqual(
    rows.slice(0, 1).flatMap(({ syscalls }) => syscalls.map(({ syscall }) => describeSyscall(syscall))),
    ['subscribe p-60'],
  );
  t.is(readTranscript(store, 'alice', { limit: 5 }).more, 25);
  t.is(readTranscript(store, 'v1', { incarnation: 0 }).total, 0, 'its transcript is gone');
  t.throws(() => readTranscript(store, 'v1', { incarnation: 2 }), { code: 'ERR_ARGUMENT', message: /has no incarnation 2/ });
});

test('every kind of delivery, syscall and result has a description', t => {
  const data = { body: '#"x"', slots: [] };
  const resolutions = [{ promise: 'p+5', outcome: 'fulfilled' as const, data }];
  t.is(describeDelivery({ type: 'startVat', parameters: data }), 'startVat "x"');
  t.is(describeDelivery({ type: 'notify', resolutions }), 'notify p+5 fulfilled "x"');
  t.is(describeDelivery({ type: 'bringOutYourDead', dead: [] }), 'bringOutYourDead (none)');
  t.regex(
    describeDelivery({ type: 'dropExports', refs: Array.from({ length: 99 }, (_, i) => `o+${i}`) }),
    /o\+11 \.\.\. \(99 refs\)$/,
  );
  const call = { methargs: { body: '#["#undefined",["#undefined"]]', slots: [] }, result: null };
  t.is(describeSyscall({ type: 'send', target: 'o-50', message: call }), 'send o-50(undefined)');
  const symbol = { methargs: { body: '#["%@@asyncIterator",[]]', slots: [] }, result: null };
  t.is(describeSyscall({ type: 'send', target: 'o-50', message: symbol }), 'send o-50[@@asyncIterator]()');
  const broken = { methargs: { body: 'nonsense', slots: [] }, result: 'p-60' };
  t.regex(describeSyscall({ type: 'send', target: 'o-50', message: broken }), /^send o-50\.\(unknown\)\(<not smallcaps/);
  t.is(describeSyscall({ type: 'resolve', resolutions }), 'resolve p+5 fulfilled "x"');
  t.is(describeSyscall({ type: 'exit', outcome: 'failure', info: data }), 'exit failure "x"');
  t.is(describeSyscall({ type: 'dropImports', refs: ['o-50'] }), 'dropImports o-50');
  t.is(describeSyscall({ type: 'callNow', target: 'd-70', method: 'set', args: data }), 'callNow d-70.set("x")');
  t.is(describeSyscall({ type: 'vatstoreGet', key: 'k' }), 'vatstoreGet "k"');
  t.is(describeSyscall({ type: 'vatstoreNextKey', after: '' }), 'vatstoreNextKey after ""');
  t.regex(describeSyscall({ type: 'vatstoreSet', key: 'k', value: 'v'.repeat(999) }), /\(999 characters\)$/);
  t.is(describeResult({ outcome: 'error', problem: 'no' }), 'error: no');
  t.is(describeResult({ outcome: 'ok', value: null }), '');
  t.is(describeResult({ outcome: 'ok', value: 'text' }), '"text"');
  t.is(describeResult({ outcome: 'ok', value: data }), '"x"');
});

test('bundles tell their bytes and the vats that run them', t => {
  t.deepEqual(listBundles(store).rows, [
    { bundle: 'b1-abc', format: 'getExport', bytes: 15, names: ['greeter'], vats: ['v1', 'v2', 'v3'] },
  ]);
});

test('sizes tell the bytes of tables and vats', t => {
  const { bytes, freeBytes, tables, vats } = readSizes(store);
  const inTables = tables.reduce((sum, table) => sum + (table.bytes ?? 0), 0);
  t.true(inTables > 0);
  t.true(inTables + freeBytes < bytes);
  t.is(tables.find(({ table }) => table === 'transcripts')?.rows, 30);
  t.like(vats.rows[0], { vat: 'v1', storedKeys: 1, storedBytes: 8, transcriptRows: 30 });
});

test('sizes are those that a plain count of everything gives', t => {
  const { bytes, freeBytes, tables, vats } = readSizes(store);
  const trees = store.query(`SELECT s.tbl_name AS name, sum(d.pgsize) AS bytes FROM dbstat d JOIN sqlite_schema s USING (name)
    WHERE d.aggregate = TRUE GROUP BY s.tbl_name`);
  t.deepEqual(Object.fromEntries(tables.map(each => [each.table, each.bytes])), toRecord(trees));
  t.deepEqual(Object.fromEntries(tables.map(each => [each.table, each.rows])), Object.fromEntries(readRowCounts(store)));
  t.true(bytes > freeBytes);
  const transcripts = store.query(`SELECT vat AS name, sum(length(CAST(delivery || syscalls || outcome AS BLOB))) AS bytes
    FROM transcripts GROUP BY vat`);
  const withTranscript = vats.rows.filter(each => each.transcriptRows > 0);
  t.deepEqual(Object.fromEntries(withTranscript.map(each => [each.vat, each.transcriptBytes])), toRecord(transcripts));
  const oneByOne = vats.rows.flatMap((_vat, skip) => readSizes(store, { limit: 1, skip }).vats.rows);
  t.deepEqual(oneByOne, vats.rows, 'a page says the same as the whole');
  t.deepEqual(readSizes(store, { limit: 0 }).vats.rows, []);
});

const toRecord = (rows: readonly AskedRow[]): Record<string, unknown> =>
  Object.fromEntries(rows.map(({ name, bytes }) => [String(name), bytes]));

test('a sound file has no findings', t => {
  t.deepEqual(findUnsoundness(store), []);
});

test('questions can be asked of a running kernel’s own store, and see what it has not written yet', t => {
  const live = writeSampleKernel(':memory:');
  const view = readOnlyViewOf(live);
  live.beginBlock();
  live.beginCrank();
  live.tables.objects.put({ kref: 'ko500' as KernelObjectRef, owner: 'v1' as VatId, reachable: 0, recognizable: 0 });
  live.tables.clists.put({ vat: 'v1' as VatId, kref: 'ko500' as KernelObjectRef, vref: 'o+77' as VRef, reachable: false });
  t.like(listObjects(view, { vref: 'o+77' }).rows[0], { ref: 'ko500', state: 'unreferenced' });
  t.is(readOverview(view).objects['owned'], 5);
  live.abandonCrank();
  live.close();
});
