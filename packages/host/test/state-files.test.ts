/** A kernel's state as files and back, and databases that are pruned: a kernel cannot tell, and goes on with the same activity hash. */
import '@cooperage/worker/lockdown';
import { appendFileSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Far } from '@endo/far';
import { openReadOnly } from '@cooperage/store/read-only';
import test, { type ExecutionContext } from 'ava';
import { auditDatabase } from '../src/audit-database.ts';
import type { KernelController } from '../src/controller.ts';
import { openKernel } from '../src/open.ts';
import type { KernelOptions } from '../src/options.ts';
import { importKernel, MANIFEST, pruneFile } from '../src/state-files.ts';

/** Keeps a list in stored data and one in its heap. The same text with another greeting is another bundle. */
const makeSource = (greeting: string) =>
  ({
    moduleFormat: 'getExport',
    source: `() => {
      const far = methods => harden({ __proto__: Object.create(Object.prototype, {
        [Symbol.for('passStyle')]: { value: 'remotable' }, [Symbol.toStringTag]: { value: 'Alleged: keeper' } }), ...methods });
      return { buildRootObject: (powers, parameters, baggage) => {
        const heap = [];
        return far({
          keep: text => { heap.push(text); baggage.has(text) || baggage.init(text, heap.length); return heap.length; },
          greet: () => '${greeting} ' + heap.join(' '),
        });
      } };
    }`,
  }) as const;

const folderFor = (t: ExecutionContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-state-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const open = async (t: ExecutionContext, database: string, options: Partial<KernelOptions> = {}): Promise<KernelController> => {
  const vats = {
    keeper: { source: makeSource('hello') },
    host: { buildRootObject: (() => Far('host', { hi: () => 'hi' })) as never },
  };
  const kernel = await openKernel({ database, console: 'silent', auditEveryCrank: true, vats, ...options });
  t.teardown(() => kernel.close());
  return kernel;
};

const liveOn = async (kernel: KernelController): Promise<unknown> => {
  await kernel.call('keeper', 'keep', ['late']);
  await kernel.reap();
  return [await kernel.call('keeper', 'greet', []), kernel.stats().activity];
};

const listFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.json') || name.endsWith('.jsonl'))
    .sort();

test('an imported kernel goes on where the exported one does, with equal hashes, and exports the same bytes', async t => {
  const folder = folderFor(t);
  const kernel = await open(t, join(folder, 'a.sqlite'));
  for (const text of ['one', 'two', 'three']) await kernel.call('keeper', 'keep', [text]);
  const told: string[] = [];
  const manifest = await kernel.export(join(folder, 'state'), { onArtifact: ({ file }) => void told.push(file) });
  t.is(manifest.activityHash, kernel.stats().activity.hash);
  t.deepEqual(
    told,
    manifest.artifacts.map(({ file }) => file),
  );
  t.deepEqual(listFiles(join(folder, 'state')), [MANIFEST, ...told].sort());
  t.deepEqual(importKernel(join(folder, 'state'), join(folder, 'b.sqlite')), manifest);
  const copy = await open(t, join(folder, 'b.sqlite'));
  t.deepEqual(await copy.export(join(folder, 'again')), manifest);
  for (const file of listFiles(join(folder, 'state'))) {
    t.deepEqual(readFileSync(join(folder, 'state', file)), readFileSync(join(folder, 'again', file)), file);
  }
  t.deepEqual(await liveOn(copy), await liveOn(kernel));
});

test('a kernel is exported only into a folder that is new or empty', async t => {
  const folder = folderFor(t);
  const kernel = await open(t, ':memory:');
  writeFileSync(join(folder, 'mine'), 'mine');
  await t.throwsAsync(kernel.export(folder), { code: 'ERR_ARGUMENT', message: /is not empty/ });
  t.deepEqual(readdirSync(folder), ['mine']);
  const impossible = join(process.platform === 'linux' ? '/proc' : join(folder, 'mine'), 'deep', 'state');
  await t.throwsAsync(kernel.export(impossible), { code: 'ERR_ARGUMENT', message: /state cannot be made: E[A-Z]+/ });
  const deep = join(folder, 'deep', 'er', 'state');
  await kernel.export(deep);
  t.true(existsSync(join(deep, MANIFEST)));
});

test('what is damaged, foreign or incomplete is refused by name, and leaves nothing behind', async t => {
  const folder = folderFor(t);
  const kernel = await open(t, ':memory:');
  await kernel.call('keeper', 'keep', ['one']);
  const state = join(folder, 'state');
  const manifest = await kernel.export(state);
  const damages: readonly (readonly [string, (copy: string) => void, RegExp])[] = [
    [
      'a row more',
      copy => appendFileSync(join(copy, 'tables/objects.jsonl'), '["ko99",null,0,0]\n'),
      /objects\.jsonl is damaged: its hash is/,
    ],
    [
      'a line cut short',
      copy => writeFileSync(join(copy, 'tables/vats.jsonl'), '["vat"]\n["v1'),
      /vats\.jsonl is damaged: its hash is/,
    ],
    ['a file less', copy => rmSync(join(copy, 'vats/v1/transcripts.jsonl')), /v1\/transcripts\.jsonl is damaged: it is missing/],
    [
      'another manifest',
      copy => writeFileSync(join(copy, MANIFEST), readFileSync(join(copy, MANIFEST), 'utf8').replace('"crank": ', '"crank": 1')),
      /is damaged: its own hash differs/,
    ],
    ['no manifest', copy => rmSync(join(copy, MANIFEST)), /there is no export/],
    ['no JSON', copy => writeFileSync(join(copy, MANIFEST), 'hello'), /it is not JSON/],
    ['something else', copy => writeFileSync(join(copy, MANIFEST), '{"format":"zip"}'), /no manifest of a Cooperage export/],
  ];
  for (const [what, damage, message] of damages) {
    const copy = join(folder, 'copy');
    cpSync(state, copy, { recursive: true });
    damage(copy);
    t.throws(() => importKernel(copy, join(folder, 'new.sqlite')), { code: 'ERR_EXPORT', message }, what);
    rmSync(copy, { recursive: true });
    t.deepEqual(readdirSync(folder), ['state'], what);
  }
  t.deepEqual(importKernel(state, join(folder, 'new.sqlite')), manifest, 'the export itself is still good');
  t.throws(() => importKernel(state, join(folder, 'new.sqlite')), { code: 'ERR_ARGUMENT', message: /exists already/ });
  rmSync(join(folder, 'new.sqlite.lock'));
  t.throws(() => importKernel(state, join(folder, 'new.sqlite')), { code: 'ERR_ARGUMENT' });
  t.deepEqual(readdirSync(folder).sort(), ['new.sqlite', 'state']);
});

test('a manifest cannot lead out of its folder', async t => {
  const folder = folderFor(t);
  const kernel = await open(t, ':memory:');
  await kernel.export(join(folder, 'state'));
  const path = join(folder, 'state', MANIFEST);
  writeFileSync(path, readFileSync(path, 'utf8').replace('"tables/objects.jsonl"', '"../../etc/objects.jsonl"'));
  t.throws(() => importKernel(join(folder, 'state'), join(folder, 'new.sqlite')), { code: 'ERR_EXPORT' });
  t.false(existsSync(join(folder, 'new.sqlite')));
});

/** Two incarnations over, with two bundles that nobody runs any more. */
const liveThrice = async (t: ExecutionContext, database: string): Promise<KernelController> => {
  const kernel = await open(t, database);
  for (const greeting of ['good day', 'good night']) {
    for (let i = 0; i < 20; i += 1) await kernel.call('keeper', 'keep', [`${greeting} ${i}`]);
    await kernel.upgradeVat('keeper', { source: makeSource(greeting) });
  }
  return kernel;
};

test('a pruned kernel does what its twin does, even when it gets back what was pruned', async t => {
  const folder = folderFor(t);
  const [pruned, twin] = [await liveThrice(t, join(folder, 'pruned.sqlite')), await liveThrice(t, join(folder, 'twin.sqlite'))];
  const expected = await pruned.prune({ dryRun: true });
  t.true(expected.transcripts.rows > 40);
  t.is(expected.bundles.rows, 2);
  t.is(expected.bytesAfter, null);
  const report = await pruned.prune();
  t.deepEqual({ ...report, bytesBefore: 0, bytesAfter: 0 }, { ...expected, bytesBefore: 0, bytesAfter: 0 });
  t.true((report.bytesAfter ?? 0) < (report.bytesBefore ?? 0));
  t.like(await pruned.prune(), { transcripts: { rows: 0 }, bundles: { rows: 0 }, freeBytes: 0 });
  t.deepEqual(pruned.audit(), []);
  const goOn = async (kernel: KernelController): Promise<unknown> => {
    const said = await liveOn(kernel);
    await kernel.upgradeVat('keeper', { source: makeSource('hello') });
    return [said, await liveOn(kernel)];
  };
  t.deepEqual(await goOn(pruned), await goOn(twin));
  await pruned.close();
  const again = await open(t, join(folder, 'pruned.sqlite'));
  t.is(await again.call('keeper', 'greet', []), 'hello late', 'its heap comes back from what is left');
});

test('the audit still misses a delivery of an incarnation that was not pruned', async t => {
  const folder = folderFor(t);
  const path = join(folder, 'kernel.sqlite');
  const kernel = await liveThrice(t, path);
  await kernel.prune();
  await kernel.call('keeper', 'keep', ['x']);
  await kernel.close();
  const { openStore } = await import('@cooperage/store/open');
  const { store } = openStore({ path });
  store.beginBlock();
  store.beginCrank();
  store.tables.transcripts.deleteSome('v1' as never, 1);
  store.commitCrank();
  store.commitBlock();
  store.close();
  const reader = openReadOnly(path);
  t.regex(JSON.stringify(auditDatabase(reader)), /I18.*does not begin with startVat/);
  reader.close();
});

test('nobody prunes under a kernel, or what is not there', async t => {
  const folder = folderFor(t);
  const path = join(folder, 'kernel.sqlite');
  const kernel = await open(t, path);
  t.throws(() => pruneFile(path), { code: 'ERR_DATABASE_LOCKED' });
  t.is(pruneFile(path, { dryRun: true }).transcripts.rows, 0, 'to count is no harm');
  await kernel.close();
  rmSync(`${path}.lock`);
  t.is(pruneFile(path, { dryRun: true }).bytesAfter, null);
  t.false(existsSync(`${path}.lock`), 'a dry run only reads');
  t.is(pruneFile(path).transcripts.rows, 0);
  t.throws(() => pruneFile(join(folder, 'none.sqlite')), { code: 'ERR_DATABASE', message: /there is no database/ });
  t.false(existsSync(join(folder, 'none.sqlite')));
});

test('source that vats may still ask for by its id is kept', async t => {
  const kernel = await open(t, ':memory:', { vatAdmin: true });
  await kernel.upgradeVat('keeper', { source: makeSource('good day') });
  t.is((await kernel.prune({ dryRun: true })).bundles.rows, 0);
});
