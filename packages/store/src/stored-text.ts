/**
 * Text as the database keeps it. SQLite stores UTF-8, which has no lone surrogates: each becomes U+FFFD on its way to the disk.
 * Doing it before a row is cached makes a cached row and a stored one the same.
 */
const LONE_SURROGATE = /\p{Surrogate}/gu;

export const toStoredText = (text: string): string => (text.isWellFormed() ? text : text.replace(LONE_SURROGATE, '\ufffd'));
