/**
 * When `run()` and `call()` look for cycles by themselves, with `collect: { cycles: 'auto' }`: when objects, promises and stored rows have
 * doubled since the last look, and are at least a thousand more. They are counted every thousand cranks or more, so whether there is a
 * look follows from rows and cranks alone. While nothing grows nothing is looked at; where all that grows is alive, the looks together
 * cost in proportion to what was made.
 *
 * A look does not wait until the vats are at rest: what is queued is alive. What it finds goes in the cranks that follow.
 */
import type { Kernel } from '@cooperage/kernel/kernel';
import type { RunPolicy, RunReport } from '@cooperage/kernel/run-loop';
import type { Store } from '@cooperage/store/store';

/** The row of `kernel_state` that says how many rows were left by the last look. */
const ROWS_LEFT = 'rows_after_cycles';
const FACTOR = 2;
const LEAST_GROWTH = 1_000;
/** Cranks from a look to the first count after it: most of what it found has gone by then, and not much has come. */
const CRANKS_AFTER_LOOK = 100;
/** Cranks from one count to the next; more where tables are large, for counting takes time in proportion to them. */
const CRANKS = 1_000;
const ROWS_PER_THOUSAND_CRANKS = 100_000;

export class CycleSchedule {
  readonly #kernel: Kernel;
  readonly #store: Store;
  /** Undefined: there was a look, and what it left has not been counted yet. */
  #rowsLeft: number | undefined;
  #countedAt: number;

  constructor(kernel: Kernel, store: Store) {
    this.#kernel = kernel;
    this.#store = store;
    const text = store.tables.kernelState.find(ROWS_LEFT);
    this.#rowsLeft = text === undefined ? undefined : Number(text);
    this.#countedAt = kernel.crankNumber;
  }

  /** As the kernel's own `run`, with looks in between and at the end. */
  async run(policy: RunPolicy): Promise<RunReport> {
    let { maxCranks = Infinity, maxDeliveries = Infinity } = policy;
    let [cranks, deliveries] = [0, 0];
    for (;;) {
      let isDue = false;
      const report = await this.#kernel.run({
        maxCranks,
        maxDeliveries,
        afterCrank: crank => {
          if (policy.afterCrank?.(crank) === 'stop') return 'stop';
          isDue = this.#isTimeToCount && this.#isGrown();
          return isDue ? 'stop' : 'continue';
        },
      });
      cranks += report.cranks;
      deliveries += report.deliveries;
      maxCranks -= report.cranks;
      maxDeliveries -= report.deliveries;
      if (report.reason === 'idle') isDue = (this.#rowsLeft === undefined || this.#isTimeToCount) && this.#isGrown();
      if (!isDue) {
        this.#note();
        return { ...report, cranks, deliveries };
      }
      await this.#look();
    }
  }

  /** Somebody else has looked. */
  reset(): void {
    this.#rowsLeft = undefined;
  }

  get #isTimeToCount(): boolean {
    const left = this.#rowsLeft;
    const cranks = left === undefined ? CRANKS_AFTER_LOOK : CRANKS * Math.max(1, Math.ceil(left / ROWS_PER_THOUSAND_CRANKS));
    return this.#kernel.crankNumber - this.#countedAt >= cranks;
  }

  #isGrown(): boolean {
    const { objects, promises, vatstore } = this.#store.tables;
    const rows = objects.count() + promises.count() + vatstore.count();
    this.#countedAt = this.#kernel.crankNumber;
    this.#rowsLeft ??= rows;
    return rows >= Math.max(this.#rowsLeft * FACTOR, this.#rowsLeft + LEAST_GROWTH);
  }

  async #look(): Promise<void> {
    const { dead } = await this.#kernel.collectCycles();
    this.#rowsLeft = undefined;
    if (dead === 0) return;
    for (const vat of this.#kernel.onlineVats()) this.#kernel.scheduleReap(vat);
  }

  /** Remembers what the last look left, for the next opening. */
  #note(): void {
    if (this.#rowsLeft === undefined) return;
    const text = String(this.#rowsLeft);
    if (this.#store.tables.kernelState.find(ROWS_LEFT) !== text) this.#kernel.setState(ROWS_LEFT, text);
  }
}
