/** Why a replay may have parted from the transcript: what can be told from the database and by replaying once more. */
import { isAsWritten } from '@cooperage/kernel/audit/transcripts';
import type { ReplayDifference } from '@cooperage/kernel/vats/replay-difference';
import { canonicalJson } from '@cooperage/protocol/canonical-json';
import type { VatBundle, WorkerLauncher } from '@cooperage/protocol/worker-port';
import type { Tables } from '@cooperage/store/tables/tables';
import type { VatRow } from '@cooperage/store/tables/vats';
import { findBundleFlaw } from '@cooperage/worker/bundle-integrity';
import { isSameEngine } from './contradiction.ts';

/**
 * `transcript`: its rows are not those that were written. `bundle`: the code is another. `engine`: the engine or the worker kind is
 * another. `nondeterminism`: replaying twice comes out in two ways. `runtime`: nothing of all that, so Cooperage itself differs, or
 * code that no database has.
 */
export type ReplayCause = {
  readonly kind: 'transcript' | 'bundle' | 'engine' | 'nondeterminism' | 'runtime';
  /** In words, with what to do. */
  readonly explanation: string;
};

export type Evidence = {
  readonly tables: Tables;
  readonly row: VatRow;
  readonly bundle: VatBundle;
  readonly isOwnBundle: boolean;
  readonly recordedOn: string | null;
  readonly launcher: WorkerLauncher;
  readonly difference: ReplayDifference;
  /** Replays from the beginning in another worker. */
  readonly runAgain: () => Promise<ReplayDifference | null>;
};

const isSameDifference = (a: ReplayDifference, b: ReplayDifference | null): boolean =>
  b !== null &&
  a.position === b.position &&
  a.kind === b.kind &&
  a.syscall === b.syscall &&
  canonicalJson(a.now) === canonicalJson(b.now);

/** The first cause that holds, from what is sure to what is left over. */
export const findReplayCause = async (evidence: Evidence): Promise<ReplayCause> => {
  const { tables, row, bundle, isOwnBundle, recordedOn, launcher, difference, runAgain } = evidence;
  if (isAsWritten(tables, row.vat) === false) {
    return {
      kind: 'transcript',
      explanation: `the transcript of ${row.vat} is not the one that was written: its hash differs. Restore the database from a copy.`,
    };
  }
  const flaw = await findBundleFlaw(bundle);
  if (flaw !== undefined) {
    return {
      kind: 'bundle',
      explanation: `the bundle was changed after it was stored: ${flaw}. Restore the database from a copy.`,
    };
  }
  if (!isSameDifference(difference, await runAgain())) {
    return {
      kind: 'nondeterminism',
      explanation:
        'a second replay came out in another way: the vat uses something that is not recorded, such as a clock, chance, or state that ' +
        'it shares with its host. Take that away, and upgrade the vat with heap: discard.',
    };
  }
  if (!isOwnBundle) {
    return { kind: 'bundle', explanation: 'it may be that this bundle is not the one that the incarnation ran.' };
  }
  if (recordedOn !== null && !isSameEngine(row, launcher)) {
    return {
      kind: 'engine',
      explanation: `the vat has lived in a ${recordedOn}, and this is ${launcher.kind} on ${launcher.engine}. Use the engine that it has lived on.`,
    };
  }
  const source =
    bundle.format === 'function'
      ? 'the functions that it was given are others'
      : 'the version of Cooperage, or of a library of its runtime, is another';
  return {
    kind: 'runtime',
    explanation: `transcript, bundle and engine are those of then, and the difference comes again: ${source}. Restore that, or upgrade the vat.`,
  };
};
