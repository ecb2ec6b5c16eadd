/**
 * Text from vats and files on its way to people: on a terminal, in a page. Whoever can choose a name or an error message must not be able
 * to move the cursor, break lines, hide text or turn its direction.
 */

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Makes what is invisible visible: controls, format characters, lone surrogates, line and paragraph separators. */
export const escapeText = (text: string): string =>
  text.replace(/[\p{C}\u2028\u2029]/gu, char => NAMED[char] ?? `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
