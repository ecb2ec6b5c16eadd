/**
 * Errors of the world around a kernel, as a kernel script sees them: each has a code, names the thing at fault and says what to do, and
 * leaves the database as it was. What is wrong with configs, sources and calls is tested in `packages/host`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CooperageError, openKernel, type KernelOptions } from 'cooperage';
import { makeTestKernel } from 'cooperage/testing';
import { openDatabase } from '@cooperage/store/driver';
import { APPLICATION_ID, SCHEMA_VERSION } from '@cooperage/store/schema';
import test, { type ExecutionContext } from 'ava';

const source = fileURLToPath(new URL('./vats/vat-counter.js', import.meta.url));
const PROGRAM = fileURLToPath(new URL('./programs/open-and-report.ts', import.meta.url));
const NOBODY = 65534;

const makeFolder = (t: ExecutionContext): string => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'cooperage-errors-')));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const open = (database: string, options: Partial<KernelOptions> = {}) =>
  openKernel({ database, vats: { counter: { source } }, console: 'silent', ...options });

/** Insists on a refusal that a person can act on. */
const refused = async (t: ExecutionContext, act: () => Promise<unknown>, expected: { code: string; subject: string }) => {
  const error = await t.throwsAsync(act(), { instanceOf: CooperageError, code: expected.code });
  const { subject, remedy, message } = error as CooperageError;
  t.is(subject, expected.subject, message);
  t.true(message.includes(expected.subject) || message.includes(subject ?? ''), message);
  t.truthy(remedy, message);
  t.true(message.endsWith(remedy ?? ''), message);
  t.notRegex(message, /\n\s+at /, 'no stack in a message');
  return message;
};

type Report = { count?: number; name?: string; message?: string; code?: string; subject?: string; remedy?: string };

/** Starts the program over a database, perhaps as another user, and reads what it says. */
const start = async (database: string, user?: number): Promise<{ child: ChildProcess; report: Report }> => {
  const identity = user === undefined ? {} : { uid: user, gid: user };
  const child = spawn(process.execPath, ['--import=tsx', PROGRAM, database, source], {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...identity,
  });
  const [line] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [string];
  return { child, report: JSON.parse(line) as Report };
};

const end = async (child: ChildProcess, signal?: 'SIGKILL'): Promise<void> => {
  const closed = once(child, 'close');
  if (signal === undefined) child.stdin?.write('\n');
  else child.kill(signal);
  await closed;
};

test('what is no kernel database is refused and left as it is', async t => {
  const folder = makeFolder(t);
  const foreign = join(folder, 'foreign.sqlite');
  const database = openDatabase(foreign);
  database.exec('CREATE TABLE precious (x); INSERT INTO precious VALUES (1)');
  database.close();
  const text = join(folder, 'notes.txt');
  writeFileSync(text, 'buy milk\n'.repeat(100));
  for (const path of [foreign, text]) {
    const before = readFileSync(path);
    await refused(t, () => open(path), { code: 'ERR_NOT_A_KERNEL', subject: path });
    t.true(before.equals(readFileSync(path)));
  }
});

test('a database of another version is refused with both versions', async t => {
  const path = join(makeFolder(t), 'kernel.sqlite');
  const database = openDatabase(path);
  database.pragma(`application_id = ${APPLICATION_ID}`);
  database.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
  database.close();
  const message = await refused(t, () => open(path), { code: 'ERR_KERNEL_VERSION', subject: path });
  t.regex(message, new RegExp(`version ${SCHEMA_VERSION + 1}.*versions \\d+ to ${SCHEMA_VERSION}`));
});

test('a path that leads nowhere is refused', async t => {
  const folder = makeFolder(t);
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (const path of [join(folder, 'missing', 'kernel.sqlite'), join(file, 'kernel.sqlite'), folder]) {
    await refused(t, () => open(path), { code: 'ERR_DATABASE', subject: path });
  }
  const slog = join(folder, 'missing', 'slog.jsonl');
  const message = await refused(t, () => open(':memory:', { slog }), { code: 'ERR_CONFIG', subject: slog });
  t.regex(message, /slog cannot be written/);
});

test('a database that a kernel in another process uses is refused, until that kernel is gone', async t => {
  const path = join(makeFolder(t), 'kernel.sqlite');
  const first = await start(path);
  t.deepEqual(first.report, { count: 1 });
  await refused(t, () => open(path), { code: 'ERR_DATABASE_LOCKED', subject: path });
  const { report, child } = await start(path);
  t.is(report.code, 'ERR_DATABASE_LOCKED');
  if (child.exitCode === null) await once(child, 'exit');
  await end(first.child, 'SIGKILL');
  const kernel = await open(path);
  t.is(await kernel.call('counter', 'next', []), 2, 'what was acknowledged before the kill is there');
  await kernel.close();
});

test('a place that may not be written is refused, and what is there stays as it is', async t => {
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? NOBODY : undefined;
  const folder = makeFolder(t);
  const path = join(folder, 'kernel.sqlite');
  await (await open(path)).close();
  const before = readFileSync(path);
  t.teardown(() => chmodSync(folder, 0o755));

  const attempt = async (database: string): Promise<Report> => {
    const { child, report } = await start(database, user);
    if (child.exitCode === null && report.count !== undefined) await end(child);
    return report;
  };
  const insistRefused = (report: Report, database: string): void => {
    t.like(report, { name: 'CooperageError', code: 'ERR_DATABASE_READ_ONLY', subject: database });
    t.truthy(report.remedy);
    t.true(before.equals(readFileSync(path)));
  };

  // The directory may not be written: neither a new database nor an old one can be used there.
  chmodSync(folder, 0o555);
  insistRefused(await attempt(join(folder, 'new.sqlite')), join(folder, 'new.sqlite'));
  insistRefused(await attempt(path), path);
  // The directory may be written, the file may not.
  chmodSync(folder, 0o777);
  chmodSync(path, 0o444);
  insistRefused(await attempt(path), path);
  // The file may not even be read.
  chmodSync(path, 0o000);
  if (isRoot) insistRefused(await attempt(path), path);
  // And once everything is allowed, the kernel is as it was.
  chmodSync(path, 0o666);
  chmodSync(`${path}.lock`, 0o666);
  if (isRoot) chownSync(path, NOBODY, NOBODY);
  t.deepEqual(await attempt(path), { count: 1 });
});

test('a kernel that runs out of room stops, keeps all that it acknowledged, and goes on where there is room', async t => {
  const path = join(makeFolder(t), 'kernel.sqlite');
  let kernel = await open(path, { maxDatabasePages: 150, commitEvery: 1 });
  let acknowledged = 0;
  const work = async (): Promise<void> => {
    for (;;) {
      acknowledged = Number(await kernel.call('counter', 'next', []));
      await kernel.call('counter', 'take', ['x'.repeat(20_000)]);
    }
  };
  await refused(t, work, { code: 'ERR_DATABASE_FULL', subject: path });
  t.true(acknowledged > 0);
  // From now on it refuses everything, and says why.
  await refused(t, () => kernel.call('counter', 'next', []), { code: 'ERR_DATABASE_FULL', subject: path });
  await refused(t, () => kernel.run(), { code: 'ERR_DATABASE_FULL', subject: path });
  await kernel.close();

  kernel = await open(path);
  const next = Number(await kernel.call('counter', 'next', []));
  t.true(next === acknowledged + 1 || next === acknowledged + 2, `${acknowledged} acknowledged, ${next} now`);
  t.deepEqual(kernel.audit(), []);
  await kernel.close();
});

test('a kernel that has no room to begin can begin later', async t => {
  const folder = makeFolder(t);
  for (const maxDatabasePages of [1, 30, 60, 70]) {
    const path = join(folder, `${maxDatabasePages}.sqlite`);
    await refused(
      t,
      async () => {
        const kernel = await open(path, { maxDatabasePages });
        try {
          await kernel.call('counter', 'take', ['x'.repeat(500_000)]);
        } finally {
          await kernel.close();
        }
      },
      { code: 'ERR_DATABASE_FULL', subject: path },
    );
    const kernel = await open(path);
    t.is(await kernel.call('counter', 'next', []), 1);
    t.deepEqual(kernel.audit(), []);
    await kernel.close();
  }
});

test('what cannot be passed is named, and stays as it is', async t => {
  const kernel = await makeTestKernel(t, { vats: { counter: { source } } });
  class Purse {}
  const cases: readonly (readonly [value: object, problem: RegExp])[] = [
    [new Date(0), /an instance of Date/],
    [new Map(), /an instance of Map/],
    [Buffer.from('x'), /an instance of Buffer/],
    [new Purse(), /an instance of Purse/],
    [() => 1, /a function/],
    [{ [Symbol('s')]: 1 }, /a record with symbols for keys/],
  ];
  for (const [value, problem] of cases) {
    await t.throwsAsync(kernel.call('counter', 'take', [{ deep: [value] }]), { code: 'ERR_ARGUMENT', message: problem });
    t.false(Object.isFrozen(value), String(problem));
  }
  t.is(await kernel.call('counter', 'next', []), 1);
});
