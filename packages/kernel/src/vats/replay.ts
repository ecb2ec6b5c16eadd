/**
 * Replay: a new worker is fed the vat's transcript until it stands where the old one stood. Every syscall must come again, in
 * order, and is answered from the record; every delivery must end as it did (I19). Nothing reaches the kernel, and no collection is
 * forced: what the collector found is in the record.
 */
import type { VatId } from '@cooperage/protocol/refs';
import type { DeliveryOutcome, VatDelivery, VatSyscall, VatSyscallResult, VatWorker } from '@cooperage/protocol/worker-port';
import type { Tables } from '@cooperage/store/tables/tables';
import type { TranscriptRow } from '@cooperage/store/tables/transcripts';
import type { RecordedSyscall } from '../syscalls/handle.ts';
import { findReportProblem, toPlainResult } from '../translate/worker-answer.ts';
import {
  findOutcomeDifference,
  findSyscallDifference,
  makeMissingDifference,
  makeReplayError,
  placeDifference,
  type Difference,
  type ReplayDifference,
} from './replay-difference.ts';

/** Replays the current incarnation of `vat` into `worker`. Returns the number of deliveries. Throws ERR_REPLAY at a difference. */
export const replayTranscript = async (tables: Tables, vat: VatId, worker: VatWorker): Promise<number> => {
  const { incarnation } = tables.vats.get(vat);
  let count = 0;
  for (const row of tables.transcripts.iterate(vat, incarnation)) {
    const difference = await replayDelivery(worker, row);
    if (difference !== undefined) throw makeReplayError(difference);
    count += 1;
  }
  return count;
};

/** Replays one delivery; how it differs from the record, or undefined. After a difference the worker is good for nothing. */
export const replayDelivery = async (worker: VatWorker, row: TranscriptRow): Promise<ReplayDifference | undefined> => {
  const comparison = new Comparison(row.outcome, JSON.parse(row.syscalls) as RecordedSyscall[]);
  const report = await worker.deliver(JSON.parse(row.delivery) as VatDelivery, syscall => comparison.answer(syscall));
  // The worker is believed no more than when it ran.
  const problem = findReportProblem(report);
  if (problem === undefined) for (const syscall of report.buffered) comparison.answer(syscall);
  const difference = comparison.finish(problem === undefined ? toPlainResult(report.result) : { outcome: 'fault', problem });
  return difference === undefined ? undefined : placeDifference(difference, row);
};

/** The syscalls that one replayed delivery makes, against those that it made. */
class Comparison {
  readonly #outcome: string;
  readonly #recorded: readonly RecordedSyscall[];
  #made = 0;
  #difference: Difference | undefined;

  constructor(outcome: string, recorded: readonly RecordedSyscall[]) {
    this.#outcome = outcome;
    this.#recorded = recorded;
  }

  answer(syscall: VatSyscall): VatSyscallResult {
    const number = this.#made;
    this.#made += 1;
    const expected = this.#recorded[number];
    this.#difference ??= findSyscallDifference(number, { then: expected?.syscall, now: syscall });
    if (this.#difference !== undefined || expected === undefined)
      return { outcome: 'error', problem: 'replay differs from the transcript' };
    return expected.result;
  }

  finish(outcome: DeliveryOutcome): Difference | undefined {
    const missing = this.#recorded[this.#made];
    if (missing !== undefined) this.#difference ??= makeMissingDifference(this.#made, missing.syscall);
    this.#difference ??= findOutcomeDifference(this.#outcome, outcome);
    return this.#difference;
  }
}
