/** The command line as its users meet it: as a process, with real kernels. Each call costs a start, so each looks at many things. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';

const BIN = fileURLToPath(new URL('../bin/cooperage.js', import.meta.url));
const PROJECT = fileURLToPath(new URL('./project', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cooperage-cli-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

type Options = { readonly cwd?: string; readonly env?: Record<string, string> };
type Result = { readonly code: number | null; readonly out: string; readonly err: string };

const makeEnvironment = (env: Record<string, string> = {}): NodeJS.ProcessEnv => {
  const { COLUMNS: _columns, NO_COLOR: _noColor, NODE_OPTIONS: _nodeOptions, ...rest } = process.env;
  return { ...rest, ...env };
};

const cooperage = (args: readonly string[], { cwd = PROJECT, env = {} }: Options = {}): Result => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    cwd,
    env: makeEnvironment(env),
    encoding: 'utf8',
    timeout: 120_000,
  });
  return { code: status, out: stdout, err: stderr };
};

const onDatabase = (name: string): { readonly path: string; readonly use: (...args: string[]) => Result } => {
  const path = join(folder, name);
  return { path, use: (...args) => cooperage(args, { env: { TEST_DATABASE: path } }) };
};

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** What could move a cursor, change colours, break lines or turn text. */
const isHarmless = (text: string): boolean => !/[^\n\P{C}]|[\u2028\u2029]/u.test(text);

/** One line that names us, then at most a remedy; never a stack. */
const isOneLineError = (t: ExecutionContext, err: string): void => {
  t.regex(err, /^cooperage: [^\n]+\n( {2}[^\n]+\n)?$/);
  t.true(isHarmless(err));
};

const shared = onDatabase('shared.sqlite');
test.before('a kernel has run', t => {
  const first = shared.use('run');
  // One vat of the project cannot start.
  t.is(first.code, 1, first.err);
  t.regex(first.err, /vat v4 faulted: .*no root today/);
  t.regex(first.out, /^\d+ cranks, \d+ with a delivery; nothing is left to do\n$/);
  // The vat that says nasty things says them on standard error, in harmless letters.
  t.true(first.err.includes('noisy: noisy \\u{1b}[2J\\u{202e} says'));
  t.true(isHarmless(first.err));
});

test.serial('run goes on where it stopped, answers in JSON, and keeps standard output clean', t => {
  const again = shared.use('run', '--json');
  t.is(again.code, 0, again.err);
  t.deepEqual(JSON.parse(again.out), { cranks: 0, deliveries: 0, stop: 'idle' });
});

test.serial('send shows the answer, as text and as JSON that says what JSON cannot hold', t => {
  const text = shared.use('send', 'bob', 'greet', '"world"');
  t.deepEqual([text.code, text.out], [0, "'hello, world'\n"]);
  const { code, out } = shared.use('--json', 'send', 'bob', 'mix');
  t.is(code, 0);
  t.like(JSON.parse(out), {
    outcome: 'fulfilled',
    value: {
      big: { $bigint: '3' },
      none: { $undefined: true },
      thing: { iface: 'Alleged: thing' },
      list: [1, { $number: 'NaN' }, 0],
    },
  });
});

test.serial('a rejection is exit 1, and its text is harmless', t => {
  const { code, out, err } = shared.use('send', 'bob', 'fail', '--json');
  t.is(code, 1);
  t.like(JSON.parse(out), { outcome: 'rejected', reason: { $error: { name: 'RangeError' } } });
  t.true(isHarmless(out));
  t.true(err.startsWith('cooperage: bob.fail rejected: RangeError: boo\\u{1b}[2J'));
  isOneLineError(t, err);
});

test.serial('what the kernel cannot do is said in one line, with an exit code of its own', t => {
  const waiting = shared.use('send', 'alice', 'wait');
  t.is(waiting.code, 1);
  isOneLineError(t, waiting.err);
  const nobody = shared.use('send', 'nobody', 'greet');
  t.is(nobody.code, 2);
  isOneLineError(t, nobody.err);
  const untyped = shared.use('send', 'bob', 'greet', 'world');
  t.deepEqual([untyped.code, untyped.out], [2, '']);
  t.true(untyped.err.includes(`'"world"'`));
});

test.serial('a queued message runs step by step', t => {
  const queued = shared.use('send', '--queue', 'bob', 'keep', '{"a":[1]}');
  t.is(queued.code, 0);
  t.regex(queued.out, /^kp\d+\n$/);
  const queue = shared.use('inspect', shared.path, 'queue');
  t.regex(queue.out, /ko\d+\.keep\(\{ a: \[1\] \}\)/);
  const stepped = shared.use('step');
  t.regex(stepped.out, /^crank \d+ {2}v2 {2}ko\d+\.keep\(\{ a: \[1\] \}\) -> kp\d+\n {6}resolve kp\d+ fulfilled 1\n$/);
  t.like(JSON.parse(shared.use('step', '--json', '--count', '2').out), { reports: [], idle: true });
});

test.serial('a vat that ends badly shows in the overview, its words made harmless', t => {
  t.is(shared.use('send', 'eve', 'quit').code, 1);
  const overview = shared.use('inspect', shared.path);
  t.is(overview.code, 0);
  t.regex(overview.out, /v3 +eve +terminated +.*boo/);
  t.true(isHarmless(overview.out));
  const json = shared.use('inspect', shared.path, '--json');
  t.true(isHarmless(json.out));
  t.like(JSON.parse(json.out), { vats: { running: 2, terminated: 2 }, queue: { ready: 0 } });
});

const QUESTIONS: readonly (readonly string[])[] = [
  ['overview'],
  ['vats'],
  ['objects', '--owner', 'alice', '--state', 'root'],
  ['clist', 'bob', '--vref', 'o'],
  ['promises'],
  ['queue'],
  ['gc'],
  ['transcript', 'alice', '--from', '1'],
  ['bundles'],
  ['sizes'],
];

test.serial('every question has an answer for people and one for programs, and none writes a byte', t => {
  const before = hashOf(shared.path);
  const beside = readdirSync(folder).sort();
  for (const question of QUESTIONS) {
    const text = shared.use('inspect', shared.path, ...question);
    t.is(text.code, 0, `${question.join(' ')}: ${text.err}`);
    t.true(text.out.length > 0 && isHarmless(text.out), question.join(' '));
  }
  for (const question of QUESTIONS.filter((_, i) => i % 3 === 1)) {
    const json = shared.use('inspect', shared.path, ...question, '--json');
    t.notThrows(() => JSON.parse(json.out), question.join(' '));
  }
  t.is(shared.use('audit', shared.path).out, 'no findings\n');
  t.is(hashOf(shared.path), before);
  t.deepEqual(readdirSync(folder).sort(), beside);
});

test.serial('audit finds a row that was tampered with, says so with exit 1, and leaves it as it is', t => {
  const path = join(folder, 'damaged.sqlite');
  const bytes = readFileSync(shared.path);
  bytes.write('ko29', bytes.lastIndexOf('ko21'));
  writeFileSync(path, bytes);
  const before = hashOf(path);
  const { code, out, err } = cooperage(['audit', path, '--json']);
  t.deepEqual([code, err], [1, '']);
  const { findings } = JSON.parse(out) as { findings: readonly { invariant: string; subject: string; problem: string }[] };
  t.true(findings.some(({ subject, problem }) => `${subject} ${problem}`.includes('ko29')));
  t.regex(cooperage(['audit', path]).out, /^invariant +subject +problem\n(.*\n)*\d+ findings?; docs\/invariants.md explains/);
  t.is(hashOf(path), before);
});

test.serial('answers are paged, tables keep to the width, and notes say what is missing', t => {
  const { path } = shared;
  const paged = cooperage(['inspect', path, 'vats', '--limit', '2', '--skip', '1'], { env: { COLUMNS: '80' } });
  const lines = paged.out.trimEnd().split('\n');
  t.true(
    lines.every(line => line.length <= 80),
    paged.out,
  );
  t.is(lines.at(-1)?.includes('--full') === true ? lines.at(-2) : lines.at(-1), 'vats 2 to 3 of 4; --skip 3 shows the next');
  t.false(paged.out.includes('\u001b'));
  const page = JSON.parse(cooperage(['inspect', path, 'vats', '--limit', '1', '--json']).out) as { more: number };
  t.is(page.more, 3);
  const full = cooperage(['inspect', path, 'bundles', '--full'], { env: { COLUMNS: '40' } });
  t.regex(full.out, /b1-[0-9a-f]{128}/);
  const narrow = cooperage(['inspect', path, 'vats'], { env: { COLUMNS: '40' } });
  t.regex(narrow.out, /^vat {9}v1\nname {8}alice\nstate {7}running\n/);
});

test('wrong usage is exit 2 with a hint, and help is no error', t => {
  const wrong: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [['frob'], /unknown command 'frob'/],
    [['inspect', 'x', 'constructor'], /no question "constructor"\n.*overview, vats/],
    [['inspect', 'x', 'clist'], /about one vat/],
    [['inspect', 'x', 'vats', '--owner', 'bob'], /"vats" has no --owner/],
    [['inspect', 'x', 'objects', '--state', 'lost'], /no state "lost"\n.*root, orphaned/],
    [['inspect', 'x', 'objects', '--limt', '1'], /Did you mean --limit/],
    [['inspect', 'x\u001b[2J', 'overview', 'extra', 'more'], /too many arguments/],
  ];
  for (const [args, message] of wrong) {
    const { code, out, err } = cooperage(args);
    t.deepEqual([code, out], [2, ''], args.join(' '));
    t.regex(err, message);
    isOneLineError(t, err);
  }
  t.is(cooperage([]).code, 2);
  for (const command of [[], ['send']]) {
    const help = cooperage([...command, '--help']);
    t.deepEqual([help.code, help.err], [0, '']);
    t.regex(help.out, /Examples?:\n {2}cooperage /);
  }
});

test('what cannot be opened is exit 3 with a remedy, and is left as it was', t => {
  const text = join(folder, 'letter.txt');
  writeFileSync(text, 'dear kernel');
  const missing = join(folder, 'missing.sqlite');
  for (const path of [text, missing, folder, join(folder, 'no\u001b[2Jwhere', 'x')]) {
    const { code, out, err } = cooperage([path === text ? 'audit' : 'inspect', path, '--json']);
    t.deepEqual([code, out], [3, ''], path);
    t.regex(err, /\n {2}\S/);
    isOneLineError(t, err);
  }
  t.is(readFileSync(text, 'utf8'), 'dear kernel');
  t.false(existsSync(missing));
  const debug = cooperage(['inspect', text, '--debug']);
  t.regex(debug.err, /\n {4}at /);
});

test('a config that is missing, broken or empty is exit 3', t => {
  const cwd = join(folder, 'configs');
  const write = (name: string, text: string): string => {
    mkdirSync(cwd, { recursive: true });
    writeFileSync(join(cwd, name), text);
    return name;
  };
  const cases = [
    'nowhere.ts',
    '.',
    write('syntax.ts', 'export default {'),
    write('throws.mjs', 'throw Error("not \\u001b[2J today");'),
    write('empty.mjs', 'export const database = 1;'),
    write('text.sqlite', 'no module'),
    write('unknown.mjs', 'export default { database: ":memory:", vatts: {} };'),
  ];
  for (const config of cases) {
    const { code, out, err } = cooperage(['run', config], { cwd });
    t.deepEqual([code, out], [3, ''], `${config}: ${err}`);
    t.true(err.startsWith('cooperage: '), err);
    t.false(/\n {4}at /.test(err), err);
    t.true(isHarmless(err));
  }
});

test('a vat that does not start is named, and the exit is 1; an error that a vat returns is shown', t => {
  const cwd = mkdtempSync(join(PROJECT, 'unwell-'));
  t.teardown(() => rmSync(cwd, { recursive: true }));
  const write = (name: string, source: string): void => writeFileSync(join(cwd, name), source);
  write(
    'good.js',
    `import { Far } from '@endo/far';\nexport const buildRootObject = () => Far('good', { get: () => Error('kept') });`,
  );
  write('bad.js', `export const buildRootObject = () => {\n  throw Error('not today');\n};`);
  const vats = ['good', 'bad'].map(name => `${name}: { source: new URL('./${name}.js', import.meta.url) }`).join(', ');
  write('cooperage.config.mjs', `export default { database: new URL('./x.sqlite', import.meta.url), vats: { ${vats} } };`);
  const first = cooperage(['run'], { cwd });
  t.is(first.code, 1, first.err);
  t.regex(first.err, /vat v2 faulted: .*not today/);
  t.is(cooperage(['run'], { cwd }).code, 0, 'nothing new has happened');
  t.is(cooperage(['send', 'good', 'get'], { cwd }).out, 'Error: kept\n');
});

test('a config is found in its directory, in TypeScript and in JavaScript, with and without "type": "module"', t => {
  for (const [name, type, source] of [
    ['cooperage.config.ts', 'module', 'const path: string = ":memory:"; export default { database: path };'],
    ['cooperage.config.ts', 'commonjs', 'const path: string = ":memory:"; export default { database: path };'],
    ['cooperage.config.mjs', 'commonjs', 'export default { database: ":memory:" };'],
    ['cooperage.config.js', 'module', 'export default { database: ":memory:" };'],
  ] as const) {
    const cwd = mkdtempSync(join(folder, 'found-'));
    writeFileSync(join(cwd, 'package.json'), JSON.stringify({ type }));
    writeFileSync(join(cwd, name), source);
    const { code, err } = cooperage(['run', cwd], { cwd: folder });
    t.is(code, 0, `${name} ${type}: ${err}`);
  }
});

test('a database in use can be inspected and copied, not opened twice, and an interrupt loses nothing', async t => {
  const { path, use } = onDatabase('busy.sqlite');
  t.is(use('send', '--queue', 'alice', 'spin').code, 0);
  const running = startRun(path);
  t.teardown(() => running.child.kill('SIGKILL'));
  await running.busy;
  const overview = use('inspect', path, '--json');
  t.is(overview.code, 0, overview.err);
  t.is(use('audit', path).out, 'no findings\n');
  const second = use('run');
  t.is(second.code, 3);
  t.regex(second.err, /^cooperage: .*(lock|use)/);
  isOneLineError(t, second.err);
  running.child.kill('SIGINT');
  t.is(await running.ended, 1);
  t.regex(running.output(), /interrupted; what was done is kept/);
  const copy = join(folder, 'copy.sqlite');
  copyFileSync(path, copy);
  t.is(cooperage(['audit', copy]).out, 'no findings\n');
  t.is(use('run', '--max-cranks', '10').out.includes('the limit is reached'), true);
});

test('a kernel ends with its command, however that is killed, and leaves the database sound and free', async t => {
  const { path, use } = onDatabase('killed.sqlite');
  t.is(use('send', '--queue', 'alice', 'spin').code, 0);
  const running = startRun(path);
  await running.busy;
  running.child.kill('SIGKILL');
  await running.silent;
  t.is(use('audit', path).out, 'no findings\n');
  t.is(use('run', '--max-cranks', '1').code, 0);
});

type Running = {
  readonly child: ChildProcess;
  readonly busy: Promise<void>;
  readonly ended: Promise<number | null>;
  readonly silent: Promise<unknown>;
  output(): string;
};

/** A run that never becomes idle. `busy`: its kernel is open and working, which the lock beside the database shows. */
const startRun = (path: string): Running => {
  const child = spawn(process.execPath, [BIN, 'run', '--debug'], {
    cwd: PROJECT,
    env: makeEnvironment({ TEST_DATABASE: path }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let sayBusy = (): void => {};
  const busy = new Promise<void>(resolve => {
    sayBusy = resolve;
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('spinning')) sayBusy();
    });
  }
  const ended = new Promise<number | null>(resolve => child.on('exit', code => resolve(code)));
  const silent = new Promise<unknown>(resolve => child.on('close', resolve));
  return { child, busy, ended, silent, output: () => output };
};

test('a reader that goes away ends the command quietly', async t => {
  const child = spawn(process.execPath, [BIN, 'inspect', shared.path, 'sizes'], {
    env: makeEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const code = await new Promise(resolve => child.on('exit', resolve));
  t.deepEqual([code, err], [0, '']);
});

test.serial('a vat is rehearsed, upgraded and terminated', t => {
  const { path, use } = onDatabase('operations.sqlite');
  t.is(use('run').code, 1, 'one vat of the project cannot start');
  const rehearsed = use('upgrade', '.', 'bob', '--rehearse', '--json');
  t.is(rehearsed.code, 0, rehearsed.err);
  t.like(JSON.parse(rehearsed.out), { vat: 'bob', outcome: 'would succeed', problem: null, abandoned: [] });
  const upgraded = use('upgrade', '.', 'bob', '--message', 'spring cleaning');
  t.deepEqual([upgraded.code, upgraded.out], [0, 'vat bob is in incarnation 1\n'], upgraded.err);
  t.is(use('send', 'bob', 'greet', '"world"').out, "'hello, world'\n");
  t.regex(use('inspect', path, 'transcript', 'bob', '--incarnation', '0').out, /#\d+ +crank \d+ +stopVat/);
  const unknown = use('upgrade', '.', 'bobby');
  t.is(unknown.code, 2);
  isOneLineError(t, unknown.err);
  const file = join(folder, 'bob.heapsnapshot');
  const heap = use('heap', '.', 'bob', '--out', file);
  t.is(heap.code, 0, heap.err);
  t.regex(heap.out, /^vat bob alone keeps [\d.]+ [kM]B, in \d+ objects\n( {2}\S+ \w+ in \d+: .+\n)+its heap snapshot is in /);
  const { snapshot, nodes } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly snapshot: { readonly node_count: number; readonly meta: { readonly node_fields: string[] } };
    readonly nodes: number[];
  };
  t.is(nodes.length, snapshot.node_count * snapshot.meta.node_fields.length);
  t.is(use('heap', '.', 'bobby').code, 2);
  const ended = use('terminate', '.', 'eve', 'no longer needed');
  t.is(ended.code, 0, ended.err);
  t.regex(ended.out, /^vat eve is terminated; \d+ cranks? until nothing was left to do\n$/);
  t.regex(use('inspect', path, 'vats').out, /eve +terminated.*no longer needed/);
  t.is(use('audit', path).code, 0);
});
