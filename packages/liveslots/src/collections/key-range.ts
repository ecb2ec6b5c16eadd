/**
 * Which texts of keys can match a pattern: a narrowing, never more than that, since every key that is found is matched by the pattern
 * itself. Where `@endo/patterns` cannot say, the answer is all of them.
 */
import { getRankCover, isKey, type Pattern } from '@endo/patterns';
import { encodePrimitiveKey, isRemotableKey } from './key-codec.ts';

/** `one`: this key, or none. `range`: texts greater than `after` and smaller than `before`. */
export type KeyRange =
  | { readonly type: 'one'; readonly key: unknown }
  | { readonly type: 'none' }
  | { readonly type: 'range'; readonly after: string; readonly before: string };

/** Greater than every unit that a text can go on with, but for the one that escapes. */
const NEARLY_LAST = '\ud7fe';
const ALL: KeyRange = { type: 'range', after: '', before: NEARLY_LAST };

const isScalar = (value: unknown): boolean => encodePrimitiveKey(value) !== undefined || isRemotableKey(value);

/** Without a collection an object has no text: all of them begin with `r`. What is no scalar ranks with nothing that is stored. */
const encodeForCover = (value: unknown): string => encodePrimitiveKey(value) ?? (isRemotableKey(value) ? 'r' : '');

/** A text smaller than `bound`, with little in between. */
const stepBefore = (bound: string): string => {
  const last = bound.charCodeAt(bound.length - 1);
  if (Number.isNaN(last)) return '';
  return `${bound.slice(0, -1)}${String.fromCharCode(last - 1)}${NEARLY_LAST}`;
};

export const findKeyRange = (pattern: Pattern | undefined): KeyRange => {
  if (pattern === undefined) return ALL;
  if (isScalar(pattern)) return { type: 'one', key: pattern };
  if (isKey(pattern)) return { type: 'none' };
  try {
    const [first, last] = getRankCover(pattern, encodeForCover);
    return { type: 'range', after: stepBefore(first), before: `${last}\0` };
  } catch {
    return ALL;
  }
};
