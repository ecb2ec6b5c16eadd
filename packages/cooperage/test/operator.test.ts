/** The command line for those who look after a kernel: names and ids, what was queued, what is collected, what is said when something is wrong. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { REPLACED, toCommandWords } from '../src/cli/command-words.ts';

const BIN = fileURLToPath(new URL('../bin/cooperage.js', import.meta.url));
const PROJECT = fileURLToPath(new URL('./project', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cooperage-operator-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

const path = join(folder, 'kernel.sqlite');
const { COLUMNS: _columns, NODE_OPTIONS: _options, ...rest } = process.env;

const cooperage = (...args: string[]) => {
  const env = { ...rest, TEST_DATABASE: path, COLUMNS: '80' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], { cwd: PROJECT, env, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
};

test.before('a kernel has run', () => void cooperage('run'));

test.serial('the version is that of the package', t => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  t.deepEqual(cooperage('--version'), { code: 0, out: `${version}\n`, err: '' });
});

test.serial('vats are a table in 80 columns, and --full has what was left out', t => {
  const { out } = cooperage('inspect', path, 'vats');
  t.regex(out, /^vat {2}name +state +inc +exports +imports +keys +deliveries +problem\nv1 /);
  t.true(out.split('\n').every(line => line.length <= 80));
  t.regex(cooperage('inspect', path, 'vats', '--full').out, / promises +keys /);
});

test.serial('a vat is named by its id or by its name', t => {
  t.deepEqual(cooperage('send', 'v2', 'greet', '"world"').out, "'hello, world'\n");
  t.regex(cooperage('upgrade', '.', 'v2', '--rehearse').out, /^the upgrade of vat bob would succeed/);
  t.regex(cooperage('heap', '.', 'v2').out, /^vat bob alone keeps/);
  const ended = cooperage('send', 'v4', 'hi');
  t.is(ended.code, 2);
  t.regex(ended.err, /vat v4 \(noisy\) was terminated/);
});

test.serial('an answer that was queued for is kept until it was told or is let go, and then nothing holds it', t => {
  const first = cooperage('send', '--queue', 'bob', 'greet', '"world"').out.trim();
  const second = cooperage('send', '--queue', 'bob', 'fail').out.trim();
  const third = cooperage('send', '--queue', 'alice', 'wait').out.trim();
  t.is(cooperage('answer', first).code, 1);
  cooperage('run');
  t.regex(
    cooperage('answer').out,
    /^promise +state +settled to\nkp\d+ +fulfilled +"hello, world"\nkp\d+ +rejected .*\nkp\d+ +unresolved/,
  );
  t.deepEqual(cooperage('answer', first), { code: 0, out: "'hello, world'\n", err: '' });
  const rejected = cooperage('answer', second, '--json');
  t.is(rejected.code, 1);
  t.like(JSON.parse(rejected.out), { outcome: 'rejected', reason: { $error: { name: 'RangeError' } } });
  t.regex(cooperage('answer', first).err, new RegExp(`no answer is kept as ${first}\n {2}kept: ${third}`));
  t.is(cooperage('answer', third, '--release').out, `${third} is let go\n`);
  t.is(cooperage('answer').out, 'no answer is kept\n');
  t.is(cooperage('answer', '--release').code, 2);
  const { pins } = JSON.parse(cooperage('inspect', path, '--json').out) as { pins: Record<string, number> };
  t.is(pins['result'], undefined);
});

test.serial('collect says what went', t => {
  cooperage('send', 'bob', 'mix');
  const text = cooperage('collect', '--cycles');
  t.is(text.code, 0, text.err);
  t.regex(
    text.out,
    /^rows +before +after +gone\nobjects +\d+ +3 +\d+\npromises +.*\nc-list entries .*\nstored keys .*\n\d+ cranks until/,
  );
  const json = cooperage('collect', '--vat', 'v2', '--json');
  t.like(JSON.parse(json.out), { dropped: 0, passes: 0, before: { objects: 3 }, after: { objects: 3 } });
  t.is(cooperage('collect', '--vat', 'bob', '--cycles').code, 2);
  t.is(cooperage('audit', path).out, 'no findings\n');
});

test.serial('what a step shows is cut with a note, and whole with --full', t => {
  const long = 'x'.repeat(1000);
  const send = (): unknown => cooperage('send', '--queue', 'bob', 'keep', JSON.stringify({ a: { b: [long] }, c: [long, long] }));
  send();
  t.regex(cooperage('step').out, /\n\d texts? (is|are) shortened; --full shows all of them\n/);
  send();
  const whole = cooperage('step', '--full').out;
  t.notRegex(whole, /shortened/);
});

test.serial('an incarnation that never was, a delivery that will not come and a port that is none are wrong usage', t => {
  for (const [words, problem] of [
    [
      ['inspect', path, 'transcript', 'bob', '--incarnation', '3'],
      /vat bob \(v2\) has no incarnation 3\n {2}it is in its first, 0/,
    ],
    [['replay', path, 'bob', '--incarnation', '3'], /no transcript of incarnation 3/],
    [
      ['replay', path, 'bob', '--inspect-brk', '--at', '999'],
      /incarnation 0 of vat bob \(v2\) has no delivery 999\n {2}it has 0 to \d+\n/,
    ],
    [['replay', path, 'bob', '--inspect-brk', '--port', '99999'], /at most 65535/],
  ] as const) {
    const { code, out, err } = cooperage(...words);
    t.deepEqual([code, out], [2, ''], words.join(' '));
    t.regex(err, problem);
  }
});

test.serial(
  'an error of a locked-down kernel shows its stack to those who ask, and its remedy in words of the command line',
  t => {
    const { err } = cooperage('send', 'alice', 'wait', '--debug');
    t.regex(err, /use send --queue and answer\.\nCooperageError: .*\n.*\n {2}at takeAnswer \(/);
  },
);

test('every remedy that is said otherwise is one that a script gets', t => {
  const sources = ['host', 'kernel'].flatMap(name => {
    const root = fileURLToPath(new URL(`../../${name}/src`, import.meta.url));
    return readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.ts'))
      .map(file =>
        readFileSync(join(root, file), 'utf8')
          .replaceAll('\\`', '`')
          .replace(/['`] \+\n\s+['`]/g, ''),
      );
  });
  for (const [ofScripts, ofCommands] of REPLACED) {
    const text = sources.map(source => ofScripts.exec(source)?.[0]).find(found => found !== undefined);
    t.truthy(text, String(ofScripts));
    t.is(toCommandWords(`${text}.`), `${ofCommands}.`);
  }
});
