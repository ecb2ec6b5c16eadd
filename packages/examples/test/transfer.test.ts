import test from 'ava';
import { simulate } from 'cooperage/testing';

const source = (name: string) => ({ source: new URL(`../src/transfer/${name}.ts`, import.meta.url) });

test('money is neither made nor lost, whatever happens to the kernel', async t => {
  await simulate(t, {
    vats: { bank: source('vat-bank'), alice: source('vat-alice'), bob: source('vat-bob') },
    bootstrap: 'bank',
    seeds: 3,
    model: () => ({ minted: 0n }),
    actions: {
      mint: async ({ kernel, random, model }) => {
        const amount = BigInt(1 + random.below(100));
        const payment = await kernel.call('bank', 'mint', [amount]);
        await kernel.call(random.pick(['alice', 'bob']), 'receive', [payment]);
        model.minted += amount;
      },
      // Only queued: what comes next meets it on its way.
      pay: ({ kernel, random }) => kernel.send('alice', 'pay', [kernel.root('bob'), BigInt(1 + random.below(50))]),
    },
    // Asked whenever nothing is on its way.
    invariant: async (kernel, { minted }) => {
      const alice = (await kernel.call('alice', 'getBalance')) as bigint;
      const bob = (await kernel.call('bob', 'getBalance')) as bigint;
      return alice + bob === minted;
    },
    // Purses that were emptied and dropped leave the tables.
    expectNoGrowth: true,
  });
});
