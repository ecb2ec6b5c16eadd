/**
 * Kernels for tests: in memory, audited after every crank, closed when the test ends. Everything in them is real but the disk.
 */
import './lockdown-for-tests.ts';
import type { KernelController } from '@cooperage/host/controller';
import { openKernel } from '@cooperage/host/open';
import type { KernelOptions } from '@cooperage/host/options';
import { describeGrowth, type TableCounts } from './growth.ts';

/** What of ava's `t` is used. */
export type TestContext = { readonly teardown: (fn: () => void | Promise<void>) => void };

export type TestKernelOptions = Partial<KernelOptions>;

export type GrowthOptions = {
  /** How often the act is measured; default 10. */
  readonly rounds?: number;
  /** How often it is done before, so that what is made once is there; default 3. */
  readonly warmUp?: number;
};

export type TestKernel = KernelController & {
  /** Rejects when doing `act` again and again leaves more rows behind each time. Says which tables grow, and how fast. */
  readonly assertNoGrowth: (act: () => unknown, options?: GrowthOptions) => Promise<void>;
};

const makeAssertNoGrowth =
  (kernel: KernelController): TestKernel['assertNoGrowth'] =>
  async (act, { rounds = 10, warmUp = 3 } = {}) => {
    const doRounds = async (count: number): Promise<TableCounts> => {
      for (let round = 0; round < count; round += 1) {
        await act();
        await kernel.reap();
      }
      return kernel.stats().tables;
    };
    const before = await doRounds(warmUp);
    const growth = describeGrowth(before, await doRounds(rounds), rounds);
    if (growth.length > 0) throw new Error(`rows grow over ${rounds} rounds:\n  ${growth.join('\n  ')}`);
  };

/** Opens a kernel that the test's teardown closes. Options as for `openKernel`; the database is in memory unless one is given. */
export const makeTestKernel = async (t: TestContext, options: TestKernelOptions = {}): Promise<TestKernel> => {
  const kernel = await openKernel({ database: ':memory:', auditEveryCrank: true, console: 'silent', ...options });
  t.teardown(() => kernel.close());
  return Object.assign(kernel, { assertNoGrowth: makeAssertNoGrowth(kernel) });
};
