/**
 * Makes a vat worker of a vat's code: runs one delivery at a time, lets syscalls through only during it, waits until the vat has
 * no agency left. Never rejects for anything that a vat does.
 */
import { LIMITS } from '@cooperage/protocol/limits';
import type { HeapMarks } from '@cooperage/liveslots/gc/heap-marks';
import type { Fasten, Links } from '@cooperage/liveslots/gc/links';
import type { SuspectName } from '@cooperage/protocol/suspect-world';
import type {
  DeliveryOutcome,
  DeliveryReport,
  HarvestMode,
  VatDelivery,
  VatSyscallHandler,
  VatWorker,
} from '@cooperage/protocol/worker-port';
import type { Heap } from './gc-tools.ts';
import { nextMacrotask } from './quiescence.ts';
import { giveBack, guardRejections } from './unhandled-rejections.ts';

/** A vat's code under whatever layer runs it. */
export type VatRunner = {
  /** Starts a delivery; throws nothing. */
  readonly start: (delivery: VatDelivery) => void;
  /** How the delivery ended, asked when nothing of the vat runs any more. */
  readonly finish: () => DeliveryOutcome;
  readonly harvest: () => readonly string[];
  /** Absent: what the vat's memory holds for others cannot be told. */
  readonly loosen?: (names: readonly SuspectName[], links: Links) => Fasten;
  /** Absent: nothing can be said of what is where in the vat's memory. */
  readonly markHeap?: () => HeapMarks;
};

export type SupervisorOptions = {
  readonly heap: Heap;
  /** Makes the vat's code run over this one way out. */
  readonly makeRunner: (syscall: VatSyscallHandler) => VatRunner;
  /** Told of rejections that nobody handles. */
  readonly onUnhandledRejection: (reason: unknown) => void;
};

const LONE_SURROGATES = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** Problem texts are stored: within the limit, and free of what UTF-8 cannot keep. */
const trimProblem = (result: DeliveryOutcome): DeliveryOutcome => {
  if (result.outcome === 'ok') return result;
  const { problem } = result;
  const text = problem.length <= LIMITS.problemLength ? problem : `${problem.slice(0, LIMITS.problemLength - 1)}…`;
  return { outcome: 'fault', problem: text.replace(LONE_SURROGATES, '\uFFFD') };
};

export class Supervisor implements VatWorker {
  readonly #heap: Heap;
  readonly #onUnhandledRejection: (reason: unknown) => void;
  #runner: VatRunner | undefined;
  #syscalls: VatSyscallHandler | undefined;

  constructor({ heap, makeRunner, onUnhandledRejection }: SupervisorOptions) {
    this.#heap = heap;
    this.#onUnhandledRejection = onUnhandledRejection;
    this.#runner = makeRunner(syscall =>
      this.#syscalls === undefined ? { outcome: 'error', problem: 'no delivery is running' } : this.#syscalls(syscall),
    );
  }

  async deliver(delivery: VatDelivery, syscalls: VatSyscallHandler): Promise<DeliveryReport> {
    const runner = this.#runner;
    if (runner === undefined) return { result: { outcome: 'fault', problem: 'the worker was stopped' }, buffered: [] };
    if (this.#syscalls !== undefined) throw new Error('a delivery is still running');
    // A BOYD runs no code of the vat and lets go of nothing but names.
    const mayRelease = delivery.type !== 'bringOutYourDead' && delivery.type !== 'stopVat';
    if (mayRelease) this.#heap.markStale();
    this.#syscalls = syscalls;
    const release = guardRejections(this.#onUnhandledRejection);
    try {
      runner.start(delivery);
      await nextMacrotask();
      return { result: trimProblem(runner.finish()), buffered: [] };
    } finally {
      release();
      if (mayRelease) this.#heap.markStale();
      this.#syscalls = undefined;
    }
  }

  async harvest(mode: HarvestMode): Promise<readonly string[]> {
    if (mode === 'forced') await this.#heap.collect();
    return this.#runner?.harvest() ?? [];
  }

  /** Whether `loosen` will do. */
  get isTransparent(): boolean {
    return this.#runner?.loosen !== undefined;
  }

  /** Stops holding what the names stand for, for the time of one collection. */
  loosen(names: readonly SuspectName[], links: Links): Fasten {
    if (this.#runner?.loosen === undefined) throw new Error('this worker cannot tell what its memory holds');
    return this.#runner.loosen(names, links);
  }

  /** Which object of the vat's memory is which; undefined where that cannot be said. */
  markHeap(): HeapMarks | undefined {
    const marks = this.#runner?.markHeap?.();
    return marks && { ...marks, walls: [...marks.walls, this, this.#runner as object] };
  }

  async stop(): Promise<void> {
    this.#runner = undefined;
    this.#syscalls = undefined;
    giveBack();
  }
}
