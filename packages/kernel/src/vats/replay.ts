/**
 * Replay: a new worker is fed the vat's transcript until it stands where the old one stood. Every syscall must come again, in
 * order, and is answered from the record; every delivery must end as it did (I19). Nothing reaches the kernel, and no collection is
 * forced: what the collector found is in the record.
 */
import { canonicalJson } from '@cooperage/protocol/canonical-json';
import { CooperageError } from '@cooperage/protocol/errors';
import type { VatId } from '@cooperage/protocol/refs';
import type { DeliveryOutcome, VatDelivery, VatSyscall, VatSyscallResult, VatWorker } from '@cooperage/protocol/worker-port';
import type { Tables } from '@cooperage/store/tables/tables';
import type { TranscriptRow } from '@cooperage/store/tables/transcripts';
import type { RecordedSyscall } from '../syscalls/handle.ts';
import { findSyscallProblem } from '../translate/syscall-shape.ts';
import { findReportProblem, toPlainResult } from '../translate/worker-answer.ts';

/** Replays the current incarnation of `vat` into `worker`. Returns the number of deliveries. Throws ERR_REPLAY at a difference. */
export const replayTranscript = async (tables: Tables, vat: VatId, worker: VatWorker): Promise<number> => {
  const { incarnation } = tables.vats.get(vat);
  let count = 0;
  for (const row of tables.transcripts.iterate(vat, incarnation)) {
    await replayDelivery(worker, row);
    count += 1;
  }
  return count;
};

const replayDelivery = async (worker: VatWorker, row: TranscriptRow): Promise<void> => {
  const comparison = new Comparison(row, JSON.parse(row.syscalls) as RecordedSyscall[]);
  const report = await worker.deliver(JSON.parse(row.delivery) as VatDelivery, syscall => comparison.answer(syscall));
  // The worker is believed no more than when it ran.
  const problem = findReportProblem(report);
  if (problem === undefined) for (const syscall of report.buffered) comparison.answer(syscall);
  comparison.finish(problem === undefined ? toPlainResult(report.result) : { outcome: 'fault', problem });
};

const findDifference = (
  number: number,
  { then, now }: { readonly then: VatSyscall | undefined; readonly now: VatSyscall },
): string | undefined => {
  const problem = findSyscallProblem(now);
  if (problem !== undefined) return `syscall ${number} is none: ${problem}`;
  const made = canonicalJson(now);
  if (then === undefined) return `syscall ${number} was not made then:\n    now:  ${made}`;
  const recorded = canonicalJson(then);
  return made === recorded ? undefined : `syscall ${number} differs:\n    then: ${recorded}\n    now:  ${made}`;
};

/** The syscalls that one replayed delivery makes, against those that it made. */
class Comparison {
  readonly #row: TranscriptRow;
  readonly #recorded: readonly RecordedSyscall[];
  #made = 0;
  #difference: string | undefined;

  constructor(row: TranscriptRow, recorded: readonly RecordedSyscall[]) {
    this.#row = row;
    this.#recorded = recorded;
  }

  answer(syscall: VatSyscall): VatSyscallResult {
    const number = this.#made;
    this.#made += 1;
    const expected = this.#recorded[number];
    this.#difference ??= findDifference(number, { then: expected?.syscall, now: syscall });
    if (this.#difference !== undefined || expected === undefined)
      return { outcome: 'error', problem: 'replay differs from the transcript' };
    return expected.result;
  }

  finish(outcome: DeliveryOutcome): void {
    const missing = this.#recorded[this.#made];
    if (this.#difference === undefined && missing !== undefined) {
      this.#difference = `syscall ${this.#made} is missing:\n    then: ${canonicalJson(missing.syscall)}`;
    }
    if (this.#difference === undefined && canonicalJson(outcome) !== this.#row.outcome) {
      this.#difference = `the outcome differs:\n    then: ${this.#row.outcome}\n    now:  ${canonicalJson(outcome)}`;
    }
    if (this.#difference === undefined) return;
    const { vat, position, delivery } = this.#row;
    throw new CooperageError(
      'ERR_REPLAY',
      `replay of ${vat} differs at delivery ${position}: ${this.#difference}\n    delivery: ${delivery}`,
      {
        subject: `${vat} delivery ${position}`,
        remedy:
          "The vat's code, the runtime or the engine is not the one that made the transcript. Restore it, or upgrade the vat.",
      },
    );
  }
}
