/** `cooperage replay` as a process: what it says, how it ends, and what a debugger finds. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const BIN = fileURLToPath(new URL('../bin/cooperage.js', import.meta.url));
const PROJECT = fileURLToPath(new URL('./project', import.meta.url));
const CLIENT = join(PROJECT, 'debugger-client.mjs');
const SOURCE = join(PROJECT, 'vat-tally.ts');
const folder = mkdtempSync(join(tmpdir(), 'cooperage-replay-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

const database = join(folder, 'tally.sqlite');
const { NODE_OPTIONS: _options, ...rest } = process.env;
const env = { ...rest, TEST_DATABASE: database };

const cooperage = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], { cwd: PROJECT, env, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
};

const hash = (): string => createHash('sha256').update(readFileSync(database)).digest('hex');

test.before('a vat has lived', t => {
  for (const [what, amount] of [
    ['bread', 3],
    ['salt', 4],
  ] as const) {
    const { code, err } = cooperage('send', '--config', 'tally.config.ts', 'tally', 'add', JSON.stringify(what), String(amount));
    t.is(code, 0, err);
  }
});

test.serial('a vat that comes out as it was is exit 0, and nothing is written', t => {
  const before = hash();
  const text = cooperage('replay', database, 'tally');
  t.deepEqual([text.code, text.err], [0, '']);
  t.regex(text.out, /^v1 tally, incarnation 0: \d+ deliveries, all as they were\n$/);
  const json = cooperage('replay', database, 'v1', '--json');
  t.like(JSON.parse(json.out), { vat: 'v1', name: 'tally', difference: null, cause: null });
  t.is(hash(), before);
});

test.serial('questions that make no sense are wrong usage', t => {
  for (const [words, problem] of [
    [['nobody'], /there is no vat "nobody"/],
    [['tally', '--incarnation', '4'], /no transcript of incarnation 4/],
    [['tally', '--at', '1'], /add --inspect-brk/],
    [['tally', '--bundle', 'zz'], /there is no one bundle zz/],
  ] as const) {
    const { code, out, err } = cooperage('replay', database, ...words);
    t.deepEqual([code, out], [2, ''], words.join(' '));
    t.regex(err, problem);
  }
});

test.serial('a debugger stops before the delivery, and finds the vat under the name of its file', async t => {
  const before = hash();
  const child = spawn(process.execPath, [BIN, 'replay', database, 'tally', '--inspect-brk', '--at', '2', '--port', '0'], {
    cwd: PROJECT,
    env,
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const ended = new Promise<number | null>(resolve => child.on('exit', resolve));
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
      const [, found] = /Debugger listening on (ws:\S+)/.exec(err) ?? [];
      if (found !== undefined) resolve(found);
    });
    void ended.then(() => reject(Error(err)));
  });
  t.true(address.startsWith('ws://127.0.0.1:'), 'nobody else can reach it');
  const line =
    readFileSync(SOURCE, 'utf8')
      .split('\n')
      .findIndex(text => text.includes('const sum')) + 1;
  const client = spawn(process.execPath, [
    '--experimental-websocket',
    CLIENT,
    address,
    'test/project/vat-tally.ts',
    String(line),
  ]);
  let told = '';
  client.stdout.setEncoding('utf8').on('data', (text: string) => (told += text));
  client.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  t.is(await ended, 0, err);
  const seen = JSON.parse(told) as { stop: { url: string }; breakpoint: { url: string; line: number }; scriptLine: string };
  t.regex(seen.stop.url, /cli\/commands\/replay/);
  t.regex(seen.breakpoint.url, /cooperage\/test\/project\/vat-tally\.ts$/);
  t.is(seen.breakpoint.line, line);
  t.regex(seen.scriptLine, /^const sum/);
  // Delivery 0 starts the vat, 1 brings the bread, and 2 is the one that was asked for.
  t.like(seen, { what: 'salt', entries: '[{"what":"bread","amount":3},{"what":"salt","amount":4}]' });
  t.regex(err, /before delivery 2: o\+0\.add\("salt", 4\)/);
  t.regex(err, /tally: added salt/);
  t.notRegex(err, /tally: added bread/);
  t.regex(out, /all as they were/);
  t.is(hash(), before);
});
