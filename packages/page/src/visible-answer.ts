/**
 * Answers on their way to the page. Whatever vats wrote arrives with every invisible character made visible, and no text is longer than a
 * page can show: so the client has nothing to get wrong, and a megabyte of a vat's text costs nothing.
 */
import { escapeText } from '@cooperage/inspector/visible-text';

const TEXT_LENGTH = 4_000;

/** By whole characters. */
const cut = (text: string): string =>
  text.length <= TEXT_LENGTH
    ? text
    : `${text.slice(0, TEXT_LENGTH).replace(/[\ud800-\udbff]$/, '')}… (${text.length} characters)`;

export const makeVisible = (value: unknown): unknown => {
  if (typeof value === 'string') return escapeText(cut(value));
  if (Array.isArray(value)) return value.map(makeVisible);
  if (typeof value !== 'object' || value === null) return value;
  // fromEntries defines properties, so that a name `__proto__` stays a name.
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [escapeText(cut(name)), makeVisible(item)]));
};
