/** Values that came out of a kernel: as text for people, and as JSON that says what JSON cannot hold. */
import { inspect } from 'node:util';
import { KernelRef } from '@cooperage/host/kernel-ref';
import { escapeText } from './safe-text.ts';

const TEXT_LIMITS = { depth: 20, maxArrayLength: 1000, maxStringLength: 100_000, colors: false } as const;

export const valueToText = (value: unknown, width: number): string => {
  // Lockdown leaves nothing of an error that `inspect` would show.
  if (value instanceof Error) return escapeText(`${value.name}: ${value.message}`);
  return inspect(value, { ...TEXT_LIMITS, breakLength: Number.isFinite(width) ? width : 120 })
    .split('\n')
    .map(escapeText)
    .join('\n');
};

type Tagged = { readonly [Symbol.toStringTag]: string; readonly payload: unknown };

const isTagged = (value: object): value is Tagged => 'payload' in value && Object.hasOwn(value, Symbol.toStringTag);

const objectToJson = (value: object): unknown => {
  if (value instanceof KernelRef) return { $ref: value.ref, ...(value.iface === undefined ? {} : { iface: value.iface }) };
  if (value instanceof Error) return { $error: { name: value.name, message: value.message } };
  if (Array.isArray(value)) return value.map(valueToJson);
  if (isTagged(value)) return { $tag: value[Symbol.toStringTag], payload: valueToJson(value.payload) };
  // fromEntries defines properties, so that a key `__proto__` stays a key.
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, valueToJson(item)]));
};

/** Plain data stays what it is; everything else is a record with one `$` key: `{ "$bigint": "3" }`, `{ "$ref": "ko20" }`. */
export const valueToJson = (value: unknown): unknown => {
  switch (typeof value) {
    case 'undefined':
      return { $undefined: true };
    case 'bigint':
      return { $bigint: String(value) };
    case 'symbol':
      return { $symbol: value.description ?? '' };
    case 'number':
      if (Object.is(value, -0)) return { $number: '-0' };
      return Number.isFinite(value) ? value : { $number: String(value) };
    case 'object':
      return value === null ? null : objectToJson(value);
    case 'function':
      return { $unknown: 'function' };
    default:
      return value;
  }
};
