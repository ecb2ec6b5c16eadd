/** The inspector's page from outside, without a browser: whom its server answers, what the answers hold, and that nothing is written. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VatId } from '@cooperage/protocol/refs';
import { openKernel } from 'cooperage';
import test from 'ava';
import type { ServedPage } from '@cooperage/page/serve';
import { ask, checksum, type Json, makeFolder, send, serveFor, serveWorld } from './page/served.ts';
import { HOSTILE, HOSTILE_NAME, MEGABYTE, OPTIONS, rename, talk, writeWorld } from './page/world.ts';

let shared: ServedPage;
const folder = mkdtempSync(join(tmpdir(), 'cooperage-page-world-'));
const world = join(folder, 'world.sqlite');
test.before(async () => {
  await writeWorld(world);
  shared = await serveWorld(world);
});
test.after.always(async () => {
  await shared?.close();
  rmSync(folder, { recursive: true });
});

const QUESTIONS: readonly (readonly [name: string, parameters?: Readonly<Record<string, string>>])[] = [
  ['state'],
  ['overview'],
  ['vats'],
  ['vats', { state: 'running' }],
  ['vat', { vat: 'alice' }],
  ['clist', { vat: 'v1' }],
  ['clist', { vat: 'v1', vref: 'o-', after: 'ko20' }],
  ['transcript', { vat: 'v1', from: '1', limit: '3' }],
  ['objects', { owner: 'bob' }],
  ['objects', { state: 'root', after: 'ko20', limit: '1' }],
  ['promises', { state: 'unresolved' }],
  ['queue'],
  ['gc'],
  ['thing', { ref: 'ko20' }],
  ['why', { ref: 'ko20' }],
  ['neighbours', { ref: 'ko20' }],
  ['neighbours', { ref: 'v1', direction: 'held' }],
  ['timeline', { count: '30' }],
  ['crank', { crank: '5' }],
  ['sql', { q: 'SELECT * FROM holders ORDER BY kref' }],
];

test('every question is answered, and none changes the file', async t => {
  const before = checksum(world);
  const { port } = shared;
  for (const [name, parameters] of QUESTIONS) {
    const { status, text } = await ask(port, name, parameters);
    t.is(status, 200, `${name}: ${text}`);
  }
  const { body } = await ask(port, 'queue');
  for (const direction of ['held', 'holders']) {
    const waiting = await ask(port, 'neighbours', { ref: `m${body.waiting.rows[0].message}`, direction });
    t.true(waiting.body.edges.length > 0 && waiting.body.edges.every(({ style }: Json) => style === 'queued'), waiting.text);
  }
  t.is(checksum(world), before);
});

test('wrong questions say what is wrong', async t => {
  const { port } = shared;
  const wrong: readonly (readonly [number, string, Readonly<Record<string, string>>?])[] = [
    [400, 'nothing'],
    [400, '__proto__'],
    [400, 'clist'],
    [404, 'vat', { vat: 'nobody' }],
    [400, 'objects', { state: 'odd' }],
    [400, 'objects', { after: 'v1' }],
    [400, 'objects', { limit: '-1' }],
    [400, 'objects', { limit: '1000000' }],
    [404, 'thing', { ref: 'ko999' }],
    [404, 'thing', { ref: 'nonsense' }],
    [400, 'crank', { crank: '100000' }],
    [400, 'timeline', { count: '1e9' }],
  ];
  for (const [status, name, parameters] of wrong) {
    const answer = await ask(port, name, parameters);
    t.is(answer.status, status, `${name}: ${answer.text}`);
    t.truthy(answer.body.error.message, name);
  }
});

test('only this machine is answered, and no page of another site', async t => {
  const { port } = shared;
  const own = { host: `127.0.0.1:${port}` };
  t.is((await send(port, '/', { headers: own })).status, 200);
  t.is((await send(port, '/', { headers: { host: `localhost:${port}` } })).status, 200);
  t.is((await send(port, '/', { headers: { ...own, origin: `http://127.0.0.1:${port}` } })).status, 200);
  for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1.evil.example:${port}`, `0.0.0.0:${port}`]) {
    t.is((await send(port, '/api/overview', { headers: { host } })).status, 421, host);
  }
  for (const origin of ['http://evil.example', 'null', `https://127.0.0.1:${port}`, `http://127.0.0.1:${port + 1}`]) {
    t.is((await send(port, '/api/overview', { headers: { ...own, origin } })).status, 403, origin);
  }
  for (const site of ['cross-site', 'same-site']) {
    t.is((await send(port, '/api/overview', { headers: { ...own, 'sec-fetch-site': site } })).status, 403, site);
  }
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
    t.is((await send(port, '/api/overview', { method })).status, 405, method);
  }
});

test('every answer says that nothing is loaded from elsewhere, runs inline, or is sniffed', async t => {
  const { port } = shared;
  for (const path of ['/', '/assets/app.js', '/vendor/preact.js', '/api/overview', '/api/nothing', '/no/such/page']) {
    const { headers } = await send(port, path);
    const policy = String(headers['content-security-policy']);
    t.regex(policy, /default-src 'none'/, path);
    t.regex(policy, /script-src 'self'(;|$)/, path);
    t.notRegex(policy, /unsafe|https?:|\*/, path);
    t.is(headers['x-content-type-options'], 'nosniff', path);
    t.is(headers['access-control-allow-origin'], undefined, path);
  }
});

test('no path leads out of the page', async t => {
  const { port } = shared;
  const paths = [
    '/../../../etc/passwd',
    '/assets/../../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/vendor/../serve.ts',
    '/assets/tsconfig.json',
    '/ref/../../etc/passwd',
    '/world.sqlite',
    '/assets',
  ];
  for (const path of paths) t.is((await send(port, path)).status, 404, path);
  for (const path of ['//evil.example/', 'http://evil.example/', '*']) t.is((await send(port, path)).status, 400, path);
});

test('each view has an address, and the page needs nothing that the server does not have', async t => {
  const { port } = shared;
  const views = ['/', '/vats', '/vats/v1', '/vats/v1/clist', '/vats/v1/transcript', '/objects', '/promises', '/queue', '/graph'];
  for (const path of [...views, '/timeline', '/crank/12', '/sql', '/ref/ko20', '/ref/v2/o+d12/5']) {
    const { status, headers } = await send(port, path);
    t.is(status, 200, path);
    t.is(headers['content-type'], 'text/html; charset=utf-8', path);
  }
  const seen = new Set<string>();
  const visit = async (path: string): Promise<void> => {
    if (seen.has(path)) return;
    seen.add(path);
    const { status, text } = await send(port, path);
    t.is(status, 200, path);
    const isScript = path.endsWith('.js');
    const named = isScript
      ? text.matchAll(/\b(?:from|import) ?["']([./][^"' ]+\.js)["']/g)
      : text.matchAll(/(?:src|href)="([^"]+)"/g);
    for (const [, name = ''] of named) await visit(new URL(name, `http://page${path}`).pathname);
  };
  await visit('/');
  t.true(seen.has('/vendor/preact.js') && seen.has('/assets/views/timeline.js'), [...seen].join(' '));
});

/** What a person could not see, or could be misled by. */
const INVISIBLE = /[\p{C}\u2028\u2029]/u;

const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => [name, ...textsIn(item)]);
};

test('what vats wrote arrives visible, and never at length', async t => {
  const { port } = shared;
  const cranks = Array.from({ length: 40 }, (_, crank) => ['crank', { crank: String(crank) }] as const);
  const sql = [
    ['sql', { q: 'SELECT * FROM transcripts' }],
    ['sql', { q: `SELECT char(8238) || 'x', 1 AS "a${'\u202e'}b"` }],
  ] as const;
  let hasHostile = false;
  for (const [name, parameters] of [...QUESTIONS, ...cranks, ...sql]) {
    const { body, text } = await ask(port, name, parameters);
    for (const shown of textsIn(body)) {
      t.notRegex(shown, INVISIBLE, name);
      t.true(shown.length < 50_000, name);
    }
    t.true(text.length < 2_000_000, name);
    hasHostile ||= text.includes('u{202e}');
  }
  t.true(hasHostile);
  t.true(MEGABYTE.length > 50_000 && INVISIBLE.test(HOSTILE));
});

test('what is wrong is said as visibly, whoever named the vats and whatever was asked', async t => {
  const path = join(makeFolder(t), 'names.sqlite');
  copyFileSync(world, path);
  rename(path, 'v1' as VatId, `${HOSTILE_NAME}${MEGABYTE}`);
  const { port } = await serveFor(t, path);
  const text = '\u202e\u0007\u001b[31m\u200b<b>\u2028';
  const wrong: readonly (readonly [name: string, parameters: Readonly<Record<string, string>>])[] = [
    ['vat', { vat: 'nobody' }],
    ['vat', { vat: text }],
    ['vat', { vat: 'x'.repeat(8_000) }],
    ['clist', { vat: text }],
    ['objects', { owner: text }],
    ['objects', { state: text }],
    ['objects', { after: text }],
    ['objects', { at: text }],
    ['promises', { decider: text }],
    ['thing', { ref: text }],
    ['thing', { ref: `${text} o+1` }],
    ['thing', { ref: 'v3 o+999' }],
    ['why', { ref: text }],
    ['neighbours', { ref: text }],
    ['neighbours', { ref: 'ko20', direction: text }],
    ['crank', { crank: text }],
    ['timeline', { count: text }],
    ['sql', { q: text }],
    ['sql', { q: `SELECT "${text}"` }],
    [encodeURIComponent(text), {}],
  ];
  for (const [name, parameters] of wrong) {
    const { status, body } = await ask(port, name, parameters);
    t.true(status >= 400 && status < 500, `${name}: ${status}`);
    for (const shown of textsIn(body)) {
      t.notRegex(shown, INVISIBLE, name);
      t.true(shown.length < 5_000, name);
    }
  }
  const { body } = await ask(port, 'vat', { vat: 'nobody' });
  t.regex(body.error.remedy, /^vats here: v1 \(<b.*\\u\{202e\}.*…\), v2 \(bob\), v3 \(/, 'a long name hides no other');
});

test('questions in SQL cannot write, reach files, or run away', async t => {
  const before = checksum(world);
  const { port } = shared;
  const refused = [
    `DELETE FROM vats`,
    `UPDATE vats SET name = 'x'`,
    `WITH x AS (SELECT 1) DELETE FROM vats`,
    `INSERT INTO vats SELECT * FROM vats RETURNING *`,
    `CREATE TABLE t (x)`,
    `ATTACH 'x.sqlite' AS x`,
    `PRAGMA journal_mode = DELETE`,
    `EXPLAIN PRAGMA journal_mode = DELETE`,
    `VACUUM INTO 'x.sqlite'`,
    `SELECT 1; DELETE FROM vats`,
    `SELECT 1) UNION SELECT * FROM (SELECT 2`,
    `SELECT load_extension('x')`,
    `SELECT readfile('/etc/passwd')`,
    `SELECT writefile('x', 'y')`,
    `nonsense`,
    `-- nothing`,
  ];
  for (const q of refused) {
    const { status, text } = await ask(port, 'sql', { q });
    t.is(status, 400, `${q}: ${text}`);
  }
  const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';
  const impatient = await serveFor(t, world, 200);
  const [runaway, meanwhile] = await Promise.all([ask(impatient.port, 'sql', { q: endless }), ask(impatient.port, 'overview')]);
  t.is(runaway.status, 504);
  t.is(meanwhile.status, 200);
  const many = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i FROM n';
  const { body } = await ask(port, 'sql', { q: `${many}; ` });
  t.is(body.rows.length, 1000);
  t.true(body.isCut);
  t.is(checksum(world), before);
});

test('what is asked in SQL comes in the order that was asked for', async t => {
  const { port } = shared;
  const great = await ask(port, 'sql', {
    q: 'SELECT 9007199254740993 AS great, 9007199254740991 AS fits, -9223372036854775808, 2.5',
  });
  t.deepEqual(great.body.rows, [['9007199254740993', 9007199254740991, '-9223372036854775808', 2.5]]);
  const { body } = await ask(port, 'sql', { q: 'SELECT vat, name FROM vats ORDER BY vat DESC -- backwards' });
  t.deepEqual(body.columns, ['vat', 'name']);
  t.deepEqual(
    body.rows.map(([vat]: Json) => vat),
    ['v3', 'v2', 'v1'],
  );
  const plan = await ask(port, 'sql', { q: 'EXPLAIN QUERY PLAN SELECT * FROM vats' });
  t.is(plan.status, 200);
});

test('messages are joined to the cranks that sent them', async t => {
  const { port } = shared;
  const { body } = await ask(port, 'timeline', { count: '500' });
  const heard = body.arrows.filter(({ call, to }: Json) => call === '.hear("hello")' && to !== null);
  t.is(heard.length, 1);
  const [{ from, to }] = heard;
  const sender = await ask(port, 'crank', { crank: String(from.crank) });
  t.regex(sender.body.deliveries[0].text, /tell\(/);
  t.is(sender.body.deliveries[0].vat, 'v1');
  t.is(to.vat, 'v2');
  t.true(from.crank < to.crank);
  const told = body.arrows.filter(({ call }: Json) => call.startsWith('.tell('));
  t.true(told.length > 0 && told.every((arrow: Json) => arrow.from === null));
});

test('a ring between heaps is in the graph', async t => {
  const { port } = shared;
  const { body: mine } = await ask(port, 'objects', { owner: 'alice', importer: 'bob' });
  const ref = mine.rows.find(({ state }: Json) => state === 'reachable').ref;
  const holdersOf = async (node: string): Promise<string[]> => {
    const { body } = await ask(port, 'neighbours', { ref: node, direction: 'holders', limit: '100' });
    return body.edges.map(({ from }: Json) => from);
  };
  const { body: thing } = await ask(port, 'thing', { ref });
  const reached = new Set<string>();
  for (let wave = await holdersOf(ref); wave.length > 0;) {
    for (const node of wave) reached.add(node);
    const holders = (await Promise.all(wave.map(holdersOf))).flat();
    wave = [...new Set(holders)].filter(node => !node.startsWith('root ') && !reached.has(node));
  }
  t.true(reached.has(thing.node), [...reached].join(', '));
});

test('one can look back to each crank that the kernel has kept, and see what it changed', async t => {
  const path = join(makeFolder(t), 'history.sqlite');
  const kernel = await openKernel({ ...OPTIONS, database: path, console: 'silent', history: 'all' });
  await kernel.run();
  const { port } = await serveFor(t, path);
  const crank = (await ask(port, 'history')).body.reach.last;
  await talk(kernel);
  await kernel.close();
  const before = checksum(path);
  const { body: history } = await ask(port, 'history');
  t.is(history.reach.first, 0);
  const now = (await ask(port, 'objects')).body.total;
  const then = (await ask(port, 'objects', { at: String(crank) })).body.total;
  t.deepEqual([then, now], [3, 6]);
  t.is((await ask(port, 'overview', { at: String(crank) })).body.cranks, crank + 1);
  t.is((await ask(port, 'sql', { q: 'SELECT count(*) FROM objects', at: String(crank) })).body.rows[0][0], then);
  t.is((await ask(port, 'objects', { at: String(history.reach.last + 1) })).status, 400);
  const { body } = await ask(port, 'changes', { crank: String(history.reach.last) });
  t.true(body.changes.rows.length > 0);
  t.is((await ask(shared.port, 'changes', { crank: '0' })).body.remembered, null);
  t.is((await ask(shared.port, 'objects', { at: '5' })).status, 400);
  t.is(checksum(path), before);
});

test('a kernel that runs is followed', async t => {
  const path = join(makeFolder(t), 'running.sqlite');
  copyFileSync(world, path);
  const kernel = await openKernel({ ...OPTIONS, database: path, console: 'silent', sources: 'stored' });
  t.teardown(() => kernel.close());
  const { port } = await serveFor(t, path);
  const before = await ask(port, 'state');
  const events = await fetch(`http://127.0.0.1:${port}/api/follow`);
  const reader = (events.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
  const nextCrank = async (): Promise<number> => {
    const { value = '' } = await reader.read();
    return (JSON.parse(/^event: state\ndata: (.*)\n\n$/.exec(value)?.[1] ?? '{}') as { cranks: number }).cranks;
  };
  t.is(await nextCrank(), before.body.cranks);
  await kernel.call('alice', 'hear', ['more']);
  t.true((await nextCrank()) > before.body.cranks);
  await reader.cancel();
  t.is((await ask(port, 'overview')).body.cranks, (await ask(port, 'state')).body.cranks);
});
