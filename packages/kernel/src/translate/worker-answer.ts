/**
 * The shape of what a worker answers, checked before anything believes it: its process may be compromised, and what it says is
 * recorded and replayed. Says what is wrong; the vat has to answer for it. Callers: `deliver`, `bring-out-your-dead`.
 */
import type { DeliveryReport } from '@cooperage/protocol/worker-port';

type Fields = { readonly [field: string]: unknown };

const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const isResult = (value: unknown): boolean => {
  if (!isRecord(value)) return false;
  if (value.outcome === 'ok') return value.unfinished === undefined || value.unfinished === true;
  return value.outcome === 'fault' && typeof value.problem === 'string';
};

/** Why `value` is not the report of a delivery, or undefined when it is one. Its syscalls are checked one by one as they are made. */
export const findReportProblem = (value: unknown): string | undefined => {
  if (!isRecord(value)) return 'the worker reported nothing';
  if (!isResult(value.result)) return 'the worker reported no result';
  return Array.isArray(value.buffered) ? undefined : 'the worker reported no list of syscalls';
};

/** The result of a delivery with nothing in it but what the transcript keeps. */
export const toPlainResult = (result: DeliveryReport['result']): DeliveryReport['result'] => {
  if (result.outcome === 'fault') return { outcome: 'fault', problem: result.problem };
  return result.unfinished === true ? { outcome: 'ok', unfinished: true } : { outcome: 'ok' };
};

/** Why `value` is not a harvest, or undefined when it is one: names in code unit order, each once. */
export const findHarvestProblem = (value: unknown): string | undefined => {
  if (!Array.isArray(value)) return 'the worker harvested no list';
  let previous = '';
  for (const name of value as unknown[]) {
    if (typeof name !== 'string' || !name.isWellFormed()) return 'the worker harvested what is no name';
    if (name <= previous) return 'the worker harvested names out of order';
    previous = name;
  }
  return undefined;
};
