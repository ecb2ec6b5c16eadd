/**
 * A launcher whose raw vats may do what they like: what such a vat did and answered is remembered beside the kernel, so that a worker
 * that is launched again repeats it. And what it answers may be anything.
 */
import type {
  DeliveryReport,
  HarvestMode,
  VatDelivery,
  VatSyscall,
  VatSyscallHandler,
  VatWorker,
  WorkerLauncher,
  WorkerSpec,
} from '@cooperage/protocol/worker-port';

/** What a raw vat answers in place of what its worker would. */
export type OddAnswers = {
  readonly report: (report: DeliveryReport, delivery: VatDelivery) => unknown;
  readonly harvest: (names: readonly string[]) => unknown;
};

type Memory = { readonly syscalls: readonly unknown[]; readonly report: unknown };

export type RememberingOptions = {
  readonly launcher: WorkerLauncher;
  readonly isRaw: (spec: WorkerSpec) => boolean;
  /** How many deliveries of this incarnation stand: what was remembered beyond them was undone. */
  readonly countDeliveries: (spec: WorkerSpec) => number;
  readonly answers: OddAnswers;
};

class RememberingWorker implements VatWorker {
  readonly #worker: VatWorker;
  readonly #memories: Memory[];
  readonly #answers: OddAnswers;
  #position = 0;

  constructor(worker: VatWorker, memories: Memory[], answers: OddAnswers) {
    this.#worker = worker;
    this.#memories = memories;
    this.#answers = answers;
  }

  async deliver(delivery: VatDelivery, handler: VatSyscallHandler): Promise<DeliveryReport> {
    const known = this.#memories[this.#position];
    this.#position += 1;
    if (known !== undefined) {
      for (const syscall of known.syscalls) handler(syscall as VatSyscall);
      return known.report as DeliveryReport;
    }
    const syscalls: unknown[] = [];
    const worked = await this.#worker.deliver(delivery, syscall => {
      syscalls.push(syscall);
      return handler(syscall);
    });
    const report = this.#answers.report(worked, delivery);
    this.#memories.push({ syscalls, report });
    return report as DeliveryReport;
  }

  async harvest(mode: HarvestMode): Promise<readonly string[]> {
    return this.#answers.harvest(await this.#worker.harvest(mode)) as readonly string[];
  }

  stop(): Promise<void> {
    return this.#worker.stop();
  }
}

/** Only raw vats are remembered; all others run as they would without. */
export const makeRememberingLauncher = (options: RememberingOptions): WorkerLauncher => {
  const { launcher, isRaw, countDeliveries, answers } = options;
  const memories = new Map<string, Memory[]>();
  return {
    ...launcher,
    launch: async spec => {
      const worker = await launcher.launch(spec);
      if (!isRaw(spec)) return worker;
      const incarnation = `${spec.vat}.${spec.incarnation}`;
      const known = (memories.get(incarnation) ?? []).slice(0, countDeliveries(spec));
      memories.set(incarnation, known);
      return new RememberingWorker(worker, known, answers);
    },
  };
};
