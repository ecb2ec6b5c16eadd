/**
 * Capdata: a passable value as text plus the refs that it holds. The body is smallcaps (`#` and JSON, the encoding of
 * `@endo/marshal`) and stays opaque here; `slots` lists the refs it cites, in order of first appearance.
 */
import { LIMITS } from './limits.ts';

export type CapData<Ref> = { readonly body: string; readonly slots: readonly Ref[] };

/** `undefined`, with no slots. */
export const EMPTY_CAPDATA: CapData<never> = { body: '#"#undefined"', slots: [] };

/** Whether an unknown value has the shape of capdata over strings. */
export const isCapDataShape = (value: unknown): value is CapData<string> => {
  if (typeof value !== 'object' || value === null) return false;
  const { body, slots } = value as { body?: unknown; slots?: unknown };
  return typeof body === 'string' && Array.isArray(slots) && slots.every(slot => typeof slot === 'string');
};

/**
 * How deep the arrays and records of a JSON text nest, counted in one pass without parsing: `[]` is 1, a plain value 0.
 * Brackets inside strings do not count.
 */
export const nestingDepth = (json: string): number => {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < json.length; i += 1) {
    const char = json.charCodeAt(i);
    if (inString) {
      if (char === 0x5c) i += 1;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x5b || char === 0x7b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (char === 0x5d || char === 0x7d) depth -= 1;
  }
  return deepest;
};

/**
 * Why a batch of capdata may not cross between a vat and the kernel, or undefined when it may. Sizes are summed over the batch:
 * the limits are per syscall.
 */
export const findCapDataExcess = (batch: readonly CapData<string>[]): string | undefined => {
  let bodyLength = 0;
  let slotCount = 0;
  for (const { body, slots } of batch) {
    bodyLength += body.length;
    slotCount += slots.length;
    if (nestingDepth(body) > LIMITS.capdataDepth) return `data is nested deeper than ${LIMITS.capdataDepth} levels`;
  }
  if (bodyLength > LIMITS.capdataBodyLength) return `data is larger than ${LIMITS.capdataBodyLength} characters`;
  if (slotCount > LIMITS.capdataSlots) return `data cites more than ${LIMITS.capdataSlots} references`;
  return undefined;
};
