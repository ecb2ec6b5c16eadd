/** The test kernel, as a test of vats uses it. */
import { type GrowthOptions, makeTestKernel, type TestContext } from '../src/make-test-kernel.ts';
import { E, Far } from '@endo/far';
import test from 'ava';
import type { KernelRef } from '@cooperage/host/kernel-ref';
import { describeGrowth } from '../src/growth.ts';

type Taker = { take(thing: object): unknown };

const alice = {
  buildRootObject: () => {
    let peer: Taker;
    return Far('alice', {
      meet: (bob: Taker) => void (peer = bob),
      make: () => Far('gift', {}),
      giveAndForget: () => E(peer).take(Far('gift', {})),
    });
  },
};

const bob = {
  buildRootObject: () => {
    const hoard: object[] = [];
    return Far('bob', {
      take: (_thing: object) => undefined,
      hoard: (thing: object) => void hoard.push(thing),
      forget: () => void hoard.splice(0),
    });
  },
};

const hoarder = {
  buildRootObject: () => {
    const hoard: object[] = [];
    return Far('hoarder', { take: (thing: object) => void hoard.push(thing) });
  },
};

const once: GrowthOptions = { rounds: 5 };

test('bob drops what alice gave him', async t => {
  const kernel = await makeTestKernel(t, { vats: { alice, bob } });
  await kernel.call('alice', 'meet', [kernel.root('bob')]);
  await kernel.call('alice', 'giveAndForget');
  await kernel.reap();
  t.deepEqual(
    kernel.objects({ owner: 'alice' }).map(({ state }) => state),
    ['root'],
  );
  await kernel.assertNoGrowth(() => kernel.call('alice', 'giveAndForget'), { rounds: 20 });
});

test('a vat that keeps what it gets is found out, table by table', async t => {
  const kernel = await makeTestKernel(t, { vats: { alice, hoarder } });
  await kernel.call('alice', 'meet', [kernel.root('hoarder')]);
  const error = await t.throwsAsync(kernel.assertNoGrowth(() => kernel.call('alice', 'giveAndForget'), once));
  t.regex(error.message, /^rows grow over 5 rounds:\n/);
  t.regex(error.message, /objects: 5 -> 10 rows, 1 per round/);
  t.regex(error.message, /clists: \d+ -> \d+ rows, 2 per round/);
  t.notRegex(error.message, /transcripts|promises/);
});

test('what was collected and what is alive is told apart, with the path that keeps it', async t => {
  const kernel = await makeTestKernel(t, { vats: { alice, bob } });
  const gift = (await kernel.call('alice', 'make')) as KernelRef;
  kernel.assertAlive(gift);
  t.throws(() => kernel.assertCollected(gift), {
    message: /^ko22 is alive:\n {2}pin "host": .*\n {2}-> ko22, o\+1 of v1 \(alice\)\n/,
  });
  await kernel.call('bob', 'hoard', [gift]);
  await gift.release();
  await kernel.reap();
  kernel.assertAlive(gift);
  t.throws(() => kernel.assertCollected(gift.ref), { message: /the heap of v2 \(bob\): as o-50[^]*held by c-list of v2 o-50$/ });
  await kernel.call('bob', 'forget');
  await kernel.reap();
  kernel.assertCollected(gift);
  t.throws(() => kernel.assertAlive(gift), { message: /^ko22 is gone/ });
  t.throws(() => kernel.assertCollected('ko220'), { message: /there never was a ko220/ });
});

test('the kernel is closed when its test ends', async t => {
  const teardowns: (() => void | Promise<void>)[] = [];
  const context: TestContext = { teardown: fn => void teardowns.push(fn) };
  const kernel = await makeTestKernel(context, { vats: { bob } });
  for (const teardown of teardowns) await teardown();
  await t.throwsAsync(kernel.run(), { code: 'ERR_CLOSED' });
});

test('growth is told with counts and rate', t => {
  t.deepEqual(describeGrowth({ objects: 1, transcripts: 0 }, { objects: 4, transcripts: 90, clists: 2 }, 2), [
    'objects: 1 -> 4 rows, 1.5 per round',
    'clists: 0 -> 2 rows, 1 per round',
  ]);
  t.deepEqual(describeGrowth({ objects: 5 }, { objects: 5 }, 10), []);
});
