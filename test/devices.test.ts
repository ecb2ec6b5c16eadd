/** Devices of the host's own, called by real vats: synchronous, undone with the crank, and never called again by a replay. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKernel, type KernelOptions, type KernelRef } from 'cooperage';
import { makeTestKernel, type TestKernel } from 'cooperage/testing';
import test, { type ExecutionContext } from 'ava';

const USER = { source: new URL('./vats/vat-device-user.js', import.meta.url) };
const COUNTER = new URL('./devices/counter-device.ts', import.meta.url);
const configure = (endowments: object = {}): Partial<KernelOptions> => ({
  bootstrap: 'alice',
  vats: { alice: { ...USER, onFault: 'suspend' }, bob: USER },
  devices: { counter: { source: COUNTER, parameters: { start: 10 }, endowments } },
});

type Use = (method: string, ...args: readonly unknown[]) => Promise<unknown>;

const openCounter = async (t: ExecutionContext, endowments: object = {}): Promise<{ kernel: TestKernel; use: Use }> => {
  const kernel = await makeTestKernel(t, configure(endowments));
  await kernel.run();
  return { kernel, use: (method, ...args) => kernel.call('alice', 'use', ['counter', method, ...args]) };
};

test('a vat gets devices at bootstrap, calls them, and is answered at once', async t => {
  const { kernel, use } = await openCounter(t);
  t.is(await use('increment'), 11);
  t.is(await use('increment'), 12);
  t.deepEqual(await use('echo', 1n, 'two', { three: [undefined] }), [1n, 'two', { three: [undefined] }]);
  const node = (await kernel.call('alice', 'get', ['counter'])) as KernelRef;
  t.is(String(node), 'kd30 Alleged: device counter');
  await kernel.call('bob', 'take', ['theirs', node]);
  t.is(await kernel.call('bob', 'use', ['theirs', 'increment']), 13, 'a device can be passed on');
  await kernel.call('bob', 'take', ['mine', kernel.device('counter')]);
  t.is(await kernel.call('bob', 'use', ['mine', 'increment']), 14, 'and the host can give it');
  await node.release();
});

test('a device makes nodes of its own, each one node by its name', async t => {
  const { kernel } = await openCounter(t);
  const useTally = (name: string, method: string): Promise<unknown> =>
    kernel.call('alice', 'useNode', ['counter', ['getTally', name], method]);
  t.deepEqual(
    [await useTally('a', 'increment'), await useTally('a', 'increment'), await useTally('b', 'increment')],
    [11, 12, 11],
  );
  t.is(await useTally('a b', 'getName'), 'a b');
  t.is(kernel.stats().tables['deviceNodes'], 4);
  const tally = (await kernel.call('alice', 'use', ['counter', 'getTally', 'a'])) as KernelRef;
  t.is(tally.iface, 'Alleged: device counter tally');
  t.deepEqual(
    await kernel.call('alice', 'use', ['counter', 'echo', tally]).then(list => String((list as unknown[])[0])),
    String(tally),
  );
  t.is(kernel.stats().tables['deviceNodes'], 4, 'asked for again it is the same');
});

test('what a device throws is an error that the vat may catch, and the call has done nothing', async t => {
  const { use } = await openCounter(t);
  await use('increment');
  await t.throwsAsync(use('halfway'), { message: 'only half way' });
  t.is(await use('increment'), 12);
  await t.throwsAsync(use('decrement'), {
    message: /device counter has no method "decrement", has \["drop","echo",.*"increment"/,
  });
  await t.throwsAsync(use('promise'), { message: /a promise of the host cannot be passed/ });
});

test('a crank that is undone takes what the device did with it', async t => {
  const put: string[] = [];
  const { kernel, use } = await openCounter(t, { put: (text: string) => void put.push(text) });
  await use('increment');
  await t.throwsAsync(kernel.call('alice', 'useAndThrow', ['counter', 'increment']), { message: 'afterwards' });
  t.deepEqual(put, ['count is 11', 'count is 12'], 'a rejection undoes nothing: the crank stands');
  const promise = await kernel.send('alice', 'useAndExit', ['counter', 'increment']);
  await kernel.run();
  t.deepEqual(put, ['count is 11', 'count is 12'], 'an exit with failure does');
  t.is((await kernel.promise(promise)).state, 'rejected');
  await kernel.call('bob', 'take', ['counter', kernel.device('counter')]);
  t.is(await kernel.call('bob', 'use', ['counter', 'increment']), 13);
  await kernel.release(promise);
});

test('a device holds what it keeps, and lets go of what it was only shown', async t => {
  const { kernel, use } = await openCounter(t);
  const objects = (): number => kernel.stats().tables['objects'] ?? 0;
  const before = objects();
  const thing = (await kernel.call('bob', 'make')) as KernelRef;
  await use('look', thing);
  await use('keep', { thing });
  await thing.release();
  await kernel.reap();
  t.is(objects(), before + 1, 'the device alone holds it');
  const { thing: kept } = (await use('getKept')) as { thing: KernelRef };
  t.is(kept.ref, thing.ref);
  t.is(await kernel.call(kept, 'ping'), 'pong of a thing');
  await kept.release();
  await use('drop');
  await kernel.reap();
  t.is(objects(), before);
  await kernel.assertNoGrowth(
    async () => {
      const shown = (await kernel.call('bob', 'make')) as KernelRef;
      await use('look', shown);
      await shown.release();
    },
    { rounds: 5 },
  );
});

test('the host tells a device things, which sends messages; what the device refuses has not happened', async t => {
  const { kernel, use } = await openCounter(t);
  const bob = (await kernel.call('bob', 'make')) as KernelRef;
  await use('wait', bob);
  t.is(await kernel.tellDevice('counter', 'poll', [5n]), 1);
  t.is(await kernel.tellDevice('counter', 'poll', [6n]), 0);
  await kernel.tellDevice('counter', 'give', [bob]);
  t.is(String(await use('getGiven')), String(bob));
  await t.throwsAsync(kernel.tellDevice('counter', 'wind', []), {
    code: 'ERR_DEVICE',
    message: /"counter" refused wind\(\): it takes no such input; it takes \["give","poll"\]/,
  });
  await t.throwsAsync(kernel.tellDevice('clock', 'poll', []), {
    code: 'ERR_DEVICE',
    message: /no device named "clock"\n.*counter/,
  });
  t.throws(() => kernel.device('clock'), { code: 'ERR_DEVICE' });
  await bob.release();
});

test('a kernel that is opened again goes on with what devices remember, and calls none of them to replay', async t => {
  const database = join(mkdtempSync(join(tmpdir(), 'cooperage-devices-')), 'kernel.sqlite');
  const calls: string[] = [];
  const open = (changes: object = {}) =>
    openKernel({ ...configure({ calls }), database, auditEveryCrank: true, console: 'silent', ...changes });
  let kernel = await open();
  await kernel.run();
  await kernel.call('alice', 'use', ['counter', 'increment']);
  const hash = kernel.stats().activity.hash;
  await kernel.close();
  kernel = await open();
  t.is(kernel.stats().activity.hash, hash, 'opening is no event');
  t.is(await kernel.call('alice', 'use', ['counter', 'increment']), 12);
  t.deepEqual(calls, ['increment', 'increment'], 'the first call was answered from the transcript');
  await kernel.close();
  const counter = { source: COUNTER, parameters: { start: 10 } };
  for (const [changes, message] of [
    [{ devices: {} }, /device "counter" is not given\n.*does not have its code/],
    [{ devices: { counter: { ...counter, parameters: { start: 11 } } } }, /the parameters of device "counter" have changed/],
    [{ devices: { counter: { source: new URL('./vats/vat-puppet.js', import.meta.url) } } }, /exports no makeDevice/],
    [{ devices: { counter: { source: './nowhere.ts' } } }, /the source of device "counter" cannot be loaded/],
    [{ devices: { counter: { parameters: 1 } } }, /devices\.counter must have a source or a makeDevice/],
    [{ devices: { counter: { ...counter, speed: 1 } } }, /unknown key "speed" in devices\.counter/],
    [{ devices: { 'a b': counter } }, /"a b" cannot be the name of a device/],
    [{ devices: { counter, vatAdmin: counter } }, /"vatAdmin" is the name of the vat and the device/],
    [
      {
        devices: {
          counter: {
            makeDevice: () => {
              throw new Error('no battery');
            },
            parameters: { start: 10 },
          },
        },
      },
      /device "counter" cannot be made: no battery/,
    ],
  ] as const) {
    await t.throwsAsync(open(changes), { message }, String(message));
  }
  const second = { makeDevice: () => ({ hello: () => 'hello' }) };
  kernel = await open({ devices: { counter, second } });
  await kernel.call('bob', 'take', ['second', kernel.device('second')]);
  t.is(await kernel.call('bob', 'use', ['second', 'hello']), 'hello', 'a device can come later');
  await kernel.close();
});

test('what a device wants put out waits for the disk, and is lost with the block that wanted it', async t => {
  const put: string[] = [];
  const device = {
    makeDevice: ({ whenDurable }: { whenDurable: (act: () => void) => void }) => ({
      say: (text: string) => whenDurable(() => void put.push(text)),
    }),
  };
  const kernel = await makeTestKernel(t, { bootstrap: 'alice', vats: { alice: USER }, devices: { log: device as never } });
  await kernel.run();
  const answer = kernel.call('alice', 'use', ['log', 'say', 'one']);
  t.deepEqual(put, []);
  await answer;
  t.deepEqual(put, ['one']);
});
