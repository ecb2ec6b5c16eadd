/**
 * What the kernel must know about a body, and no more: whether it is one reference and nothing else (then messages to a promise that
 * settled so go on to it), and which method a message calls (for error texts and tools). Needs no SES; never throws.
 */
import type { CapData } from '@cooperage/protocol/capdata';
import type { KRef } from '@cooperage/protocol/refs';
import { parseKRef } from '@cooperage/protocol/refs';
import { findSmallcapsTree, parseSlotCitation } from './smallcaps-text.ts';

export type SingleSlot = { readonly ref: KRef; readonly kind: 'remotable' | 'promise' };

/** A body this long is more than one citation, whatever it holds: not worth parsing. */
const LONGEST_CITATION = 10_000;

/**
 * The one reference that the data consists of; undefined when it is anything else. A body that calls a promise a remotable, or the
 * reverse, decodes nowhere, so it counts as plain data.
 */
export const findSingleSlot = (capdata: CapData<KRef>): SingleSlot | undefined => {
  const { body, slots } = capdata;
  if (slots.length === 0 || !body.startsWith('#"') || body.length > LONGEST_CITATION) return undefined;
  const tree = findSmallcapsTree(body)?.tree;
  const citation = typeof tree === 'string' ? parseSlotCitation(tree) : undefined;
  const ref = citation === undefined ? undefined : slots[citation.index];
  if (citation === undefined || ref === undefined) return undefined;
  const isPromise = parseKRef(ref)?.kind === 'promise';
  return isPromise === (citation.kind === 'promise') ? { ref, kind: citation.kind } : undefined;
};

/** Characters of a method name that are worth repeating. */
const METHOD_LENGTH = 200;
const METHOD_STRING = /^#\["((?:[^"\\]|\\.)*)"/s;

/**
 * The method that a message's `methargs` body names: `greet`, `[@@asyncIterator]` for a symbol, `(call)` for a plain function call,
 * `(unknown)` when the body cannot be read. Long names are cut.
 */
export const methodOf = (methargsBody: string): string => {
  const head = methargsBody.slice(0, METHOD_LENGTH * 6);
  const encoded = METHOD_STRING.exec(head)?.[1];
  if (encoded === undefined) return head.length < methargsBody.length && head.startsWith('#["') ? '(long name)' : '(unknown)';
  const parsed = findSmallcapsTree(`#"${encoded}"`)?.tree;
  if (typeof parsed !== 'string') return '(unknown)';
  if (parsed === '#undefined') return '(call)';
  const name = parsed.startsWith('!') ? parsed.slice(1) : parsed.startsWith('%') ? `[${parsed.slice(1)}]` : parsed;
  return name.length > METHOD_LENGTH ? `${name.slice(0, METHOD_LENGTH)}...` : name;
};
