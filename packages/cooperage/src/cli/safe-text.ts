/**
 * Text from vats and files on its way to a terminal. Everything that is shown passes through here: a vat that can choose its own
 * name or error message must not be able to move the cursor, change colours, break lines or turn the direction of text.
 */
import stringWidth from 'string-width';

export { escapeText } from '@cooperage/inspector/visible-text';

/** JSON whose text has no invisible characters either; it parses to the same. */
export const toJsonText = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(/[^\n\P{C}]|[\u2028\u2029]/gu, char =>
    Array.from({ length: char.length }, (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );

const isPlain = (text: string): boolean => /^[ -~]*$/.test(text);

/** Columns that a text takes on a terminal. */
export const widthOf = (text: string): number => (isPlain(text) ? text.length : stringWidth(text));

const ELLIPSIS = '…';

/** At most `width` columns of a text; a cut one ends in `…`. */
export const shorten = (text: string, width: number): string => {
  if (text.length <= width && isPlain(text)) return text;
  if (isPlain(text.slice(0, width))) {
    if (widthOf(text) <= width) return text;
    return text.slice(0, Math.max(0, width - 1)) + ELLIPSIS;
  }
  let taken = '';
  let used = 0;
  for (const char of text) {
    used += stringWidth(char);
    if (used > width - 1) return widthOf(text) <= width ? text : taken + ELLIPSIS;
    taken += char;
  }
  return text;
};
