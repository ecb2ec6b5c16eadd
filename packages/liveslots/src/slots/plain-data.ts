/**
 * Capdata of what most messages consist of (strings, numbers, bigints, booleans, null, undefined, arrays, records, remotables and promises),
 * in one pass and without the closures that the marshaller makes per call. Gives exactly what `@endo/marshal` would give, or undefined
 * where it is for that to say what becomes of the data: errors, tagged values, symbols, whatever is malformed or not passable.
 */
import { getInterfaceOf, passStyleOf as typedPassStyleOf } from '@endo/pass-style';
import type { CapData } from '@cooperage/protocol/capdata';
import type { VRef } from '@cooperage/protocol/refs';

const passStyleOf = typedPassStyleOf as (specimen: unknown) => string;

/** Thrown and caught here: the marshaller has to look at it. */
const NOT_PLAIN = Object.freeze({});

const BANG = '!'.charCodeAt(0);
const DASH = '-'.charCodeAt(0);
const BIGINT = /^(\+(0|[1-9][0-9]*)|-[1-9][0-9]*)$/;
const CITATION = /^.(0|[1-9][0-9]{0,8})(?:\.([^]*))?$/;

const startsSpecial = (text: string): boolean => {
  const code = text.charCodeAt(0);
  return code >= BANG && code <= DASH;
};

const quote = (text: string): string => (startsSpecial(text) ? `!${text}` : text);

class Encoder {
  readonly slots: VRef[] = [];
  readonly #nameFor: (value: object) => VRef;
  readonly #indexes = new Map<object, number>();

  constructor(nameFor: (value: object) => VRef) {
    this.#nameFor = nameFor;
  }

  encode(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
        return quote(value);
      case 'boolean':
        return value;
      case 'undefined':
        return '#undefined';
      case 'number':
        if (Number.isFinite(value)) return value === 0 ? 0 : value;
        return `#${value}`;
      case 'bigint':
        return value < 0n ? String(value) : `+${value}`;
      case 'object':
      case 'function':
        return value === null ? null : this.#encodeObject(value);
      default:
        throw NOT_PLAIN;
    }
  }

  #encodeObject(value: object): unknown {
    switch (passStyleOf(value)) {
      case 'copyArray':
        return (value as readonly unknown[]).map(element => this.encode(element));
      case 'copyRecord':
        return this.#encodeRecord(value as Readonly<Record<string, unknown>>);
      case 'remotable':
        return this.#cite('$', value, getInterfaceOf(value as never));
      case 'promise':
        return this.#cite('&', value, undefined);
      default:
        throw NOT_PLAIN;
    }
  }

  #encodeRecord(record: Readonly<Record<string, unknown>>): unknown {
    const names = (Reflect.ownKeys(record) as string[]).sort();
    if (names.includes('__proto__')) throw NOT_PLAIN;
    return Object.fromEntries(names.map(name => [quote(name), this.encode(record[name])]));
  }

  #cite(prefix: string, value: object, iface: string | undefined): string {
    const known = this.#indexes.get(value);
    if (known !== undefined) return `${prefix}${known}`;
    const index = this.slots.length;
    this.slots.push(this.#nameFor(value));
    this.#indexes.set(value, index);
    return iface === undefined ? `${prefix}${index}` : `${prefix}${index}.${iface}`;
  }
}

/** Encodes what has been hardened. `nameFor` gives the slot for a remotable or a promise, the same each time it is asked. */
export const encodePlain = (value: unknown, nameFor: (value: object) => VRef): CapData<VRef> | undefined => {
  const encoder = new Encoder(nameFor);
  try {
    const body = `#${JSON.stringify(encoder.encode(value))}`;
    return Object.freeze({ body, slots: Object.freeze(encoder.slots) });
  } catch {
    return undefined;
  }
};

type Introduce = (slot: VRef, iface: string | undefined) => object;

class Decoder {
  readonly #slots: readonly VRef[];
  readonly #introduce: Introduce;
  readonly #values = new Map<number, object>();

  constructor(slots: readonly VRef[], introduce: Introduce) {
    this.#slots = slots;
    this.#introduce = introduce;
  }

  decode(tree: unknown): unknown {
    if (typeof tree === 'string') return startsSpecial(tree) ? this.#decodeSpecial(tree) : tree;
    if (typeof tree !== 'object' || tree === null) return tree;
    if (Array.isArray(tree)) return Object.freeze(tree.map(element => this.decode(element)));
    const entries = Object.entries(tree);
    for (const entry of entries) {
      if (startsSpecial(entry[0])) entry[0] = this.#decodeName(entry[0]);
      if (entry[0] === '__proto__') throw NOT_PLAIN;
      entry[1] = this.decode(entry[1]);
      // A record with a function of ours to call would pass for a promise.
      if (entry[0] === 'then' && typeof entry[1] === 'function') throw NOT_PLAIN;
    }
    return Object.freeze(Object.fromEntries(entries));
  }

  #decodeName(name: string): string {
    if (name.charAt(0) !== '!') throw NOT_PLAIN;
    return name.slice(1);
  }

  #decodeSpecial(text: string): unknown {
    switch (text.charAt(0)) {
      case '!':
        return text.slice(1);
      case '$':
        return this.#revive(text, 'o');
      case '&':
        return this.#revive(text, 'p');
      case '#':
        if (text === '#undefined') return undefined;
        throw NOT_PLAIN;
      default:
        if (BIGINT.test(text)) return BigInt(text);
        throw NOT_PLAIN;
    }
  }

  #revive(citation: string, letter: string): object {
    const [, digits, iface] = CITATION.exec(citation) ?? [];
    const index = Number(digits);
    const slot = this.#slots[index];
    if (slot?.charAt(0) !== letter) throw NOT_PLAIN;
    let value = this.#values.get(index);
    if (value === undefined) {
      value = this.#introduce(slot, iface);
      this.#values.set(index, value);
    }
    return value;
  }
}

/** Decodes a smallcaps body within limits. `introduce` gives the value for a slot, the same each time it is asked. */
export const decodePlain = ({ body, slots }: CapData<VRef>, introduce: Introduce): { readonly value: unknown } | undefined => {
  try {
    return { value: new Decoder(slots, introduce).decode(JSON.parse(body.slice(1))) };
  } catch {
    return undefined;
  }
};
