/**
 * Kernels for tests: in memory, audited after every crank, closed when the test ends. Everything in them is real but the disk.
 */
import './lockdown-for-tests.ts';
import type { KernelController } from '@cooperage/host/controller';
import type { KernelRef } from '@cooperage/host/kernel-ref';
import { openKernel } from '@cooperage/host/open';
import type { KernelOptions } from '@cooperage/host/options';
import type { WhyAnswer } from '@cooperage/host/why';
import { CooperageError } from '@cooperage/protocol/errors';
import { KeptSlog } from './kept-slog.ts';
import { describeGrowth, type TableCounts } from './growth.ts';

/** What of ava's `t` is used. */
export type TestContext = {
  readonly teardown: (fn: () => void | Promise<void>) => void;
  readonly title?: string;
  readonly passed?: boolean;
  readonly log?: (...values: unknown[]) => void;
  /** Called when an assertion of the kernel holds, so that a test may have no others. */
  readonly pass?: () => void;
};

export type TestKernelOptions = Omit<Partial<KernelOptions>, 'slog'> & {
  /** As for `openKernel`; or 'on failure': kept in memory, and written to a file that the log of a failing test names. */
  readonly slog?: KernelOptions['slog'] | 'on failure';
};

export type GrowthOptions = {
  /** How often the act is measured; default 10. */
  readonly rounds?: number;
  /** How often it is done before, so that what is made once is there; default 3. */
  readonly warmUp?: number;
};

export type AssertCollected = {
  (ref: KernelRef | string): void;
  (ref: KernelRef | string, options: { readonly heap: true }): Promise<void>;
};

export type TestKernel = KernelController & {
  /** Rejects when doing `act` again and again leaves more rows behind each time. Says which tables grow, and how fast. */
  readonly assertNoGrowth: (act: () => unknown, options?: GrowthOptions) => Promise<void>;
  /**
   * Throws when something keeps it, or could still recognize it, and says what: the path from a root. Reap or collect before, and let go
   * of it: a KernelRef that is not released keeps it too. Takes a KernelRef, released or not, `ko20`, or `bob o+d12/5`. With `heap: true`
   * the path goes on through the memories of vats, and the assertion is to be awaited.
   */
  readonly assertCollected: AssertCollected;
  /** Throws when it is gone, or when nothing reaches it any more. */
  readonly assertAlive: (ref: KernelRef | string) => void;
};

const makeAssertNoGrowth =
  (kernel: KernelController): TestKernel['assertNoGrowth'] =>
  async (act, { rounds = 10, warmUp = 3 } = {}) => {
    if (!Number.isSafeInteger(rounds) || rounds < 1) throw new TypeError(`rounds is ${rounds}, not a whole number above 0`);
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

/** The error if it says that the thing is gone. What never was throws: the name is wrong. */
const insistGone = (error: unknown): CooperageError => {
  if (error instanceof CooperageError && error.code === 'ERR_GONE') return error;
  throw error;
};

const ask = (kernel: KernelController, ref: KernelRef | string): WhyAnswer | CooperageError => {
  try {
    return kernel.why(ref, { limit: 5 });
  } catch (error) {
    return insistGone(error);
  }
};

const describeHolders = ({ holders: { rows, more } }: WhyAnswer): string =>
  [
    ...rows.map(({ kind, holder, detail }) => `${kind} of ${holder} ${detail}`.trimEnd()),
    ...(more > 0 ? [`${more} more`] : []),
  ].join(', ');

const isReached = ({ path }: WhyAnswer): boolean => path !== null;

const refuseAlive = (answer: WhyAnswer | CooperageError): void => {
  if (answer instanceof CooperageError) return;
  const held = isReached(answer) ? 'is alive' : 'is reached by nothing, but its record is still there';
  throw new Error(`${answer.ref} ${held}:\n${answer.explanation}\nheld by ${describeHolders(answer) || 'no row'}`);
};

const makeAssertCollected = (kernel: KernelController): AssertCollected =>
  ((ref: KernelRef | string, options: { readonly heap?: boolean } = {}): void | Promise<void> => {
    if (options.heap === true) return kernel.why(ref, { limit: 5, heap: true }).catch(insistGone).then(refuseAlive);
    refuseAlive(ask(kernel, ref));
  }) as AssertCollected;

const makeAssertAlive =
  (kernel: KernelController): TestKernel['assertAlive'] =>
  ref => {
    const answer = ask(kernel, ref);
    if (answer instanceof CooperageError) throw answer;
    if (isReached(answer)) return;
    throw new Error(`nothing reaches ${answer.ref}:\n${answer.explanation}\nheld by ${describeHolders(answer) || 'no row'}`);
  };

/** Opens a kernel that the test's teardown closes. Options as for `openKernel`; the database is in memory unless one is given. */
export const makeTestKernel = async (t: TestContext, { slog, ...options }: TestKernelOptions = {}): Promise<TestKernel> => {
  const kept = slog === 'on failure' ? new KeptSlog() : undefined;
  const sink = kept === undefined ? slog : kept.write;
  const kernel = await openKernel({
    database: ':memory:',
    auditEveryCrank: true,
    console: 'silent',
    ...options,
    ...(sink === undefined ? {} : { slog: sink }),
  });
  t.teardown(async () => {
    // First, because closing may be what fails.
    if (t.passed === false) kept?.attach(t);
    await kernel.close();
  });
  const [assertNoGrowth, assertCollected, assertAlive] = [
    makeAssertNoGrowth(kernel),
    makeAssertCollected(kernel),
    makeAssertAlive(kernel),
  ];
  const pass = (): void => t.pass?.();
  return Object.assign(kernel, {
    assertNoGrowth: (...given: Parameters<typeof assertNoGrowth>) => assertNoGrowth(...given).then(pass),
    assertCollected: ((ref, options) => {
      if (options?.heap === true) return assertCollected(ref, options).then(pass);
      assertCollected(ref);
      pass();
    }) as AssertCollected,
    assertAlive: (ref: KernelRef | string) => {
      assertAlive(ref);
      pass();
    },
  });
};
