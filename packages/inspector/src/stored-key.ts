/**
 * Stored keys of collections as people write them. The format is that of `docs/stored-data.md`; what is not in it is shown as it stands.
 */
const LOW_ESCAPES = /\x01([01])/g;
const HIGH_ESCAPES = /\ud7ff([0-9a-f]{4})/g;

const unescapeUnits = (text: string): string =>
  text
    .replace(HIGH_ESCAPES, (_escape, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .replace(LOW_ESCAPES, (_escape, digit: string) => (digit === '0' ? '\0' : '\x01'));

/** Numbers stand as the bits of a double: all of them turned around when it is negative, else only the sign. */
const readNumber = (hex: string): string => {
  const bits = BigInt(`0x${hex}`);
  const isNegative = bits >> 63n === 0n;
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, isNegative ? ~bits & 0xffff_ffff_ffff_ffffn : bits ^ (1n << 63n));
  return String(view.getFloat64(0));
};

/** `p3:100`, or with `~` before the length; of a negative one its distance from the next power of ten. */
const readBigint = (letter: string, rest: string): string => {
  const digits = rest.slice(rest.indexOf(':') + 1);
  return letter === 'p' ? `${BigInt(digits)}n` : `${BigInt(digits) - 10n ** BigInt(digits.length)}n`;
};

const PATTERNS: readonly (readonly [pattern: RegExp, show: (rest: string, letter: string) => string])[] = [
  [/^(s)(.*)$/s, rest => JSON.stringify(unescapeUnits(rest))],
  [/^(r)(?:\d+:)?(o.*|d.*)$/s, rest => rest],
  [/^(f)([0-9a-f]{16})$/, readNumber],
  [/^([pn])([~#]*\d+:\d+)$/, (rest, letter) => readBigint(letter, rest)],
  [/^(b)(true|false)$/, rest => rest],
  [/^(v)()$/, () => 'null'],
  [/^(z)()$/, () => 'undefined'],
  [/^(y)(.*)$/s, rest => `Symbol(${JSON.stringify(unescapeUnits(rest))})`],
];

export const describeStoredKey = (stored: string): string => {
  for (const [pattern, show] of PATTERNS) {
    const match = pattern.exec(stored);
    if (match !== null) return show(match[2] ?? '', match[1] ?? '');
  }
  return JSON.stringify(stored);
};
