/** `openKernel({ collect: { cycles: 'auto' } })`: when cycles are looked for unasked. */
import test, { type ExecutionContext } from 'ava';
import { makeTestKernel, type TestKernelOptions } from 'cooperage/testing';

const ring = { source: new URL('./vats/vat-ring.js', import.meta.url) };

const open = (t: ExecutionContext, options: TestKernelOptions = {}) =>
  makeTestKernel(t, { vats: { alice: ring, bob: ring }, auditEveryCrank: false, ...options });

type Opened = Awaited<ReturnType<typeof open>>;

const tie = async (kernel: Opened, count: number): Promise<number> => {
  await kernel.call('alice', 'tie', [kernel.root('bob'), count]);
  return kernel.stats().tables['objects'] ?? 0;
};

test('a program that leaks rings stays flat where cycles are looked for by themselves, and grows where they are not', async t => {
  const [auto, never] = [await open(t, { collect: { cycles: 'auto' } }), await open(t)];
  const most = { auto: 0, never: 0 };
  for (let i = 0; i < 8; i += 1) {
    most.auto = Math.max(most.auto, await tie(auto, 200));
    most.never = Math.max(most.never, await tie(never, 200));
  }
  t.is(most.never, 2 + 8 * 400);
  t.true(most.auto < 3_000, `${most.auto} objects`);
  t.deepEqual(auto.audit(), []);
});

test('what is alive stays, and is not looked at again until as much has come to it', async t => {
  const looks: number[] = [];
  const kernel = await open(t, { collect: { cycles: 'auto' } });
  let hash = '';
  for (let i = 0; i < 6; i += 1) {
    await kernel.call('alice', 'tieKept', [kernel.root('bob'), 250]);
    looks.push(kernel.stats().tables['objects'] ?? 0);
    hash = kernel.stats().activity.hash;
  }
  t.deepEqual(
    looks,
    Array.from({ length: 6 }, (_, i) => 2 + (i + 1) * 500),
  );
  t.not(hash, '');
});

test('the same acts give the same looks, also over a restart', async t => {
  const hashes = await Promise.all(
    [1, 2].map(async () => {
      const kernel = await open(t, { collect: { cycles: 'auto' } });
      for (let i = 0; i < 4; i += 1) await tie(kernel, 300);
      return kernel.stats().activity.hash;
    }),
  );
  t.is(hashes[0], hashes[1]);
});

test('step looks for nothing, and a wrong setting is refused', async t => {
  const kernel = await open(t, { collect: { cycles: 'auto' } });
  await kernel.send('alice', 'tie', [kernel.root('bob'), 600]);
  while ((await kernel.step()) !== undefined);
  t.is(kernel.stats().tables['objects'], 2 + 1_200);
  await t.throwsAsync(open(t, { collect: { cycles: 'sometimes' as never } }), { code: 'ERR_CONFIG', message: /collect\.cycles/ });
  await t.throwsAsync(open(t, { collect: { rings: 'auto' } as never }), { code: 'ERR_CONFIG', message: /"rings"/ });
});
