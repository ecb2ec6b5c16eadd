/**
 * Stored data of the plainest values, which are most: one string, number, bigint, boolean, null or undefined, or one object of this vat's
 * tables. Gives and takes to the letter what the marshaller of `stored-data.ts` does, which makes a dozen hardened functions a value.
 */
import { getInterfaceOf } from '@endo/pass-style';
import type { CapData } from '@cooperage/protocol/capdata';

const NO_SLOTS: readonly string[] = Object.freeze([]);
/** What a string must not start with to stand for itself. */
const SPECIAL = /^[!-\-]/;
const SLOT = /^\$0(?:\.(.*))?$/s;
const BIGINT = /^[+-]\d+$/;

/** What JSON has a word for, in terms of smallcaps; `NO_WORD` for all else. */
const NO_WORD = Symbol('no word');
const toJson = (value: unknown): string | number | boolean | null | typeof NO_WORD => {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) return NO_WORD;
      return SPECIAL.test(value) ? `!${value}` : value;
    case 'number':
      return Number.isFinite(value) ? value : NO_WORD;
    case 'bigint':
      return value < 0n ? String(value) : `+${value}`;
    case 'boolean':
      return value;
    case 'undefined':
      return '#undefined';
    default:
      return value === null ? null : NO_WORD;
  }
};

/** `vref`: that of the value, if it is an object that has one. Undefined: the marshaller must do it. */
export const encodeScalar = (value: unknown, vref: string | undefined): CapData<string> | undefined => {
  if (vref?.startsWith('o') === true) {
    const iface: string | undefined = getInterfaceOf(value as object);
    return { body: `#${JSON.stringify(iface === undefined ? '$0' : `$0.${iface}`)}`, slots: [vref] };
  }
  const json = toJson(value);
  return json === NO_WORD ? undefined : { body: `#${JSON.stringify(json)}`, slots: NO_SLOTS };
};

const decodeString = (text: string): { readonly value: unknown } | undefined => {
  if (!SPECIAL.test(text)) return { value: text };
  if (text.startsWith('!')) return { value: text.slice(1) };
  if (BIGINT.test(text)) return { value: BigInt(text) };
  return text === '#undefined' ? { value: undefined } : undefined;
};

/** Undefined: the marshaller must do it. */
export const decodeScalar = (
  { body, slots }: CapData<string>,
  revive: (slot: string, iface: string | undefined) => object,
): { readonly value: unknown } | undefined => {
  // Only arrays and records begin with a bracket.
  if (!body.startsWith('#') || body.startsWith('#[') || body.startsWith('#{')) return undefined;
  const json: unknown = JSON.parse(body.slice(1));
  if (typeof json !== 'string') return { value: json };
  const slot = SLOT.exec(json);
  if (slot === null) return decodeString(json);
  return slots[0] === undefined ? undefined : { value: revive(slots[0], slot[1]) };
};
