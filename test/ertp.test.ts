/**
 * `@agoric/ertp`, as published, as vat code: issuer kits, purses and payments between three vats, over restarts and upgrades. What it
 * costs is counted.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KernelRef } from 'cooperage';
import { makeTestKernel, type TestKernelOptions } from 'cooperage/testing';
import test, { type ExecutionContext } from 'ava';

const source = (name: string) => ({ source: new URL(`./vats/vat-ertp-${name}.js`, import.meta.url) });
const vats = { mint: source('mint'), alice: source('holder'), bob: source('holder') };

/** So many a withdrawal and a deposit in one delivery may make. SwingSet makes 74, as it reads everything anew in each. */
const SYSCALLS = { warm: 8, cold: 24 } as const;

const openBank = async (t: ExecutionContext, options: TestKernelOptions = {}) => {
  const kernel = await makeTestKernel(t, { vats, ...options });
  for (const holder of ['alice', 'bob']) await kernel.call(holder, 'open', [kernel.root('mint')]);
  const payment = (await kernel.call('mint', 'mint', [100n])) as KernelRef;
  t.is(await kernel.call('alice', 'receive', [payment]), 100n);
  kernel.release(payment);
  return kernel;
};

type Bank = Awaited<ReturnType<typeof openBank>>;
const balances = async (kernel: Bank): Promise<unknown> => [
  await kernel.call('alice', 'balance'),
  await kernel.call('bob', 'balance'),
];

test('a mint makes money, holders pay each other, and what is burnt or spent is gone', async t => {
  const kernel = await openBank(t);
  t.is(await kernel.call('alice', 'pay', [kernel.root('bob'), 30n]), 30n);
  t.deepEqual(await balances(kernel), [70n, 30n]);
  t.is(await kernel.call('bob', 'burn', [10n]), 10n);
  t.deepEqual(await balances(kernel), [70n, 20n]);
  await t.throwsAsync(() => kernel.call('bob', 'pay', [kernel.root('alice'), 21n]), { message: /Withdrawal of .* failed/ });
  const payment = (await kernel.call('alice', 'withdraw', [5n])) as KernelRef;
  t.true(await kernel.call('bob', 'isLive', [payment]));
  t.is(await kernel.call('bob', 'receive', [payment]), 5n);
  t.false(await kernel.call('bob', 'isLive', [payment]));
  await t.throwsAsync(() => kernel.call('alice', 'receive', [payment]), { message: /was not a live payment/ });
  t.deepEqual(await balances(kernel), [65n, 25n]);
});

test('a transfer between two purses of the mint makes few syscalls', async t => {
  let syscalls: string[] = [];
  const kernel = await makeTestKernel(t, {
    vats: { mint: vats.mint },
    slog: event => {
      if (event.type === 'syscall' && event.syscall !== null) syscalls.push(event.syscall.type);
    },
  });
  await kernel.run();
  t.log(`start of the mint: ${syscalls.length} syscalls`);
  await kernel.call('mint', 'openPurse', ['mine', 100n]);
  await kernel.call('mint', 'openPurse', ['yours', 0n]);
  const countTransfer = async (when: string): Promise<number> => {
    syscalls = [];
    t.is(await kernel.call('mint', 'transfer', ['mine', 'yours', 10n]), 10n);
    t.log(`withdraw and deposit ${when}: ${syscalls.length} syscalls (${syscalls.join(' ')})`);
    return syscalls.length;
  };
  t.true((await countTransfer('of rows that were read before')) <= SYSCALLS.warm);
  await kernel.reap();
  await kernel.upgradeVat('mint', vats.mint);
  t.true((await countTransfer('first of all after an upgrade')) <= SYSCALLS.cold);
  t.true((await countTransfer('again')) <= SYSCALLS.warm);
  t.deepEqual(await kernel.call('mint', 'balances'), [
    ['mine', 70n],
    ['yours', 30n],
  ]);
});

test('money changes hands without growth', async t => {
  const kernel = await openBank(t);
  await t.notThrowsAsync(() =>
    kernel.assertNoGrowth(
      async () => {
        await kernel.call('alice', 'pay', [kernel.root('bob'), 7n]);
        await kernel.call('bob', 'pay', [kernel.root('alice'), 7n]);
      },
      { rounds: 20 },
    ),
  );
  t.deepEqual(await balances(kernel), [100n, 0n]);
});

test('purses and payments outlive restarts and upgrades of all who are part of it', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-ertp-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const database = join(folder, 'bank.sqlite');
  const options = { database, synchronous: 'OFF' } as const;
  let kernel = await openBank(t, options);
  const restart = async (): Promise<void> => {
    await kernel.close();
    kernel = await makeTestKernel(t, options);
  };
  await kernel.call('alice', 'pay', [kernel.root('bob'), 30n]);
  await restart();
  t.deepEqual(await balances(kernel), [70n, 30n]);

  // A payment that is under way while the mint is upgraded.
  const payment = (await kernel.call('alice', 'withdraw', [20n])) as KernelRef;
  const issuer = (await kernel.call('mint', 'getIssuer')) as KernelRef;
  t.deepEqual(await kernel.upgradeVat('mint', vats.mint), { incarnation: 1 });
  t.is(((await kernel.call('mint', 'getIssuer')) as KernelRef).ref, issuer.ref);
  t.deepEqual(await balances(kernel), [50n, 30n]);
  t.is(await kernel.call('bob', 'receive', [payment]), 20n);
  kernel.release(payment);

  for (const holder of ['alice', 'bob'] as const) await kernel.upgradeVat(holder, vats[holder]);
  await restart();
  await kernel.upgradeVat('mint', vats.mint);
  t.is(await kernel.call('bob', 'pay', [kernel.root('alice'), 1n]), 1n);
  t.deepEqual(await balances(kernel), [51n, 49n]);
  await kernel.reap();
  t.deepEqual(kernel.audit(), []);
});
