import test from 'ava';
import { makeTestKernel } from 'cooperage/testing';

const source = (name: string) => ({ source: new URL(`../src/churn/${name}.ts`, import.meta.url) });

test('the user drops what the maker gave it', async t => {
  // In memory, audited after every crank, closed when the test ends.
  const kernel = await makeTestKernel(t, { vats: { maker: source('vat-maker'), user: source('vat-user') } });
  t.is(await kernel.call('maker', 'make', [kernel.root('user'), 0, 5]), 10);
  await kernel.reap();
  t.deepEqual(
    kernel.objects({ owner: 'maker' }).map(({ state }) => state),
    ['root'],
  );
  await kernel.assertNoGrowth(() => kernel.call('maker', 'make', [kernel.root('user'), 0, 5]), { rounds: 5 });
});
