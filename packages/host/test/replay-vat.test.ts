/** Replays that somebody asks for: what comes out the same, what does not, and why. Nothing is ever written. */
import '@cooperage/worker/lockdown';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openReadOnly } from '@cooperage/store/read-only';
import { openStore } from '@cooperage/store/open';
import { makeVatId, type VatId } from '@cooperage/protocol/refs';
import type { TranscriptRow } from '@cooperage/store/tables/transcripts';
import { Far } from '@endo/far';
import test, { type ExecutionContext } from 'ava';
import { auditDatabase } from '../src/audit-database.ts';
import { openKernel } from '../src/open.ts';
import type { KernelOptions, VatSpec } from '../src/options.ts';
import { replayVat, type ReplayReport, type ReplayRequest } from '../src/replay-vat.ts';

const V1 = makeVatId(1);

const asSpec = (code: unknown): VatSpec => ({ buildRootObject: code as never });

const counter = () => {
  let count = 0;
  return Far('counter', { add: (by: number) => (count += by), id: () => 'a counter' });
};

const pathFor = (t: ExecutionContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-replay-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'kernel.sqlite');
};

/** A closed database in which the vat `subject` was told a few things. */
const live = async (t: ExecutionContext, subject: VatSpec, options: Partial<KernelOptions> = {}): Promise<string> => {
  const database = pathFor(t);
  const kernel = await openKernel({ database, console: 'silent', vats: { subject }, ...options });
  for (const by of [1, 2, 3]) await kernel.call('subject', 'add', [by]);
  await kernel.close();
  return database;
};

const replay = async (database: string, request: Partial<ReplayRequest> = {}): Promise<ReplayReport> => {
  const store = openReadOnly(database);
  try {
    return await replayVat(store, { vat: V1, ...request });
  } finally {
    store.close();
  }
};

/** Puts other rows in place of those that there are. */
const rewrite = (database: string, change: (row: TranscriptRow) => TranscriptRow | undefined): void => {
  const { store } = openStore({ path: database });
  const { transcripts } = store.tables;
  store.beginBlock();
  store.beginCrank();
  const rows = transcripts.list(V1);
  transcripts.deleteSome(V1, rows.length);
  for (const row of rows) {
    const changed = change(row);
    if (changed !== undefined) transcripts.append(changed);
  }
  store.commitCrank();
  store.commitBlock();
  store.close();
};

test('a vat that does the same again is told so, delivery by delivery', async t => {
  const database = await live(t, asSpec(counter));
  const positions: number[] = [];
  const report = await replay(database, {
    vats: { subject: asSpec(counter) },
    onDelivery: ({ position }, { total }) => void positions.push(position, total),
  });
  t.like(report, { name: 'subject', incarnation: 0, replayed: 4, deliveries: 4, difference: null, cause: null });
  t.deepEqual(positions, [0, 4, 1, 4, 2, 4, 3, 4]);
});

test('code that is another is shown with both sides, and nothing else is blamed', async t => {
  const database = await live(t, asSpec(counter));
  const other = () => Far('counter', { add: (by: number) => by });
  const { difference, cause, replayed } = await replay(database, { vats: { subject: asSpec(other) } });
  t.is(replayed, 2);
  t.like(difference, { kind: 'syscall', syscall: 0, position: 2, vat: V1, incarnation: 0 });
  t.regex(JSON.stringify(difference?.then), /"#3"/);
  t.regex(JSON.stringify(difference?.now), /"#2"/);
  t.is(cause?.kind, 'runtime');
  t.regex(cause?.explanation ?? '', /functions/);
});

test('a vat that is not deterministic is found out by a second replay', async t => {
  let sum = 0;
  const moody = () => Far('moody', { add: (by: number) => (sum += by) });
  const database = await live(t, asSpec(moody));
  const { difference, cause } = await replay(database, { vats: { subject: asSpec(moody) } });
  t.is(difference?.position, 1);
  t.is(cause?.kind, 'nondeterminism');
});

test('a transcript that was changed afterwards is told apart from code that was', async t => {
  const database = await live(t, asSpec(counter));
  rewrite(database, row => ({ ...row, syscalls: row.syscalls.replaceAll('"#6"', '"#7"') }));
  const { difference, cause } = await replay(database, { vats: { subject: asSpec(counter) } });
  t.is(difference?.position, 3);
  t.is(cause?.kind, 'transcript');
});

const audit = (database: string): readonly (readonly [invariant: string, problem: string])[] => {
  const store = openReadOnly(database);
  const findings = auditDatabase(store);
  store.close();
  return findings.map(({ invariant, problem }) => [invariant, problem]);
};

test('the audit of a database finds a transcript that is not as it was written, and its first crank where history tells (I29)', async t => {
  const change = (row: TranscriptRow): TranscriptRow => ({ ...row, syscalls: row.syscalls.replaceAll('"#3"', '"#7"') });
  for (const options of [{}, { history: 'all' }] as const) {
    const database = await live(t, asSpec(counter), options);
    t.deepEqual(audit(database), []);
    let crank = 0;
    rewrite(database, row => {
      if (change(row).syscalls !== row.syscalls) ({ crank } = row);
      return change(row);
    });
    const [[invariant, problem] = [], ...others] = audit(database);
    t.deepEqual([invariant, others], ['I29', []]);
    t.true(
      problem?.endsWith('history' in options ? `first in crank ${crank}` : 'first in a crank that no history names'),
      problem,
    );
    rewrite(database, row => ({ ...row, syscalls: row.syscalls.replaceAll('"#7"', '"#3"') }));
    t.deepEqual(audit(database), []);
    rewrite(database, row => (row.position === 2 ? undefined : row));
    t.true(
      audit(database).some(([id]) => id === 'I29'),
      'a gap',
    );
  }
});

test('a bundle whose content is not what its id says is blamed', async t => {
  const source = (sign: string): string =>
    `() => ({ buildRootObject: (powers, parameters) => { let n = 0; return makeFar({ add: by => (n ${sign}= by) }) } })`;
  const makeFar = `const makeFar = methods => { const o = { __proto__: Object.create(Object.prototype, {
    [Symbol.for('passStyle')]: { value: 'remotable' }, [Symbol.toStringTag]: { value: 'Alleged: counter' } }), ...methods };
    return harden(o); };`;
  const asBundle = (sign: string) =>
    ({ moduleFormat: 'getExport', source: `(() => { ${makeFar} return (${source(sign)})(); })` }) as const;
  const database = await live(t, { source: asBundle('+') });
  t.is((await replay(database)).difference, null);
  const { store } = openStore({ path: database });
  const [bundle] = store.tables.bundles.list();
  const id = bundle?.bundle ?? '';
  store.beginBlock();
  store.beginCrank();
  store.tables.bundles.put({ bundle: id, format: 'getExport', content: JSON.stringify(asBundle('-')) });
  store.commitCrank();
  store.commitBlock();
  store.close();
  const { difference, cause } = await replay(database);
  t.is(difference?.position, 1);
  t.is(cause?.kind, 'bundle');
});

test('another engine is blamed when everything else is as it was', async t => {
  const database = await live(t, asSpec(counter));
  const { store } = openStore({ path: database });
  store.beginBlock();
  store.beginCrank();
  store.tables.vats.put({ ...store.tables.vats.get(V1), engine: 'node-v1.0.0/v8-1.0' });
  store.commitCrank();
  store.commitBlock();
  store.close();
  const other = () => Far('counter', { add: (by: number) => by });
  const { cause, recordedOn } = await replay(database, { vats: { subject: asSpec(other) } });
  t.is(recordedOn, 'local on node-v1.0.0/v8-1.0');
  t.is(cause?.kind, 'engine');
});

test('what cannot be replayed says why', async t => {
  const database = await live(t, asSpec(counter));
  await t.throwsAsync(replay(database), { code: 'ERR_VAT_SOURCE', message: /given as functions/ });
  await t.throwsAsync(replay(database, { vat: 'v9' as VatId }), { code: 'ERR_ARGUMENT', message: /no vat v9/ });
  await t.throwsAsync(replay(database, { incarnation: 1 }), { message: /no transcript of incarnation 1/ });
  rewrite(database, row => (row.position === 0 ? undefined : row));
  await t.throwsAsync(replay(database), { message: /has lost its beginning/ });
});
