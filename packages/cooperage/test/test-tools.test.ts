/** Tools for tests of vats: time that the test moves, and a dump that survives snapshots. And a leak, found as a newcomer would. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { dumpKernel, makeManualClock, makeTestKernel } from '../src/testing.ts';
import { E, Far } from '@endo/far';

type Target = { readonly [method: string]: (...args: unknown[]) => unknown };
type D = (device: object) => Target;

const buildSleeper = ({ D }: { D: D }) => {
  const diary: string[] = [];
  const handlers = new Map<string, object>();
  return Far('sleeper', {
    sleep: (clock: object, name: string, until: bigint) => {
      const handler = Far(name, {
        wake: (time: bigint) => void diary.push(`${name} woken for ${time} at ${String(D(clock)['getTime']?.())}`),
      });
      handlers.set(name, handler);
      D(clock)['wakeAt']?.(until, handler);
    },
    give: (clock: object, name: string) => void D(clock)['cancel']?.(handlers.get(name)),
    read: () => harden([...diary]),
  });
};

test('time stands still until the test moves it, and wakes whoever waits, in order', async t => {
  const clock = makeManualClock({ start: 100n });
  const kernel = await makeTestKernel(t, {
    vats: { sleeper: { buildRootObject: buildSleeper as never } },
    devices: { clock: clock.device },
  });
  const device = kernel.device('clock');
  await kernel.call('sleeper', 'sleep', [device, 'late', 130n]);
  await kernel.call('sleeper', 'sleep', [device, 'early', 110n]);
  await kernel.call('sleeper', 'sleep', [device, 'never', 120n]);
  await kernel.call('sleeper', 'give', [device, 'never']);
  t.is(await clock.advance(kernel, 9n), 0);
  t.deepEqual(await kernel.call('sleeper', 'read'), []);
  t.is(await clock.advance(kernel, 50n), 2);
  t.is(clock.now(), 159n);
  t.deepEqual(await kernel.call('sleeper', 'read'), ['early woken for 110 at 159', 'late woken for 130 at 159']);
  await t.throwsAsync(clock.advance(kernel, -1n), { instanceOf: TypeError });
  await kernel.reap();
  t.is(
    kernel.objects({ owner: 'sleeper' }).filter(({ state }) => state === 'reachable').length,
    0,
    'the clock lets go of its handlers',
  );
});

const buildShelf = () => {
  const kept: unknown[] = [];
  return Far('shelf', { keep: (thing: unknown) => kept.push(thing), never: () => new Promise(() => {}) });
};
const buildMaker = () =>
  Far('maker', {
    lend: (shelf: Target, name: string) => E(shelf)['keep']?.(Far(name, {})),
    forget: () => void Far('nobody has this', {}),
    ask: (shelf: Target) => void E(E(shelf)['never']?.() as unknown as Target)['poke']?.('please'),
  });
const vats = { shelf: { buildRootObject: buildShelf as never }, maker: { buildRootObject: buildMaker as never } };

test('a dump names things, and does not change with the numbers that they have', async t => {
  const make = async (earlier: number) => {
    const kernel = await makeTestKernel(t, { vats });
    for (let i = 0; i < earlier; i += 1) await kernel.call('shelf', 'keep', [i]);
    await kernel.call('maker', 'lend', [kernel.root('shelf'), 'loan']);
    await kernel.call('maker', 'ask', [kernel.root('shelf')]);
    await kernel.run();
    await kernel.suspendVat('maker');
    await kernel.release(await kernel.send('maker', 'lend', [kernel.root('shelf'), 'another']));
    await kernel.run();
    return kernel;
  };
  const [one, other] = [await make(0), await make(7)];
  t.notDeepEqual(
    one.objects().map(({ ref }) => ref),
    [],
    'there is something to name',
  );
  t.deepEqual(dumpKernel(one), dumpKernel(other));
  t.notDeepEqual(one.stats().activity, other.stats().activity);
  const { vats: named, objects, promises, queue } = dumpKernel(one);
  t.deepEqual(named['shelf']?.imports, ['maker:1']);
  t.like(named['maker'], { state: 'suspended', imports: ['shelf:root'] });
  t.deepEqual(objects['maker:1'], { state: 'reachable', holders: ['shelf'] });
  t.true(Object.values(promises).some(({ decider, waiting }) => decider === 'shelf' && /poke\("please"\)/.test(waiting.join())));
  t.regex(queue.join(), /^maker:root\.lend\(shelf:root "[^"]*", "another"\) -> promise \d \(parked\)$/);
  t.notRegex(JSON.stringify(dumpKernel(one)), /\bk[op]\d/);
});

const BIN = fileURLToPath(new URL('../bin/cooperage.js', import.meta.url));
const cooperage = (...args: string[]): string => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [BIN, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
};

test('a leak is found by somebody who knows nothing of the program: what grows, whose it is, who holds it', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-leak-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const database = join(folder, 'leaky.sqlite');
  const kernel = await makeTestKernel(t, { database, vats });
  const look = async (rounds: number) => {
    for (let i = 0; i < rounds; i += 1) {
      await kernel.call('maker', 'lend', [kernel.root('shelf'), 'loan']);
      await kernel.call('maker', 'forget');
    }
    await kernel.reap();
    return JSON.parse(cooperage('inspect', database, '--json')) as { rows: Record<string, number> };
  };
  const [before, after] = [await look(5), await look(20)];
  const grown = Object.keys(after.rows).filter(
    table => (after.rows[table] ?? 0) - (before.rows[table] ?? 0) >= 20 && table !== 'transcripts',
  );
  t.deepEqual(grown.sort(), ['clists', 'objects']);
  const { rows: byVat } = JSON.parse(cooperage('inspect', database, 'vats', '--json')) as {
    rows: { name: string; exports: number; imports: number }[];
  };
  t.deepEqual(
    byVat.filter(({ exports }) => exports > 20).map(({ name }) => name),
    ['maker'],
    'whose objects they are',
  );
  const objects = JSON.parse(cooperage('inspect', database, 'objects', '--owner', 'maker', '--state', 'reachable', '--json')) as {
    rows: { ref: string; importers: string[] }[];
    total: number;
  };
  t.is(objects.total, 25);
  const ref = objects.rows[0]?.ref ?? '';
  const why = cooperage('why', database, ref);
  t.regex(why, /c-list +v1 +o-\d+/);
  t.regex(why, /the heap of v1 \(shelf\)/, 'who holds them');
});

test('assertions that hold count as assertions of the test, and a count of rounds must be one', async t => {
  let passed = 0;
  const counting = { teardown: (fn: () => Promise<void> | void) => t.teardown(fn), pass: () => void (passed += 1) };
  const kernel = await makeTestKernel(counting, { vats: { quiet: { buildRootObject: () => Far('quiet', { hush: () => {} }) } } });
  await kernel.assertNoGrowth(() => kernel.call('quiet', 'hush'), { rounds: 1, warmUp: 1 });
  kernel.assertAlive(kernel.root('quiet'));
  t.is(passed, 2);
  await t.throwsAsync(
    kernel.assertNoGrowth(() => {}, { rounds: 0 }),
    { message: /rounds is 0/ },
  );
  t.is(passed, 2);
});
