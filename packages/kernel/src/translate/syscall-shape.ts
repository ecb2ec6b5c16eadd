/**
 * The shape of a syscall, checked before anything believes it: a worker may be compromised, a raw vat may send anything. Says what
 * is wrong, in words that name the field. A field that no syscall has is wrong too: what is accepted is recorded as it came.
 */
import { findCapDataExcess, isCapDataShape, type CapData } from '@cooperage/protocol/capdata';
import { LIMITS } from '@cooperage/protocol/limits';
import { isVRef } from '@cooperage/protocol/refs';
import type { SyscallType } from '@cooperage/protocol/syscall';

type Fields = Record<string, unknown>;
type Check = (fields: Fields) => string | undefined;

const first = (...problems: (string | undefined)[]): string | undefined => problems.find(problem => problem !== undefined);

const checkFields = (value: object, known: readonly string[], what: string): string | undefined => {
  const unknown = Reflect.ownKeys(value).find(key => typeof key !== 'string' || !known.includes(key));
  return unknown === undefined ? undefined : `${what} has an unknown field ${show(unknown)}`;
};

const checkVRef = (value: unknown, field: string): string | undefined =>
  typeof value === 'string' && isVRef(value) ? undefined : `${field} is not a vref: ${show(value)}`;

const checkVRefs = (value: unknown, field: string): string | undefined => {
  if (!Array.isArray(value)) return `${field} is not a list`;
  if (value.length > LIMITS.gcRefs) return `${field} names more than ${LIMITS.gcRefs} refs`;
  for (const ref of value) {
    const problem = checkVRef(ref, field);
    if (problem !== undefined) return problem;
  }
  return new Set(value).size === value.length ? undefined : `${field} names a ref twice`;
};

const checkCapData = (value: unknown, field: string): string | undefined => {
  if (!isCapDataShape(value)) return `${field} is not capdata`;
  const unknownField = checkFields(value, ['body', 'slots'], field);
  if (unknownField !== undefined) return unknownField;
  // Unlike the methods of arrays, this does not pass over holes.
  for (const slot of value.slots as readonly unknown[]) {
    if (typeof slot !== 'string' || !isVRef(slot)) return `${field} has a slot that is not a vref: ${show(slot)}`;
  }
  if (!value.body.isWellFormed()) return `${field} has half of a surrogate pair`;
  return findCapDataExcess([value]);
};

const checkMessage = (value: unknown): string | undefined => {
  if (typeof value !== 'object' || value === null) return 'message is not a record';
  const { methargs, result } = value as Fields;
  return first(
    checkFields(value, ['methargs', 'result'], 'message'),
    checkCapData(methargs, 'methargs'),
    result === null ? undefined : checkVRef(result, 'result'),
  );
};

const checkResolutions = (value: unknown): string | undefined => {
  if (!Array.isArray(value) || value.length === 0) return 'resolutions is not a list with entries';
  if (value.length > LIMITS.resolutions) return `resolutions has more than ${LIMITS.resolutions} entries`;
  for (const resolution of value as unknown[]) {
    if (typeof resolution !== 'object' || resolution === null) return 'resolution is not a record';
    const { promise, outcome, data } = resolution as Fields;
    if (outcome !== 'fulfilled' && outcome !== 'rejected') return `resolution has an unknown outcome: ${show(outcome)}`;
    const problem = first(
      checkFields(resolution, ['promise', 'outcome', 'data'], 'resolution'),
      checkVRef(promise, 'promise'),
      checkCapData(data, 'data'),
    );
    if (problem !== undefined) return problem;
  }
  const promises = (value as { promise: string }[]).map(({ promise }) => promise);
  if (new Set(promises).size !== promises.length) return 'resolutions name a promise twice';
  return findCapDataExcess((value as { data: CapData<string> }[]).map(({ data }) => data));
};

const checkText = (value: unknown, field: string, longest: number): string | undefined => {
  if (typeof value !== 'string') return `${field} is not a string`;
  // The database keeps UTF-8, which has no half of a surrogate pair: what was written could not be read back.
  if (!value.isWellFormed()) return `${field} has half of a surrogate pair`;
  return value.length > longest ? `${field} is longer than ${longest} characters` : undefined;
};

const checkKey: Check = ({ key }) => checkText(key, 'key', LIMITS.vatstoreKeyLength);
const checkRefs: Check = ({ refs }) => checkVRefs(refs, 'refs');

const CHECKS: { readonly [Type in SyscallType]: Check } = {
  send: ({ target, message }) => first(checkVRef(target, 'target'), checkMessage(message)),
  subscribe: ({ promise }) => checkVRef(promise, 'promise'),
  resolve: ({ resolutions }) => checkResolutions(resolutions),
  exit: ({ outcome, info }) =>
    first(
      outcome === 'success' || outcome === 'failure' ? undefined : `unknown outcome: ${show(outcome)}`,
      checkCapData(info, 'info'),
    ),
  dropImports: checkRefs,
  dropPromises: checkRefs,
  retireImports: checkRefs,
  retireExports: checkRefs,
  abandonExports: checkRefs,
  callNow: ({ target, method, args }) =>
    first(checkVRef(target, 'target'), checkText(method, 'method', LIMITS.vatstoreKeyLength), checkCapData(args, 'args')),
  vatstoreGet: checkKey,
  vatstoreSet: fields => first(checkKey(fields), checkText(fields.value, 'value', LIMITS.vatstoreValueLength)),
  vatstoreDelete: checkKey,
  vatstoreNextKey: ({ after }) => checkText(after, 'after', LIMITS.vatstoreKeyLength),
  vatstoreScan: ({ after, before, limit }) =>
    first(
      checkText(after, 'after', LIMITS.vatstoreKeyLength),
      checkText(before, 'before', LIMITS.vatstoreKeyLength),
      Number.isInteger(limit) && (limit as number) > 0 && (limit as number) <= LIMITS.vatstoreScanEntries
        ? undefined
        : `limit is not a whole number from 1 to ${LIMITS.vatstoreScanEntries}: ${show(limit)}`,
    ),
};

const FIELDS: { readonly [Type in SyscallType]: readonly string[] } = {
  send: ['type', 'target', 'message'],
  subscribe: ['type', 'promise'],
  resolve: ['type', 'resolutions'],
  exit: ['type', 'outcome', 'info'],
  dropImports: ['type', 'refs'],
  dropPromises: ['type', 'refs'],
  retireImports: ['type', 'refs'],
  retireExports: ['type', 'refs'],
  abandonExports: ['type', 'refs'],
  callNow: ['type', 'target', 'method', 'args'],
  vatstoreGet: ['type', 'key'],
  vatstoreSet: ['type', 'key', 'value'],
  vatstoreDelete: ['type', 'key'],
  vatstoreNextKey: ['type', 'after'],
  vatstoreScan: ['type', 'after', 'before', 'limit'],
};

/** A short text for anything at all; runs no code of the value's. */
const show = (value: unknown): string => {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'a record';
  if (typeof value === 'function') return 'a function';
  const text = typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : String(value);
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
};

/** Why `value` is not a syscall, or undefined when it is one. */
export const findSyscallProblem = (value: unknown): string | undefined => {
  if (typeof value !== 'object' || value === null) return 'syscall is not a record';
  const { type } = value as Fields;
  const check = typeof type === 'string' && Object.hasOwn(CHECKS, type) ? CHECKS[type as SyscallType] : undefined;
  if (check === undefined) return `unknown syscall ${show(type)}`;
  const problem = first(checkFields(value, FIELDS[type as SyscallType], 'syscall'), check(value as Fields));
  return problem === undefined ? undefined : `${type as string}: ${problem}`;
};
