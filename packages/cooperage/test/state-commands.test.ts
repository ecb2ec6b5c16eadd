/** `cooperage export`, `import` and `prune` as processes: what they say, how they end, and that they stay silent in a pipe. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const BIN = fileURLToPath(new URL('../bin/cooperage.js', import.meta.url));
const PROJECT = fileURLToPath(new URL('./project', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cooperage-state-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

const database = join(folder, 'tally.sqlite');
const { NODE_OPTIONS: _options, ...rest } = process.env;

const cooperage = (args: readonly string[], path = database) => {
  const env = { ...rest, TEST_DATABASE: path };
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], { cwd: PROJECT, env, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
};
const hash = (): string => createHash('sha256').update(readFileSync(database)).digest('hex');

test('a state goes out as files, comes back as a database that goes on, and is pruned', t => {
  t.is(cooperage(['send', '--config', 'tally.config.ts', 'tally', 'add', '"bread"', '3']).code, 0);
  const before = hash();
  const state = join(folder, 'state');
  const exported = cooperage(['export', database, state, '--json']);
  t.deepEqual([exported.code, exported.err], [0, ''], 'no progress in a pipe');
  t.is(hash(), before);
  const copy = join(folder, 'copy.sqlite');
  const imported = cooperage(['import', state, copy, '--json']);
  t.deepEqual([imported.code, imported.err], [0, '']);
  t.deepEqual({ ...JSON.parse(imported.out), place: '' }, { ...JSON.parse(exported.out), place: '' });
  t.is(cooperage(['send', '--config', 'tally.config.ts', 'tally', 'add', '"salt"', '4'], copy).out, '7\n');

  const again = cooperage(['import', state, copy]);
  t.is(again.code, 2);
  t.regex(again.err, /^cooperage: database \S+copy\.sqlite exists already\n {2}name one that does not/);
  appendFileSync(join(state, 'tables', 'vats.jsonl'), '\n');
  const damaged = cooperage(['import', state, join(folder, 'other.sqlite')]);
  t.deepEqual([damaged.code, damaged.out], [3, '']);
  t.regex(damaged.err, /^cooperage: artifact \S+vats\.jsonl is damaged: [^\n]+\n {2}take the export from a copy\n$/);
  t.false(existsSync(join(folder, 'other.sqlite')));

  const dry = cooperage(['prune', copy, '--dry-run']);
  t.is(dry.code, 0);
  t.regex(dry.out, /ended incarnations +0 deliveries[^]*file after +nothing was changed/);
  const pruned = cooperage(['prune', copy, '--json']);
  t.deepEqual([pruned.code, pruned.err], [0, '']);
  t.like(JSON.parse(pruned.out), { transcripts: { rows: 0 }, bundles: { rows: 0 } });
  t.is(cooperage(['prune', join(folder, 'none.sqlite')]).code, 3);
});
