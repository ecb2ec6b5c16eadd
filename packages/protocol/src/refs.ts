/**
 * Refs: the names that vats and the kernel give to objects, promises and devices.
 *
 * A kref names a thing in the kernel, a vref names it in one vat; only a c-list pairs the two. Every ref is a branded string that
 * was parsed once, strictly: numbers are canonical decimals, nothing else is accepted (no sign, no leading zero, no hex, no space).
 */

declare const brand: unique symbol;
type Branded<Text, Brand extends string> = Text & { readonly [brand]: Brand };

/** A vat's id in the kernel: `v1`, `v2`, ... */
export type VatId = Branded<string, 'VatId'>;
/** A kernel object: `ko20`, ... */
export type KernelObjectRef = Branded<string, 'KernelObjectRef'>;
/** A kernel promise: `kp40`, ... */
export type KernelPromiseRef = Branded<string, 'KernelPromiseRef'>;
/** A device node: `kd30`, ... */
export type KernelDeviceRef = Branded<string, 'KernelDeviceRef'>;
/** Any name in kernel space. */
export type KRef = KernelObjectRef | KernelPromiseRef | KernelDeviceRef;
/** Any name in the space of one vat. */
export type VRef = Branded<string, 'VRef'>;

/** Numbers start apart per kind, so that a mix-up of kinds is visible in the smallest test. */
export const FIRST_ID = {
  vat: 1,
  object: 20,
  device: 30,
  promise: 40,
  message: 1,
  importedObject: 50,
  importedPromise: 60,
  importedDevice: 70,
} as const;

const NAT = '(0|[1-9][0-9]{0,14})';
const MOST_DIGITS = 15;
const VAT_ID = new RegExp(`^v${NAT}$`);
const VIRTUAL_VREF = new RegExp(`^o\\+([vd])${NAT}/${NAT}(?::${NAT})?$`);

const KIND_OF_LETTER = { o: 'object', p: 'promise', d: 'device' } as const;
type Letter = keyof typeof KIND_OF_LETTER;

/** What a ref names. */
export type RefKind = 'object' | 'promise' | 'device';

export type ParsedKRef = { readonly kind: RefKind; readonly id: number };

export type ParsedVRef = {
  readonly kind: RefKind;
  /** 'vat': the vat minted the number (`+`); 'kernel': the kernel did (`-`). */
  readonly allocatedBy: 'vat' | 'kernel';
  /** How a vat's own object lives: in the heap, or in the vatstore (with or without outliving the incarnation). */
  readonly durability: 'ephemeral' | 'virtual' | 'durable';
  /** The number itself, or the kind's number for virtual and durable objects. */
  readonly id: number;
  /** Virtual and durable objects only: which instance of the kind. */
  readonly instance?: number;
  /** Virtual and durable objects only: which facet. */
  readonly facet?: number;
  /** The vref without its facet. */
  readonly baseRef: VRef;
};

const ZERO = '0'.charCodeAt(0);
const NINE = '9'.charCodeAt(0);

/** Whether the text from `start` on is a canonical decimal. By hand, because every message asks this a hundred times. */
const endsInNumber = (text: string, start: number): boolean => {
  const { length } = text;
  if (length === start || length - start > MOST_DIGITS) return false;
  if (text.charCodeAt(start) === ZERO) return length === start + 1;
  for (let i = start; i < length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < ZERO || code > NINE) return false;
  }
  return true;
};

const isKRefOf = (text: string, letter: Letter): boolean => text[0] === 'k' && text[1] === letter && endsInNumber(text, 2);
const isLetter = (text: string | undefined): text is Letter => text === 'o' || text === 'p' || text === 'd';
const isPlainVRef = (text: string): boolean => isLetter(text[0]) && (text[1] === '+' || text[1] === '-') && endsInNumber(text, 2);

/** Parses a kref; undefined when the text is not one. */
export const parseKRef = (text: string): ParsedKRef | undefined =>
  isKRef(text) ? { kind: KIND_OF_LETTER[text[1] as Letter], id: Number(text.slice(2)) } : undefined;

/** Parses a vref; undefined when the text is not one. */
export const parseVRef = (text: string): ParsedVRef | undefined => {
  if (isPlainVRef(text)) {
    return {
      kind: KIND_OF_LETTER[text[0] as Letter],
      allocatedBy: text[1] === '+' ? 'vat' : 'kernel',
      durability: 'ephemeral',
      id: Number(text.slice(2)),
      baseRef: text as VRef,
    };
  }
  const stored = VIRTUAL_VREF.exec(text);
  if (stored === null) return undefined;
  const [, letter, kind, instance, facet] = stored;
  return {
    kind: 'object',
    allocatedBy: 'vat',
    durability: letter === 'd' ? 'durable' : 'virtual',
    id: Number(kind),
    instance: Number(instance),
    ...(facet === undefined ? {} : { facet: Number(facet) }),
    baseRef: `o+${letter}${kind}/${instance}` as VRef,
  };
};

export const isVatId = (text: string): text is VatId => VAT_ID.test(text);
export const isVRef = (text: string): text is VRef => isPlainVRef(text) || VIRTUAL_VREF.test(text);
export const isKRef = (text: string): text is KRef => text[0] === 'k' && isLetter(text[1]) && endsInNumber(text, 2);
export const isKernelObjectRef = (text: string): text is KernelObjectRef => isKRefOf(text, 'o');
export const isKernelPromiseRef = (text: string): text is KernelPromiseRef => isKRefOf(text, 'p');
export const isKernelDeviceRef = (text: string): text is KernelDeviceRef => isKRefOf(text, 'd');
/** A vref that the kernel minted: the vat imports what it names. */
export const isImportVRef = (vref: VRef): boolean => vref[1] === '-';

const insist =
  <Ref extends string>(test: (text: string) => text is Ref, what: string) =>
  (text: string): Ref => {
    if (!test(text)) throw new TypeError(`not a ${what}: ${JSON.stringify(text)}`);
    return text;
  };

export const insistVatId = insist(isVatId, 'vat id');
export const insistVRef = insist(isVRef, 'vref');
export const insistKRef = insist(isKRef, 'kref');

export const makeVatId = (id: number): VatId => `v${id}` as VatId;
export const makeKernelObjectRef = (id: number): KernelObjectRef => `ko${id}` as KernelObjectRef;
export const makeKernelPromiseRef = (id: number): KernelPromiseRef => `kp${id}` as KernelPromiseRef;
export const makeKernelDeviceRef = (id: number): KernelDeviceRef => `kd${id}` as KernelDeviceRef;
/** A vref for something that a vat imports. */
export const makeImportVRef = (kind: RefKind, id: number): VRef => `${kind[0]}-${id}` as VRef;
/** A vref for something that a vat exports from its heap. */
export const makeExportVRef = (kind: 'object' | 'promise', id: number): VRef => `${kind[0]}+${id}` as VRef;
/** Every vat's root object. */
export const ROOT_VREF = 'o+0' as VRef;

/** What stands behind the letters and signs. */
const numberIn = (ref: string): number => {
  let start = 0;
  for (; start < ref.length; start += 1) {
    const code = ref.charCodeAt(start);
    if (code >= ZERO && code <= NINE) break;
  }
  return Number(ref.slice(start));
};

/** Orders refs of one kind by number, so that `v10` follows `v9`. Fixed for ever: replicas depend on it. */
export const compareByNumber = (a: string, b: string): number => {
  const difference = numberIn(a) - numberIn(b);
  if (difference !== 0) return difference;
  return a < b ? -1 : a > b ? 1 : 0;
};
