/** What liveslots says about data that is too much, whichever way it was found out. */
import { findCapDataExcess, type CapData } from '@cooperage/protocol/capdata';
import { LIMITS } from '@cooperage/protocol/limits';

const TOO_DEEP = `data is nested deeper than ${LIMITS.capdataDepth} levels`;

/** Throws if the batch may not cross between a vat and the kernel. */
export const insistWithinLimits = (batch: readonly CapData<string>[]): void => {
  const excess = findCapDataExcess(batch);
  if (excess !== undefined) throw new Error(excess);
};

/** An engine's stack ends at a depth of its own, far beyond our limit: that error becomes the one the limit gives. */
export const unifyStackOverflow = (error: unknown): unknown =>
  error instanceof RangeError && /call stack/i.test(error.message) ? new Error(TOO_DEEP) : error;
