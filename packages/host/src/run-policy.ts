/** Checks what a kernel script says about when to stop: a misspelt limit would be no limit. */
import type { RunPolicy, RunReport } from '@cooperage/kernel/run-loop';
import { CooperageError } from '@cooperage/protocol/errors';
import { suggest } from './nearest-word.ts';

const KEYS = ['maxCranks', 'maxDeliveries', 'afterCrank'] as const;

const insist = (holds: boolean, key: string, problem: string): void => {
  if (holds) return;
  throw new CooperageError('ERR_ARGUMENT', `run(policy): ${key} ${problem}`, {
    subject: key,
    remedy: 'A policy is { maxCranks?, maxDeliveries?, afterCrank? }.',
  });
};

/** Throws ERR_ARGUMENT unless `policy` is one, or is left out. */
export const insistRunPolicy = (policy: unknown): RunPolicy => {
  if (policy === undefined) return {};
  insist(typeof policy === 'object' && policy !== null, 'the policy', 'is not a record');
  const record = policy as Record<string, unknown>;
  for (const key of Object.keys(record)) {
    insist((KEYS as readonly string[]).includes(key), JSON.stringify(key), `is unknown. ${suggest(key, KEYS)}`);
  }
  for (const key of ['maxCranks', 'maxDeliveries'] as const) {
    const limit = record[key];
    insist(limit === undefined || (typeof limit === 'number' && limit >= 0), key, 'is not a number of zero or more');
  }
  insist(record.afterCrank === undefined || typeof record.afterCrank === 'function', 'afterCrank', 'is not a function');
  return record;
};

/** Errors of the caller's policy are the caller's: they stop the run between two cranks and harm nothing. */
export const runUnder = async (policy: RunPolicy, run: (policy: RunPolicy) => Promise<RunReport>): Promise<RunReport> => {
  const { afterCrank } = policy;
  if (afterCrank === undefined) return run(policy);
  let thrown: { readonly error: unknown } | undefined;
  const report = await run({
    ...policy,
    afterCrank: crank => {
      try {
        return afterCrank(crank);
      } catch (error) {
        thrown = { error };
        return 'stop';
      }
    },
  });
  if (thrown !== undefined) throw thrown.error;
  return report;
};
