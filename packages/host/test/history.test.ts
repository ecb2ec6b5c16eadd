/** Looking back: a database as it was after any crank that its history remembers, for every question there is. */
import '@cooperage/worker/lockdown';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { E, Far } from '@endo/far';
import { readCrank } from '@cooperage/inspector/crank';
import { openDatabase, openDatabaseAt, type ReadOnlyStore } from '@cooperage/inspector/database';
import { readHistory } from '@cooperage/inspector/history';
import { listObjects } from '@cooperage/inspector/objects';
import { readOverview } from '@cooperage/inspector/overview';
import { listQueue } from '@cooperage/inspector/queue';
import { explainWhy } from '@cooperage/inspector/why';
import { exportDatabase } from '@cooperage/store/export';
import { openStore } from '@cooperage/store/open';
import { openReadOnlyAt } from '@cooperage/store/read-only';
import test, { type ExecutionContext } from 'ava';
import { auditDatabase } from '../src/audit-database.ts';
import type { KernelController } from '../src/controller.ts';
import { openKernel } from '../src/open.ts';
import type { KernelOptions } from '../src/options.ts';

type Target = { readonly [method: string]: (...args: unknown[]) => unknown };
type Powers = { readonly VatData: { readonly makeScalarBigMapStore: (name: string, options: object) => Map<string, unknown> } };
type Baggage = Map<string, unknown> & { readonly init: (key: string, value: unknown) => void };

const buildShelf = ({ VatData }: Powers, _parameters: unknown, baggage: Baggage) => {
  const shelf = VatData.makeScalarBigMapStore('shelf', { durable: true }) as Baggage;
  if (!baggage.has('shelf')) baggage.init('shelf', shelf);
  const kept = baggage.get('shelf') as Baggage;
  const heap: unknown[] = [];
  return Far('shelf', {
    keep: (name: string, thing: unknown) => kept.init(name, thing),
    drop: (name: string) => void kept.delete(name),
    hold: (thing: unknown) => void heap.push(thing),
    letGo: () => void heap.splice(0),
    never: () => new Promise(() => {}),
  });
};

const buildMaker = () =>
  Far('maker', {
    fill: async (shelf: Target, names: string[]) => {
      for (const name of names) await E(shelf)['keep']?.(name, Far(name, {}));
    },
    lend: (shelf: Target) => E(shelf)['hold']?.(Far('loan', {})),
    pipeline: (shelf: Target) => void E(E(shelf)['never']?.() as unknown as Target)['poke']?.(Far('argument', {})),
  });

const VATS = {
  shelf: { buildRootObject: buildShelf as never },
  maker: { buildRootObject: buildMaker as never },
} as const;

const pathFor = (t: ExecutionContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-history-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'kernel.sqlite');
};

const open = async (t: ExecutionContext, database: string, options: Partial<KernelOptions> = {}): Promise<KernelController> => {
  const kernel = await openKernel({ database, console: 'silent', vats: VATS, ...options });
  t.teardown(() => kernel.close());
  return kernel;
};

/** A life with everything that rows can do: things come, go, wait, are upgraded and die. */
const acts: readonly ((kernel: KernelController) => Promise<unknown>)[] = [
  kernel => kernel.send('maker', 'fill', [kernel.root('shelf'), ['a', 'b', 'c']]),
  kernel => kernel.send('maker', 'lend', [kernel.root('shelf')]),
  kernel => kernel.send('maker', 'pipeline', [kernel.root('shelf')]),
  kernel => kernel.send('shelf', 'drop', ['b']),
  kernel => kernel.reap(),
  kernel => kernel.upgradeVat('shelf', { buildRootObject: buildShelf as never, message: 'anew' }),
  kernel => kernel.suspendVat('maker', 'tired'),
  kernel => kernel.send('maker', 'lend', [kernel.root('shelf')]),
  kernel => kernel.resumeVat('maker'),
  kernel => kernel.installVat('third', { buildRootObject: buildShelf as never }),
  kernel => kernel.send('maker', 'fill', [kernel.root('third'), ['x', 'y']]),
  kernel => kernel.terminateVat('third', 'enough'),
];

const NOT_KEPT = new Set(['statistics', 'cranks', 'crank_changes']);

const listNames = (store: ReadOnlyStore, type: string): string[] =>
  store
    .query(`SELECT name FROM main.sqlite_master WHERE type = ? AND name NOT LIKE 'sqlite_%' ORDER BY name`, [type])
    .map(({ name }) => String(name));

/** Every row of every table and view that can be looked back at. */
const dump = (store: ReadOnlyStore): Record<string, string[]> =>
  Object.fromEntries(
    [...listNames(store, 'table'), ...listNames(store, 'view')]
      .filter(name => !NOT_KEPT.has(name))
      .map(name => [
        name,
        store
          .query(`SELECT * FROM ${name}`)
          .map(row => JSON.stringify(row))
          .sort(),
      ]),
  );

/** Transcripts that are cleaned up are gone for those who look back too. */
const withoutTranscripts = ({ transcripts: _gone, vat_sizes: _sizes, ...rest }: Record<string, string[]>) => rest;

const using = <Result>(store: ReadOnlyStore, use: (store: ReadOnlyStore) => Result): Result => {
  try {
    return use(store);
  } finally {
    store.close();
  }
};

test('each crank that is remembered can be looked back to, table by table and view by view', async t => {
  const database = pathFor(t);
  const kernel = await open(t, database, { history: 'all', cleanupBudget: 2 });
  const seen = new Map<number, Record<string, string[]>>();
  const look = (): void => using(openDatabase(database), store => void seen.set(kernel.stats().activity.cranks - 1, dump(store)));
  look();
  for (const act of acts) {
    await act(kernel);
    look();
    while ((await kernel.step()) !== undefined) look();
  }
  t.true(seen.size > 40, String(seen.size));
  const last = kernel.stats().activity.cranks - 1;
  for (const [crank, then] of seen) {
    const now = using(openDatabaseAt(database, crank), dump);
    t.deepEqual(withoutTranscripts(now), withoutTranscripts(then), `crank ${crank}`);
    const kept = (rows: readonly string[] = []) => rows.filter(row => !row.includes('"vat":"v3"'));
    t.deepEqual(kept(now['transcripts']), kept(then['transcripts']), `crank ${crank}`);
  }
  t.deepEqual(using(openDatabase(database), readHistory)?.last, last);
});

test('questions of the inspector have the answers of that time', async t => {
  const database = pathFor(t);
  const kernel = await open(t, database, { history: 'all' });
  await kernel.call('maker', 'fill', [kernel.root('shelf'), ['a']]);
  await kernel.reap();
  const before = kernel.stats().activity;
  const [object] = kernel.objects({ owner: 'maker' }).filter(({ state }) => state !== 'root');
  const ref = object?.ref ?? '';
  const queued = await kernel.send('shelf', 'drop', ['a']);
  const waiting = kernel.stats().activity;
  await kernel.run();
  await kernel.release(queued);
  await kernel.reap();
  t.throws(() => kernel.why(ref), { code: 'ERR_GONE' });
  const hash = () => createHash('sha256').update(readFileSync(database)).digest('hex');
  const untouched = hash();
  using(openDatabaseAt(database, before.cranks - 1), store => {
    t.like(readOverview(store), { cranks: before.cranks, activityHash: before.hash, statistics: {} });
    t.true(listObjects(store).rows.some(row => row.ref === ref));
    t.regex(explainWhy(store, ref).explanation, /the baggage of v1 \(shelf\)/);
    t.is(listQueue(store).rows.length, 0);
  });
  using(openDatabaseAt(database, waiting.cranks - 1), store => {
    const { rows } = listQueue(store);
    t.is(rows.length, 1);
    t.regex(JSON.stringify(rows), /drop/);
  });
  t.is(hash(), untouched);
});

test('a past that is open stands still while the kernel goes on', async t => {
  const database = pathFor(t);
  const kernel = await open(t, database, { history: 'all' });
  await kernel.call('maker', 'fill', [kernel.root('shelf'), ['a']]);
  const { cranks } = kernel.stats().activity;
  const past = openDatabaseAt(database, cranks - 1);
  const then = dump(past);
  await kernel.call('maker', 'fill', [kernel.root('shelf'), ['b', 'c']]);
  t.deepEqual(dump(past), then);
  past.close();
  t.deepEqual(using(openDatabaseAt(database, cranks - 1), dump), then);
});

test('looking back leaves nothing behind, beside the database or elsewhere, however large the database is', async t => {
  const database = pathFor(t);
  const kernel = await open(t, database, { history: 'all' });
  await kernel.call('maker', 'fill', [kernel.root('shelf'), ['a']]);
  const { cranks } = kernel.stats().activity;
  await kernel.call('maker', 'fill', [kernel.root('shelf'), ['b']]);
  const running = [openReadOnlyAt(database, cranks - 1), openReadOnlyAt(database, cranks - 1, { memoryBytes: 0 })].map(store =>
    using(store, dump),
  );
  await kernel.close();
  const beside = readdirSync(dirname(database));
  const temporary = () => readdirSync(tmpdir()).filter(name => name.startsWith('cooperage-past-'));
  const before = temporary();
  const closed = [openReadOnlyAt(database, cranks - 1), openReadOnlyAt(database, cranks - 1, { memoryBytes: 0 })].map(store =>
    using(store, dump),
  );
  for (const each of [...running, ...closed]) t.deepEqual(each, running[0]);
  t.true((running[0]?.['objects']?.length ?? 0) > 2);
  t.deepEqual(
    readdirSync(dirname(database)).filter(name => !name.endsWith('-shm') && !name.endsWith('-wal')),
    beside,
  );
  t.deepEqual(temporary(), before);
});

test('so many cranks are remembered as were asked for, and an earlier one is refused by name', async t => {
  const database = pathFor(t);
  const kernel = await open(t, database, { history: { cranks: 5 } });
  await kernel.call('maker', 'fill', [kernel.root('shelf'), ['a', 'b', 'c']]);
  const last = kernel.stats().activity.cranks - 1;
  const reach = using(openDatabase(database), readHistory);
  t.like(reach, { first: last - 4, last });
  using(openDatabaseAt(database, last - 4), store => t.is(readOverview(store).cranks, last - 3));
  for (const crank of [last - 5, last + 1, -1, 1.5]) {
    const message = new RegExp(
      `does not know how it was after crank ${crank}\n  its history reaches from crank ${last - 4} to crank ${last}`,
    );
    t.throws(() => openDatabaseAt(database, crank), { code: 'ERR_ARGUMENT', message });
  }
});

test('a history with a gap is no history: it begins anew', async t => {
  const database = pathFor(t);
  const first = await open(t, database, { history: 'all' });
  await first.call('maker', 'fill', [first.root('shelf'), ['a']]);
  await first.close();
  const second = await open(t, database);
  await second.call('maker', 'fill', [second.root('shelf'), ['b']]);
  await second.close();
  t.is(using(openDatabase(database), readHistory), null);
  t.throws(() => openDatabaseAt(database, 5), { code: 'ERR_ARGUMENT', message: /has no history up to now/ });
  const third = await open(t, database, { history: 'all' });
  const { cranks } = third.stats().activity;
  await third.call('maker', 'fill', [third.root('shelf'), ['c']]);
  t.like(using(openDatabase(database), readHistory), { first: cranks });
  await third.close();
});

test('history changes no hash, and without it nothing is kept', async t => {
  const run = async (options: Partial<KernelOptions>) => {
    const kernel = await open(t, ':memory:', options);
    for (const act of acts) {
      await act(kernel);
      await kernel.run();
    }
    t.deepEqual(kernel.audit(), []);
    const { activity, tables } = kernel.stats();
    return { activity, rows: tables['history'] ?? 0 };
  };
  const [without, all, some] = [await run({}), await run({ history: 'all' }), await run({ history: { cranks: 3 } })];
  t.is(without.rows, 0);
  t.true(all.rows > some.rows && some.rows > 0);
  t.deepEqual(all.activity, without.activity);
  t.deepEqual(some.activity, without.activity);
});

test('a crank shows its delivery, its syscalls and the rows that it changed', async t => {
  const database = pathFor(t);
  const kernel = await open(t, database, { history: 'all' });
  await kernel.call('maker', 'lend', [kernel.root('shelf')]);
  await kernel.close();
  using(openDatabase(database), store => {
    const [row] = store.query(`SELECT crank FROM transcripts WHERE vat = 'v2' AND delivery LIKE '%lend%'`);
    const { remembered, deliveries, changes } = readCrank(store, Number(row?.['crank']));
    t.like(remembered, { kind: 'message', vat: 'v2' });
    t.like(deliveries[0], { vat: 'v2', name: 'maker', delivery: { type: 'message' } });
    t.is(deliveries[0]?.syscalls[0]?.syscall.type, 'send');
    const made = changes.rows.find(({ table, before }) => table === 'objects' && before.length === 0);
    t.like(made?.after[0], { owner: 'v2' });
    t.like(readCrank(store, 0).remembered, { kind: 'input', vat: null });
    t.throws(() => readCrank(store, 99_999), { code: 'ERR_ARGUMENT', message: /cranks so far: 0 to/ });
  });
});

test('a history that asks for nothing sensible is refused', async t => {
  for (const history of ['some', {}, { cranks: 0 }, { crank: 5 }]) {
    await t.throwsAsync(openKernel({ database: ':memory:', history: history as never }), {
      code: 'ERR_CONFIG',
      message: /history/,
    });
  }
});

test('a database of the version before is brought up to date by the kernel that opens it', async t => {
  const database = pathFor(t);
  const kernel = await open(t, database);
  await kernel.call('maker', 'lend', [kernel.root('shelf')]);
  await kernel.close();
  const { store } = openStore({ path: database });
  store.close();
  const older = join(database, '..', 'older.sqlite');
  copyFileSync(database, older);
  const { openDatabase: openRaw } = await import('@cooperage/store/driver');
  const raw = openRaw(older);
  raw.exec('DROP TABLE crank_changes; DROP TABLE cranks; PRAGMA user_version = 2');
  raw.close();
  const bytes = readFileSync(older);
  const [then, now] = [older, database].map(path => using(openDatabase(path), store => readOverview(store)));
  t.is(then?.schemaVersion, 2);
  t.deepEqual(
    { ...then?.objects, ...then?.vats, at: then?.activityHash },
    { ...now?.objects, ...now?.vats, at: now?.activityHash },
  );
  t.is(using(openDatabase(older), readHistory), null);
  t.deepEqual(using(openDatabase(older), auditDatabase), []);
  t.throws(() => openDatabaseAt(older, 3), { code: 'ERR_ARGUMENT', message: /has no history up to now\n.*history: 'all'/ });
  const exports = [older, database].map(path => {
    const folder = join(path, '..', `export-${path === older ? 'older' : 'newer'}`);
    return using(openDatabase(path), store => exportDatabase(store, folder).sha256);
  });
  t.is(exports[0], exports[1], 'an export of it is one of the present version');
  t.deepEqual(readFileSync(older), bytes);
  const inUse = openRaw(older);
  inUse.exec(`UPDATE kernel_state SET value = value`);
  const reader = openDatabase(older);
  t.is(readHistory(reader), null);
  inUse.close();
  const again = await open(t, older, { history: 'all' });
  const twin = await open(t, database);
  for (const each of [again, twin]) await each.call('maker', 'lend', [each.root('shelf')]);
  t.deepEqual(again.stats().activity, twin.stats().activity);
  t.deepEqual(again.audit(), []);
  await again.close();
  t.not(using(openDatabase(older), readHistory), null);
  t.not(readHistory(reader), null, 'one that was reading all the while sees it too');
  reader.close();
});
