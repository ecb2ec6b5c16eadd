/** `cooperage why`, as a process, on a database whose vat has given everything names that are made to harm. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { type KernelRef, openKernel } from '../src/index.ts';

const BIN = fileURLToPath(new URL('../bin/cooperage.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cooperage-why-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'hoard.sqlite');
const hoard = { source: new URL('./project/vat-hoard.js', import.meta.url) };
const names = { thing: '', gone: '' };

const why = (...args: readonly string[]): { code: number | null; out: string; err: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, 'why', ...args], { encoding: 'utf8', timeout: 120_000 });
  return { code: status, out: stdout, err: stderr };
};

const isHarmless = (text: string): boolean => !/[^\n\P{C}]|[\u2028\u2029]/u.test(text);

test.before('a vat hoards the root of another', async () => {
  const kernel = await openKernel({ database: path, vats: { alice: hoard, bob: hoard } });
  const thing = kernel.root('alice');
  await kernel.call('bob', 'keep', [thing]);
  const promise = await kernel.send('bob', 'keep', [thing]);
  await kernel.run();
  await kernel.release(promise);
  await kernel.reap();
  Object.assign(names, { thing: (thing satisfies KernelRef).ref, gone: promise });
  await kernel.close();
});

test('the answer names every holder and the path, harmlessly, and nothing is written', t => {
  const [hash, beside] = [createHash('sha256').update(readFileSync(path)).digest('hex'), readdirSync(folder)];
  const { code, out, err } = why(path, 'bob', 'o+d14/1');
  t.deepEqual([code, err], [0, '']);
  t.true(isHarmless(out));
  t.regex(out, /^held by\nkind +holder +place +as +strength\nentry +v2 o\+d2\/\d+ .*\\u\{202e\}/);
  t.regex(
    out,
    /why it is alive\n {2}v2 o\+d2\/1, the baggage of v2 \(bob\): entry "hoard", as o\+d2\/\d+\n {2}-> v2 o\+d2\/\d+, the map "boo\\u001b\[2J/,
  );
  t.regex(out, /\n {2}-> v2 o\+d14\/1, of kind "boo\\u001b.* of v2 \(bob\)\nIt is kept\.\n$/);
  t.is(why(path, names.thing).code, 0);
  t.is(createHash('sha256').update(readFileSync(path)).digest('hex'), hash);
  t.deepEqual(readdirSync(folder), beside);
});

test('programs get JSON, Graphviz a graph, and --limit cuts the list of holders alone', t => {
  const json = why(path, names.thing, '--json', '--limit', '2');
  t.true(isHarmless(json.out));
  const answer = JSON.parse(json.out) as { holders: { rows: unknown[]; total: number }; path: unknown[]; doubt: string };
  t.deepEqual([answer.holders.rows.length, answer.holders.total, answer.path.length, answer.doubt], [2, 4, 1, 'none']);
  const limited = why(path, names.thing, '--limit', '2');
  t.regex(limited.out, /\n2 of 4; --limit shows more\n/);
  const dot = why(path, names.thing, '--dot');
  t.is(dot.code, 0);
  t.true(isHarmless(dot.out));
  t.regex(dot.out, /^digraph why \{\n/);
  t.regex(dot.out, /"v2 o\+d14\/2" -> "v1 o\+0" \[label="property boo/);
  t.is(why(path, names.thing, '--dot', '--json').code, 2);
});

test('what is gone is exit 1, what never was or is misspelt exit 2, no database exit 3', t => {
  const wrong: readonly (readonly [args: readonly string[], code: number, message: RegExp])[] = [
    [[path, names.gone], 1, /^cooperage: kp\d+ is gone: it was a promise/],
    [[path, 'ko999'], 2, /^cooperage: there never was a ko999\n {2}so far there were ko20 to ko\d+/],
    [[path, 'k20\u001b[2J'], 2, /^cooperage: "k20\\u001b\[2J" is no ref\n {2}write ko20/],
    [[path, 'carol', 'o+1'], 2, /no vat "carol"\n {2}vats here: v1 \(alice\), v2 \(bob\)/],
    [[path], 2, /missing required argument/],
    [[join(folder, 'none.sqlite'), 'ko20'], 3, /none\.sqlite/],
  ];
  for (const [args, code, message] of wrong) {
    const result = why(...args);
    t.is(result.code, code, result.err);
    t.is(result.out, '');
    t.regex(result.err, message);
    t.regex(result.err, /^cooperage: [^\n]+\n( {2}[^\n]+\n)?$/);
    t.true(isHarmless(result.err));
  }
  const help = why('--help');
  t.is(help.code, 0);
  t.regex(help.out, /cooperage why bob o|cooperage why kernel\.sqlite ko20/);
});
