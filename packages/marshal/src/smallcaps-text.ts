/**
 * Smallcaps as text: what can be said about a body without making values of it. Needs no SES and no marshaller, so kernel and tools
 * may use it anywhere. Called by the other modules of this package.
 */

/** A string that begins with one of `!"#$%&'()*+,-` is marked with `!` in smallcaps; every other string stands for itself. */
export const escapeSmallcapsString = (text: string): string => (/^[!--]/.test(text) ? `!${text}` : text);

/** One citation of a slot: `$0.Alleged: purse` or `&1`. */
export type SlotCitation = {
  readonly kind: 'remotable' | 'promise';
  readonly index: number;
  readonly iface: string | undefined;
};

const CITATION = /^([$&])(0|[1-9][0-9]{0,14})(?:\.(.*))?$/s;

/** Parses an encoded string that cites a slot; undefined when it is something else. */
export const parseSlotCitation = (encoded: string): SlotCitation | undefined => {
  const match = CITATION.exec(encoded);
  if (match === null) return undefined;
  return { kind: match[1] === '$' ? 'remotable' : 'promise', index: Number(match[2]), iface: match[3] };
};

/** The JSON tree in a smallcaps body; undefined when the body is not one. Keys such as `__proto__` are plain own properties. */
export const findSmallcapsTree = (body: string): { readonly tree: unknown } | undefined => {
  if (!body.startsWith('#')) return undefined;
  try {
    return { tree: JSON.parse(body.slice(1)) };
  } catch {
    return undefined;
  }
};
