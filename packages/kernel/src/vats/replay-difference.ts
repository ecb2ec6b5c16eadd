/** Where a replay parts from the transcript: what was recorded, what the code does now, and at which delivery. */
import { canonicalJson } from '@cooperage/protocol/canonical-json';
import { CooperageError } from '@cooperage/protocol/errors';
import type { VatId } from '@cooperage/protocol/refs';
import type { DeliveryOutcome, VatDelivery, VatSyscall } from '@cooperage/protocol/worker-port';
import type { TranscriptRow } from '@cooperage/store/tables/transcripts';
import { findSyscallProblem } from '../translate/syscall-shape.ts';

/**
 * `syscall`: another one was made. `extra`: one that was not made then. `missing`: one that was made then. `malformed`: what was made is
 * no syscall. `outcome`: all syscalls are the same, and the delivery ended in another way.
 */
export type DifferenceKind = 'syscall' | 'extra' | 'missing' | 'malformed' | 'outcome';

export type Difference = {
  readonly kind: DifferenceKind;
  /** The number of the syscall within its delivery; null for an outcome. */
  readonly syscall: number | null;
  /** A syscall or an outcome; null on the side that has none. */
  readonly then: VatSyscall | DeliveryOutcome | null;
  readonly now: VatSyscall | DeliveryOutcome | null;
  /** Both sides as text. */
  readonly problem: string;
};

/** A difference and where it is. */
export type ReplayDifference = Difference & {
  readonly vat: VatId;
  readonly incarnation: number;
  readonly position: number;
  readonly crank: number;
  readonly delivery: VatDelivery;
};

/** Whether the two are the same syscall: what was recorded was one, and is in canonical order since it was. */
const isSame = (then: VatSyscall | undefined, now: VatSyscall): boolean => {
  if (then === undefined) return false;
  try {
    return canonicalJson(now) === JSON.stringify(then);
  } catch {
    // It has no JSON at all, so it is none.
    return false;
  }
};

/**
 * Compares what was made with what was recorded, as it was read from the transcript; `now` may be anything a worker says.
 */
export const findSyscallDifference = (
  syscall: number,
  { then, now }: { readonly then: VatSyscall | undefined; readonly now: VatSyscall },
): Difference | undefined => {
  if (isSame(then, now)) return undefined;
  const flaw = findSyscallProblem(now);
  if (flaw !== undefined) {
    return { kind: 'malformed', syscall, then: then ?? null, now: null, problem: `syscall ${syscall} is none: ${flaw}` };
  }
  const made = canonicalJson(now);
  if (then === undefined) {
    const problem = `syscall ${syscall} was not made then:\n    now:  ${made}`;
    return { kind: 'extra', syscall, then: null, now, problem };
  }
  const recorded = canonicalJson(then);
  const problem = `syscall ${syscall} differs:\n    then: ${recorded}\n    now:  ${made}`;
  return { kind: 'syscall', syscall, then, now, problem };
};

export const makeMissingDifference = (syscall: number, then: VatSyscall): Difference => ({
  kind: 'missing',
  syscall,
  then,
  now: null,
  problem: `syscall ${syscall} is missing:\n    then: ${canonicalJson(then)}`,
});

export const findOutcomeDifference = (then: string, now: DeliveryOutcome): Difference | undefined => {
  const made = canonicalJson(now);
  if (made === then) return undefined;
  const problem = `the outcome differs:\n    then: ${then}\n    now:  ${made}`;
  return { kind: 'outcome', syscall: null, then: JSON.parse(then) as DeliveryOutcome, now, problem };
};

export const placeDifference = (difference: Difference, row: TranscriptRow): ReplayDifference => ({
  ...difference,
  vat: row.vat,
  incarnation: row.incarnation,
  position: row.position,
  crank: row.crank,
  delivery: JSON.parse(row.delivery) as VatDelivery,
});

/** A kernel that cannot rebuild a vat cannot go on. */
export const makeReplayError = ({ vat, position, problem, delivery }: ReplayDifference): CooperageError =>
  new CooperageError(
    'ERR_REPLAY',
    `replay of ${vat} differs at delivery ${position}: ${problem}\n    delivery: ${canonicalJson(delivery)}`,
    {
      subject: `${vat} delivery ${position}`,
      remedy:
        "The vat's code, the runtime or the engine is not the one that made the transcript. Restore it, or upgrade the vat; " +
        'cooperage replay says more.',
    },
  );
