/** `collect()`: everything that nothing can reach goes, cycles included when asked for. */
import type { Kernel } from '@cooperage/kernel/kernel';
import { CooperageError } from '@cooperage/protocol/errors';
import type { Store } from '@cooperage/store/store';
import { reapToQuiescence, takeBearings, type ReapReport } from './reap.ts';

export type CollectOptions = {
  /** Also look for cycles, across vats, promises and stored data; default false. Takes a forced collection and a pass over all tables. */
  readonly cycles?: boolean;
};

export type CollectReport = ReapReport & {
  /** Times that cycles were looked for; the last found none, or none that could go now. */
  readonly passes: number;
  /** Stored objects that nothing reached although stored data cited them. */
  readonly condemned: number;
};

const insistOptions = (options: CollectOptions): void => {
  for (const [name, value] of Object.entries(options)) {
    if (name === 'cycles' && (typeof value === 'boolean' || value === undefined)) continue;
    throw new CooperageError(
      'ERR_CONFIG',
      `collect: ${name === 'cycles' ? 'cycles is not true or false' : `there is no option "${name}"`}`,
      {
        subject: name,
        remedy: 'Write collect({ cycles: true }) or collect().',
      },
    );
  }
};

const addReaped = (report: CollectReport, { rounds, cranks, dropped, retired }: ReapReport): CollectReport => ({
  ...report,
  rounds: report.rounds + rounds,
  cranks: report.cranks + cranks,
  dropped: report.dropped + dropped,
  retired: report.retired + retired,
});

/** Runs what is queued, reaps until nothing falls any more, and goes on with cycles. Durable when it resolves. */
export const collectToQuiescence = async (kernel: Kernel, store: Store, options: CollectOptions): Promise<CollectReport> => {
  insistOptions(options);
  let report: CollectReport = { ...(await reapToQuiescence(kernel, store, undefined)), passes: 0, condemned: 0 };
  if (options.cycles !== true) return report;
  for (let passes = 1; ; passes += 1) {
    const before = takeBearings(store);
    const { dead, condemned } = await kernel.collectCycles();
    report = { ...report, passes, condemned: report.condemned + condemned };
    if (dead > 0) report = addReaped(report, await reapToQuiescence(kernel, store, undefined));
    // What is dead may have to wait for a vat that is suspended, or that is not in memory any more.
    if (dead === 0 || takeBearings(store) === before) {
      kernel.commit();
      return report;
    }
  }
};
