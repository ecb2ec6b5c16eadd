/**
 * Capdata as one short line for people: `["greet", [ko20 "Alleged: bob", 3n]]`. For tools and logs, never parsed again. Whatever a vat
 * wrote, the line holds no control characters, no line breaks and nothing that turns the direction of text. Needs no SES; never throws.
 */
import type { CapData } from '@cooperage/protocol/capdata';
import { nestingDepth } from '@cooperage/protocol/capdata';
import { LIMITS } from '@cooperage/protocol/limits';
import { findSmallcapsTree, parseSlotCitation } from './smallcaps-text.ts';

/** Characters of a line unless the caller wants another length. */
const LINE_LENGTH = 200;

/** Makes every invisible character visible: controls, format characters, lone surrogates, line and paragraph separators. */
const escapeInvisible = (text: string): string =>
  text.replace(/[\p{C}\u2028\u2029]/gu, char => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);

const quote = (text: string): string => escapeInvisible(JSON.stringify(text));

/** Cuts by whole characters, never through a surrogate pair. */
const cut = (line: string, length: number): string => {
  if (line.length <= length) return line;
  const characters = Array.from(line.slice(0, length * 2 + 2));
  return characters.length > length ? `${characters.slice(0, length - 3).join('')}...` : line;
};

type Renderer = { readonly slots: readonly string[]; budget: number };

const describeString = (encoded: string, slots: readonly string[]): string => {
  switch (encoded[0]) {
    case '!':
      return quote(encoded.slice(1));
    case '#':
      return escapeInvisible(encoded.slice(1));
    case '+':
      return escapeInvisible(`${encoded.slice(1)}n`);
    case '-':
      return escapeInvisible(`${encoded}n`);
    case '%':
      return escapeInvisible(`Symbol(${encoded.slice(1)})`);
    case '$':
    case '&': {
      const citation = parseSlotCitation(encoded);
      const ref = citation === undefined ? undefined : slots[citation.index];
      if (citation === undefined || ref === undefined) return `<no slot: ${quote(encoded)}>`;
      return escapeInvisible(ref) + (citation.iface === undefined ? '' : ` ${quote(citation.iface)}`);
    }
    default:
      return quote(encoded);
  }
};

const describeKey = (key: string): string => {
  const name = key.startsWith('!') ? key.slice(1) : key;
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name);
};

/** Renders while the budget of characters lasts: the end of a long body is never visited. */
const describeParts = <Part>(parts: readonly Part[], renderer: Renderer, describePart: (part: Part) => string): string => {
  const texts: string[] = [];
  for (const part of parts) {
    if (renderer.budget <= 0) return [...texts, '...'].join(', ');
    texts.push(describePart(part));
  }
  return texts.join(', ');
};

const describeRecord = (record: Record<string, unknown>, renderer: Renderer): string => {
  const keys = Object.keys(record);
  if (Object.hasOwn(record, '#error')) {
    return `${describeTree(record['name'], renderer)}(${describeTree(record['#error'], renderer)})`;
  }
  if (Object.hasOwn(record, '#tag')) {
    return `tagged ${describeTree(record['#tag'], renderer)} ${describeTree(record['payload'], renderer)}`;
  }
  if (keys.length === 0) return '{}';
  return `{ ${describeParts(keys, renderer, key => `${describeKey(key)}: ${describeTree(record[key], renderer)}`)} }`;
};

const describeTree = (tree: unknown, renderer: Renderer): string => {
  if (Array.isArray(tree)) return `[${describeParts(tree as unknown[], renderer, item => describeTree(item, renderer))}]`;
  if (typeof tree === 'object' && tree !== null) return describeRecord(tree as Record<string, unknown>, renderer);
  const text = typeof tree === 'string' ? describeString(tree.slice(0, renderer.budget + 1), renderer.slots) : String(tree);
  renderer.budget -= text.length;
  return text;
};

/** One line of at most `length` characters that says what the data holds. */
export const describeCapData = (capdata: CapData<string>, length: number = LINE_LENGTH): string => {
  const parsed = nestingDepth(capdata.body) > LIMITS.capdataDepth ? undefined : findSmallcapsTree(capdata.body);
  if (parsed === undefined) return cut(`<not smallcaps: ${quote(capdata.body.slice(0, length))}>`, length);
  return cut(describeTree(parsed.tree, { slots: capdata.slots, budget: length }), length);
};
