/** The slog is what its schema says, in real kernels; and the texts that are generated from the schema are those that it says now. */
import '@cooperage/worker/lockdown';
import { readFileSync } from 'node:fs';
import { E, Far } from '@endo/far';
import { Ajv, type ValidateFunction } from 'ajv';
import test, { type ExecutionContext } from 'ava';
import { makeSlogSchema, SLOG_EVENTS } from '@cooperage/kernel/observe/slog-schema';
import type { SlogEvent } from '@cooperage/kernel/observe/slog';
import { openKernel } from '@cooperage/host/open';
import { makeTestKernel } from 'cooperage/testing';
import { makeSlogDoc, makeSlogSchemaText } from '../packages/kernel/scripts/slog-doc.ts';
import { actor, call, makeRig } from '../packages/kernel/test/rig.ts';

type Target = { readonly [method: string]: (...args: unknown[]) => unknown };

const compile = (): ValidateFunction => new Ajv({ strict: true, strictTypes: false }).compile(makeSlogSchema());
const isEvent = compile();

/** Holds every event against the schema, as a reader of the file would meet it. Returns the types that there were. */
const check = (t: ExecutionContext, events: readonly SlogEvent[]): Set<string> => {
  for (const event of events) {
    const line = JSON.parse(JSON.stringify(event)) as unknown;
    if (!isEvent(line)) return t.fail(`${JSON.stringify(line)}\n${JSON.stringify(isEvent.errors)}`) as never;
  }
  return new Set(events.map(({ type }) => type));
};

const buildShelf = (powers: { readonly exitVatWithFailure: (reason: Error) => void }) => {
  const kept: unknown[] = [];
  return Far('shelf', {
    hold: (thing: unknown) => void kept.push(thing),
    letGo: () => void kept.splice(0),
    never: () => new Promise(() => {}),
    fail: () => powers.exitVatWithFailure(Error('no more')),
  });
};
const buildMaker = () =>
  Far('maker', {
    lend: (shelf: Target) => E(shelf)['hold']?.(Far('loan', {})),
    wait: (shelf: Target) => void E(shelf)['never']?.(),
  });

test('all that a kernel does in an eventful life is as the schema says', async t => {
  const events: SlogEvent[] = [];
  const write = (event: SlogEvent): void => void events.push(event);
  const vats = { shelf: { buildRootObject: buildShelf as never }, maker: { buildRootObject: buildMaker as never } };
  const kernel = await openKernel({ database: ':memory:', console: 'silent', vats, slog: write, maxOnline: 1 });
  t.teardown(() => kernel.close());
  for (let i = 0; i < 3; i += 1) await kernel.call('maker', 'lend', [kernel.root('shelf')]);
  await kernel.call('maker', 'wait', [kernel.root('shelf')]);
  await kernel.call('shelf', 'letGo');
  await kernel.reap();
  await kernel.heapOf('maker');
  await kernel.upgradeVat('shelf', { buildRootObject: buildShelf as never, rehearse: true });
  await kernel.upgradeVat('shelf', { buildRootObject: buildShelf as never });
  await t.throwsAsync(kernel.upgradeVat('shelf', { buildRootObject: (() => Promise.reject(Error('bad'))) as never }));
  await kernel.suspendVat('maker', 'tired');
  await kernel.send('maker', 'lend', [kernel.root('shelf')]);
  await kernel.run();
  await kernel.resumeVat('maker');
  await kernel.run();
  await t.throwsAsync(kernel.call('shelf', 'fail'));
  await kernel.run();
  const seen = check(t, events);
  t.deepEqual([...seen].sort(), Object.keys(SLOG_EVENTS).sort(), 'every event of the schema was there');
  t.deepEqual(events[0], { type: 'slog', version: 1 });
  t.deepEqual(
    ['enqueued', 'removed', 'parked', 'unparked'].filter(
      change => !events.some(event => event.type === 'queue' && event.change === change),
    ),
    [],
  );
});

test('what vats do wrong is told as the schema says', async t => {
  const events: SlogEvent[] = [];
  const rig = await makeRig(
    t,
    {
      rogue: actor({
        x: () => [
          { type: 'vatstoreGet', key: 'k' },
          { type: 'dropImports', refs: ['o-99'] },
        ],
      }),
      mad: actor({ x: () => [{ strange: [1, { deep: null }] }] }),
    },
    { slog: event => void events.push(event) },
  );
  await rig.tell('rogue', call('x'));
  await rig.tell('mad', call('x'));
  check(t, events);
  t.true(events.some(event => event.type === 'syscall' && event.syscall === null));
  t.is(events.filter(({ type }) => type === 'crank-abandon').length, 2);
});

test('the schema refuses what is no event', t => {
  const good = { type: 'deliver-result', crank: 1, vat: 'v1', fault: null };
  t.true(isEvent(good));
  t.true(isEvent({ ...good, time: 1_700_000_000_000.5 }), 'a host may add the time');
  for (const bad of [
    { ...good, crank: -1 },
    { ...good, vat: 'ko1' },
    { ...good, more: 1 },
    { type: 'deliver-result', crank: 1, vat: 'v1' },
    { type: 'nonsense' },
    {
      type: 'syscall',
      crank: 1,
      vat: 'v1',
      syscall: { type: 'subscribe', promise: 'kp40' },
      vatSyscall: 7,
      result: { outcome: 'ok', value: null },
    },
  ])
    t.false(isEvent(bad), JSON.stringify(bad));
});

test('the texts that are generated from the schema are up to date', t => {
  const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
  t.is(read('docs/slog.md'), makeSlogDoc(), 'run: npm run schema');
  t.is(read('packages/cooperage/slog.schema.json'), makeSlogSchemaText(), 'run: npm run schema');
});

test('two kernels that do the same tell the same, but for what the machine decides', async t => {
  const tell = async (maxOnline: number): Promise<string[]> => {
    const events: SlogEvent[] = [];
    const rig = await makeRig(t, { a: actor({}), b: actor({}) }, { slog: event => void events.push(event), maxOnline });
    for (const name of ['a', 'b', 'a']) await rig.tell(name, call('x'));
    return events.filter(({ type }) => !/^(replay-|evict)/.test(type)).map(event => JSON.stringify(event));
  };
  t.deepEqual(await tell(1), await tell(50));
});

test('the slog of a test that fails is a file that its log names; of one that passes, nothing is left', async t => {
  const run = async (passed: boolean): Promise<string[]> => {
    const logs: string[] = [];
    const teardowns: (() => void | Promise<void>)[] = [];
    const context = {
      title: 'a test: "it/../breaks"',
      passed,
      log: (...values: unknown[]) => void logs.push(values.join(' ')),
      teardown: (fn: () => void | Promise<void>) => void teardowns.push(fn),
    };
    const kernel = await makeTestKernel(context, {
      slog: 'on failure',
      vats: { maker: { buildRootObject: buildMaker as never } },
    });
    await kernel.run();
    for (const teardown of teardowns.reverse()) await teardown();
    return logs;
  };
  t.deepEqual(await run(true), []);
  const [line = ''] = await run(false);
  const [, path = ''] = /events: (.*)$/.exec(line) ?? [];
  t.regex(path, /a-test-it-breaks-?\.jsonl$/);
  const events = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map(text => JSON.parse(text) as SlogEvent);
  t.true(check(t, events).has('crank-finish'));
});
