/**
 * Keys of collections as text: one letter for the kind of key, then the key itself, so that the texts sort as the keys rank
 * (`compareRank` of `@endo/marshal`): booleans, numbers, bigints, objects by ordinal, strings by code units, null, symbols, undefined.
 *
 * Code units from U+D7FF are escaped, because above it UTF-8 sorts by code point: what is left sorts alike by code units and by bytes.
 * U+0000 is escaped because tools that read the database would end the text there.
 */
import { makePassableKit } from '@endo/marshal';
import { passStyleOf, type Passable } from '@endo/pass-style';
import type { VRef } from '@cooperage/protocol/refs';

const HIGH_UNITS = /[\ud7ff-\uffff]/g;
const LOW_UNITS = /[\0\x01]/g;
const NEEDS_ESCAPE = /[\0\x01\ud7ff-\uffff]/;
const HIGH_ESCAPES = /\ud7ff([0-9a-f]{4})/g;
const LOW_ESCAPES = /\x01([01])/g;
const ORDINAL_DIGITS = 10;

const { encodePassable, decodePassable } = makePassableKit();

/** A code unit as text that sorts as it does and stays below U+D800; without surrogates, without U+0000. */
export const escapeUnits = (text: string): string =>
  NEEDS_ESCAPE.test(text)
    ? text
        .replace(LOW_UNITS, unit => (unit === '\0' ? '\x010' : '\x011'))
        .replace(HIGH_UNITS, unit => `\ud7ff${unit.charCodeAt(0).toString(16)}`)
    : text;

const unescapeUnits = (text: string): string =>
  NEEDS_ESCAPE.test(text)
    ? text
        .replace(HIGH_ESCAPES, (_escape, hex: string) => String.fromCharCode(parseInt(hex, 16)))
        .replace(LOW_ESCAPES, (_escape, digit: string) => (digit === '0' ? '\0' : '\x01'))
    : text;

const isPassableSymbol = (key: symbol): boolean => {
  try {
    return (passStyleOf as (specimen: unknown) => string)(key) === 'symbol';
  } catch {
    return false;
  }
};

/** The text of a key that is no object; undefined for objects, and for symbols that cannot be passed. */
export const encodePrimitiveKey = (key: unknown): string | undefined => {
  switch (typeof key) {
    case 'string':
      return `s${escapeUnits(key)}`;
    case 'symbol':
      return isPassableSymbol(key) ? escapeUnits(encodePassable(key as unknown as Passable)) : undefined;
    case 'boolean':
    case 'number':
    case 'bigint':
    case 'undefined':
      return encodePassable(key);
    case 'object':
      return key === null ? encodePassable(null) : undefined;
    default:
      return undefined;
  }
};

export const isRemotableKey = (key: unknown): key is object => {
  if ((typeof key !== 'object' && typeof key !== 'function') || key === null) return false;
  try {
    return (passStyleOf as (specimen: unknown) => string)(key) === 'remotable';
  } catch {
    return false;
  }
};

/** The text of an object that is the key of a strong collection: in the order in which objects became keys of it. */
export const encodeOrderedKey = (ordinal: number, keyRef: string): string =>
  `r${String(ordinal).padStart(ORDINAL_DIGITS, '0')}:${keyRef}`;

/** The text of an object that is the key of a weak collection, which has no order. */
export const encodeWeakKey = (keyRef: string): string => `r${keyRef}`;

/** Which object a text names, and whether it is there as key of a strong collection; undefined for keys that are no objects. */
export const parseObjectKey = (text: string): { readonly keyRef: VRef; readonly isOrdered: boolean } | undefined => {
  if (text[0] !== 'r') return undefined;
  const isOrdered = /^r\d/.test(text);
  return { keyRef: (isOrdered ? text.slice(ORDINAL_DIGITS + 2) : text.slice(1)) as VRef, isOrdered };
};

/** The key that a text stands for, if it is no object. */
export const decodePrimitiveKey = (text: string): unknown =>
  text[0] === 's' ? unescapeUnits(text.slice(1)) : decodePassable(unescapeUnits(text));

/** A key as an error names it. */
export const describeKey = (key: unknown): string => {
  if (typeof key === 'string') return JSON.stringify(key.length > 100 ? `${key.slice(0, 100)}...` : key);
  if (typeof key === 'bigint') return `${String(key).slice(0, 100)}n`;
  if ((typeof key !== 'object' && typeof key !== 'function') || key === null) return String(key);
  const tag: unknown = isRemotableKey(key) ? (key as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] : undefined;
  return typeof tag === 'string'
    ? `"[${tag}]"`
    : Array.isArray(key)
      ? 'a list'
      : typeof key === 'object'
        ? 'an object'
        : 'a function';
};
