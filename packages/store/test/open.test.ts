import test from 'ava';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CooperageError } from '@cooperage/protocol/errors';
import { makeSchemaDoc } from '../scripts/schema-doc.ts';
import { openDatabase } from '../src/driver.ts';
import { openStore } from '../src/open.ts';
import { openReadOnly, readOnlyViewOf } from '../src/read-only.ts';
import { APPLICATION_ID, SCHEMA_VERSION } from '../src/schema.ts';
import type { Store } from '../src/store.ts';
import { addVats, dump, inCrank, ko, makeDirectory, makeStore, objectRow, progressRow, v, vatRow } from './sample.ts';

const makeFile = (): string => join(makeDirectory(), 'kernel.sqlite');

/** A closed database with a few rows. */
const makeKernelFile = (): string => {
  const path = makeFile();
  const { store } = openStore({ path });
  inCrank(store, () => addVats(store));
  store.close();
  return path;
};

const WRITER = fileURLToPath(new URL('./writer.ts', import.meta.url));

type Writer = { readonly child: ChildProcess; readonly lines: string[]; readonly nextLine: () => Promise<void> };

const startWriter = async (path: string): Promise<Writer> => {
  const child = spawn(process.execPath, ['--import=tsx', WRITER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  let read = 0;
  let ended = false;
  let wake = (): void => {};
  const reader = createInterface({ input: child.stdout });
  reader.on('line', line => {
    lines.push(line);
    wake();
  });
  reader.on('close', () => {
    ended = true;
    wake();
  });
  const nextLine = async (): Promise<void> => {
    while (lines.length === read && !ended) await new Promise<void>(resolve => (wake = resolve));
    if (lines.length === read) throw new Error(`the writer ended by itself, after ${read} lines`);
    read += 1;
  };
  await nextLine();
  return { child, lines, nextLine };
};

const kill = async ({ child }: Writer): Promise<void> => {
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
};

test('a database is created once, and opened again with what it held', t => {
  const path = makeFile();
  const first = openStore({ path });
  t.true(first.created);
  t.is(first.store.path, path);
  inCrank(first.store, () => addVats(first.store));
  const before = dump(first.store);
  first.store.close();
  t.deepEqual(readdirSync(join(path, '..')).sort(), ['kernel.sqlite', 'kernel.sqlite.lock']);
  const second = openStore({ path, synchronous: 'NORMAL' });
  t.false(second.created);
  t.deepEqual(dump(second.store), before);
  second.store.beginBlock();
  second.store.beginCrank();
  second.store.tables.objects.put(objectRow(20));
  second.store.commitCrank();
  second.store.close();
  const third = openStore({ path });
  t.deepEqual(dump(third.store), before);
  third.store.close();
});

test('an empty file becomes a database; a log without its database is left alone', t => {
  const path = makeFile();
  writeFileSync(path, '');
  const { store, created } = openStore({ path });
  t.true(created);
  store.close();
  const other = makeFile();
  writeFileSync(`${other}-wal`, 'what was committed last');
  const error = t.throws(() => openStore({ path: other }), { code: 'ERR_DATABASE' });
  t.regex(error.message, /is missing, but its log/);
  t.is(readFileSync(`${other}-wal`, 'utf8'), 'what was committed last');
});

test('what is not a Cooperage database is refused and left as it is', t => {
  const directory = makeDirectory();
  const foreign = join(directory, 'foreign.sqlite');
  const database = openDatabase(foreign);
  database.pragma('journal_mode = WAL');
  database.exec('CREATE TABLE precious (x); INSERT INTO precious VALUES (1)');
  database.close();
  const files: Record<string, Buffer> = {
    'foreign.sqlite': readFileSync(foreign),
    'notes.txt': Buffer.from('a text that is longer than the header of a database'.repeat(4)),
    short: Buffer.from('x'),
    zeros: Buffer.alloc(8192),
  };
  for (const [name, bytes] of Object.entries(files)) {
    const path = join(directory, name);
    writeFileSync(path, bytes);
    const { mtimeMs } = statSync(path);
    for (const open of [() => openStore({ path }), () => openReadOnly(path)]) {
      const error = t.throws(open, { instanceOf: CooperageError, code: 'ERR_NOT_A_KERNEL' }, name);
      t.is(error.subject, path);
      t.regex(error.message, /is not a Cooperage database/);
    }
    t.deepEqual(readFileSync(path), bytes, name);
    t.is(statSync(path).mtimeMs, mtimeMs, name);
  }
  t.deepEqual(readdirSync(directory).sort(), Object.keys(files).sort());
});

test('a first sector that broke while the log was folded into the database is mended from the log', t => {
  const path = makeKernelFile();
  const { store } = openStore({ path });
  // Enough for new pages: how many there are stands in the first.
  inCrank(store, () => store.tables.vatstore.put(v(1), 'key', 'x'.repeat(20_000)));
  const rows = dump(store);
  const torn = makeFile();
  for (const suffix of ['', '-wal']) cpSync(`${path}${suffix}`, `${torn}${suffix}`);
  store.close();
  const bytes = readFileSync(torn).fill(0xa5, 0, 512);
  writeFileSync(torn, bytes);
  const reader = openReadOnly(torn);
  t.is(reader.query('SELECT count(*) AS n FROM vatstore')[0]?.n, 1);
  reader.close();
  const mended = openStore({ path: torn });
  t.deepEqual(dump(mended.store), rows);
  mended.store.close();
  const again = openStore({ path: torn });
  t.deepEqual(dump(again.store), rows);
  again.store.close();
});

test('a log beside a file of another kind mends nothing', t => {
  const path = makeKernelFile();
  const { store } = openStore({ path });
  inCrank(store, () => store.tables.vatstore.put(v(1), 'key', 'x'.repeat(20_000)));
  const log = readFileSync(`${path}-wal`);
  store.close();
  const foreign = openDatabase(makeFile());
  foreign.exec('CREATE TABLE precious (x)');
  const cases: Record<string, [file: Buffer, log: Buffer]> = {
    'a database of another program': [foreign.serialize(), log],
    'a text': [Buffer.from('not so long a text'.repeat(1000)), log],
    'a broken log': [Buffer.alloc(8192, 0xa5), Buffer.alloc(8192, 0xa5)],
    'no log': [Buffer.alloc(8192, 0xa5), Buffer.alloc(0)],
  };
  foreign.close();
  for (const [name, [file, beside]] of Object.entries(cases)) {
    const other = makeFile();
    writeFileSync(other, file);
    writeFileSync(`${other}-wal`, beside);
    t.throws(() => openStore({ path: other }), { code: 'ERR_NOT_A_KERNEL' }, name);
    t.deepEqual(readFileSync(other), file, name);
    t.deepEqual(readFileSync(`${other}-wal`), beside, name);
  }
});

test('a database of another version is refused with both versions', t => {
  for (const [version, remedy] of [
    [SCHEMA_VERSION + 1, /newer Cooperage/],
    [0, /that wrote it/],
  ] as const) {
    const path = makeFile();
    const database = openDatabase(path);
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma(`user_version = ${version}`);
    database.close();
    for (const open of [() => openStore({ path }), () => openReadOnly(path)]) {
      const error = t.throws(open, { code: 'ERR_KERNEL_VERSION' });
      t.regex(error.message, new RegExp(`version ${version};.*versions \\d+ to ${SCHEMA_VERSION}`));
      t.regex(error.message, remedy);
    }
  }
});

test('a damaged database is refused with the first findings', t => {
  const path = makeFile();
  const { store } = openStore({ path });
  inCrank(store, () => {
    addVats(store);
    for (let i = 0; i < 2000; i += 1) store.tables.vatstore.put(v(1), `key${i}`, 'value'.repeat(10));
  });
  store.close();
  const bytes = readFileSync(path);
  bytes.fill(0x5a, bytes.length - 8 * 4096, bytes.length - 4096);
  writeFileSync(path, bytes);
  const error = t.throws(() => openStore({ path }), { instanceOf: CooperageError, code: 'ERR_DATABASE' });
  t.regex(error.message, /is damaged/);
  t.is(error.subject, path);
  t.deepEqual(readFileSync(path), bytes);
  const half = makeFile();
  writeFileSync(half, bytes.subarray(0, 5000));
  t.throws(() => openStore({ path: half }), { code: 'ERR_DATABASE' });
});

test('paths that cannot be opened are errors that name the path and a remedy', t => {
  const directory = makeDirectory();
  const file = join(directory, 'file');
  writeFileSync(file, '');
  mkdirSync(join(directory, 'sub'));
  const cases: [string, RegExp][] = [
    [join(directory, 'missing', 'kernel.sqlite'), /no such file or directory/],
    [join(file, 'kernel.sqlite'), /no directory/],
    [join(directory, 'sub'), /is a directory/],
  ];
  for (const [path, message] of cases) {
    for (const open of [() => openStore({ path }), () => openReadOnly(path)]) {
      const error = t.throws(open, { instanceOf: CooperageError, code: 'ERR_DATABASE' }, path);
      t.regex(error.message, message);
      t.is(error.subject, path);
      t.truthy(error.remedy);
    }
  }
  t.throws(() => openReadOnly(join(directory, 'missing.sqlite')), { code: 'ERR_DATABASE', message: /no such file/ });
  t.deepEqual(readdirSync(directory).sort(), ['file', 'sub']);
});

test('a second kernel in the same process is refused under every name of the file, until the first closes', t => {
  const path = makeKernelFile();
  const link = join(makeDirectory(), 'link.sqlite');
  symlinkSync(path, link);
  const { store } = openStore({ path: link });
  for (const name of [path, link]) {
    const error = t.throws(() => openStore({ path: name }), { instanceOf: CooperageError, code: 'ERR_DATABASE_LOCKED' });
    t.regex(error.message, /in use by another kernel\n.*close the other kernel/);
  }
  inCrank(store, () => store.tables.objects.put(objectRow(20)));
  store.close();
  openStore({ path }).store.close();
});

test('a kernel in another process holds the lock until it is killed, and readers do not mind', async t => {
  const path = makeFile();
  const writer = await startWriter(path);
  t.throws(() => openStore({ path }), { code: 'ERR_DATABASE_LOCKED' });
  const reader = openReadOnly(path);
  await writer.nextLine();
  reader.inSnapshot(() => {
    const [row] = reader.query('SELECT deliveries FROM vat_progress');
    t.true(Number(row?.['deliveries']) >= 1);
    t.is(reader.tables().kernelState.find('crank_number'), String(row?.['deliveries']));
  });
  reader.close();
  await kill(writer);
  const { store } = openStore({ path });
  store.close();
});

test('a kernel killed at any moment has all that it said was durable, and no torn block', async t => {
  const path = makeFile();
  let last = 0;
  for (const linesBeforeKill of [1, 7, 40]) {
    const writer = await startWriter(path);
    for (let i = 0; i < linesBeforeKill; i += 1) await writer.nextLine();
    await kill(writer);
    const said = Number(writer.lines.at(-1));
    t.true(said > last);
    const { store } = openStore({ path });
    last = store.tables.vatProgress.get(v(1)).deliveries;
    t.true(last === said || last === said + 1, `said ${said}, has ${last}`);
    t.is(store.tables.kernelState.find('crank_number'), String(last));
    t.true(store.tables.vatstore.find(v(1), `k${last % 50}`)?.startsWith(`${last} `));
    t.deepEqual(store.query('SELECT * FROM pragma_integrity_check'), [{ integrity_check: 'ok' }]);
    store.close();
  }
});

test('a full disk loses the open block and no other', t => {
  const path = makeFile();
  const { store } = openStore({ path, maxPages: 70 });
  inCrank(store, () => addVats(store));
  const before = dump(store);
  store.beginBlock();
  store.beginCrank();
  store.tables.objects.put(objectRow(20));
  store.commitCrank();
  store.beginCrank();
  for (let i = 0; i < 500; i += 1) store.tables.vatstore.put(v(1), `k${i}`, 'x'.repeat(2000));
  const error = t.throws(() => store.commitCrank(), { instanceOf: CooperageError, code: 'ERR_DATABASE_FULL' });
  t.is(error.subject, path);
  t.is(
    t.throws(() => store.commitBlock()),
    error,
  );
  store.close();
  const again = openStore({ path });
  t.deepEqual(dump(again.store), before);
  again.store.close();
});

test('a reader sees what a writer in the same process commits, and leaves the file as it is', t => {
  const path = makeKernelFile();
  const { store } = openStore({ path });
  const reader = openReadOnly(path);
  t.is(reader.tables().objects.count(), 0);
  inCrank(store, () => store.tables.objects.put(objectRow(20)));
  t.deepEqual(reader.tables().objects.find(ko(20)), objectRow(20));
  const bytes = readFileSync(path);
  reader.inSnapshot(() => {
    t.is(reader.tables().objects.count(), 1);
    inCrank(store, () => store.tables.objects.put(objectRow(21)));
    t.is(reader.tables().objects.count(), 1);
    t.is(reader.tables().objects.find(ko(21)), undefined);
  });
  t.is(reader.tables().objects.count(), 2);
  t.throws(() => reader.tables().objects.put(objectRow(22)));
  t.throws(() => reader.query('DELETE FROM objects'), { code: 'ERR_ARGUMENT' });
  t.is(reader.query('SELECT kref FROM objects WHERE kref = :kref', { kref: 'ko20' }).length, 1);
  reader.close();
  reader.close();
  t.throws(() => reader.query('SELECT 1'), { code: 'ERR_CLOSED' });
  t.deepEqual(readFileSync(path), bytes);
  store.close();
});

test('a closed database is read without putting a file beside it, and a reader notices when it changes', t => {
  const path = makeKernelFile();
  const copy = join(makeDirectory(), 'copy.sqlite');
  cpSync(path, copy);
  const bytes = readFileSync(copy);
  const reader = openReadOnly(copy);
  t.deepEqual(
    reader
      .tables()
      .vats.list()
      .map(({ vat }) => vat),
    [v(1), v(2), v(10)],
  );
  t.deepEqual(reader.query('SELECT count(*) AS rows FROM vats'), [{ rows: 3 }]);
  t.deepEqual(readFileSync(copy), bytes);
  t.deepEqual(readdirSync(join(copy, '..')), ['copy.sqlite']);

  const { store } = openStore({ path: copy });
  inCrank(store, () => store.tables.vats.put(vatRow(11)));
  t.is(reader.tables().vats.count(), 4);
  store.close();
  t.is(reader.tables().vats.count(), 4);
  reader.close();

  // Between reads, a whole kernel may have come and gone.
  for (const suffix of ['-wal', '-shm']) rmSync(`${copy}${suffix}`, { force: true });
  const second = openReadOnly(copy);
  t.is(second.tables().vats.count(), 4);
  const later = openStore({ path: copy }).store;
  inCrank(later, () => later.tables.vats.put(vatRow(12)));
  later.close();
  t.false(existsSync(`${copy}-wal`));
  t.is(second.tables().vats.count(), 5);
  second.close();
});

test('a database left behind by a killed kernel is read with its log', async t => {
  const path = makeFile();
  const writer = await startWriter(path);
  await writer.nextLine();
  await kill(writer);
  const bytes = readFileSync(path);
  t.true(statSync(`${path}-wal`).size > 0);
  const reader = openReadOnly(path);
  t.true(reader.tables().vatProgress.get(v(1)).deliveries >= 1);
  reader.close();
  t.deepEqual(readFileSync(path), bytes);
});

test('a view of a live store sees the open crank, answers questions, and refuses to write', t => {
  const store: Store = makeStore();
  const view = readOnlyViewOf(store);
  store.beginBlock();
  store.beginCrank();
  store.tables.vatProgress.put(progressRow(1, { deliveries: 3 }));
  t.deepEqual(view.query('SELECT deliveries FROM vat_progress WHERE vat = ?', ['v1']), [{ deliveries: 3 }]);
  t.is(
    view.inSnapshot(() => view.tables().vatProgress.get(v(1)).deliveries),
    3,
  );
  for (const sql of [
    'DELETE FROM vats',
    'PRAGMA user_version = 7',
    'SELEC 1',
    'SELECT nothing FROM vats',
    'SELECT ?',
    '',
    'WITH a AS (SELECT 1) DELETE FROM vats',
    'SELECT 1; DELETE FROM vats',
    'ROLLBACK',
    '-- SELECT\nROLLBACK',
  ]) {
    t.throws(() => view.query(sql), { instanceOf: CooperageError, code: 'ERR_ARGUMENT' }, sql);
  }
  t.is(view.query('/* how many */ -- really\n select count(*) AS n FROM vats')[0]?.['n'], 3);
  view.close();
  store.abandonCrank();
  store.commitBlock();
  store.close();
});

test('views answer the common questions', t => {
  const store = makeStore();
  inCrank(store, () => {
    store.tables.objects.put(objectRow(20));
    store.tables.clists.put({ vat: v(1), kref: ko(20), vref: 'o+0' as never, reachable: true });
    store.tables.clists.put({ vat: v(10), kref: ko(20), vref: 'o-50' as never, reachable: true });
    store.tables.clists.put({ vat: v(2), kref: ko(20), vref: 'o-50' as never, reachable: false });
    store.tables.pins.add({ kref: ko(20), reason: 'root' });
  });
  t.deepEqual(store.query('SELECT owner_name, vref, state, importers FROM objects_view'), [
    { owner_name: 'vat1', vref: 'o+0', state: 'root', importers: 'v2 v10' },
  ]);
  t.deepEqual(store.query('SELECT holder, strength FROM holders ORDER BY holder'), [
    { holder: 'root', strength: 'strong' },
    { holder: 'v10', strength: 'strong' },
    { holder: 'v2', strength: 'weak' },
  ]);
  t.is(store.query(`SELECT imports FROM vat_sizes WHERE vat = 'v2'`)[0]?.['imports'], 1);
  t.deepEqual(store.query('SELECT * FROM queue_view'), []);
});

test('docs/schema.md is what the schema says', t => {
  const written = readFileSync(new URL('../../../docs/schema.md', import.meta.url), 'utf8');
  t.is(written, makeSchemaDoc(), 'run: npm run schema');
});
