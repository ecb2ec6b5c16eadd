/** Canonical JSON: object keys in code unit order, at every depth; undefined properties left out. For comparing and hashing. */
export const canonicalJson = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  return Array.isArray(value) ? listJson(value) : recordJson(value as Record<string, unknown>);
};

const listJson = (list: readonly unknown[]): string => {
  let text = '';
  for (const element of list) text += text === '' ? canonicalJson(element) : `,${canonicalJson(element)}`;
  return `[${text}]`;
};

/** Names of fields as JSON: few, and met again and again. */
const names = new Map<string, string>();
const MOST_NAMES = 1_000;

const nameJson = (name: string): string => {
  const known = names.get(name);
  if (known !== undefined) return known;
  const json = JSON.stringify(name);
  if (names.size < MOST_NAMES) names.set(name, json);
  return json;
};

const areInOrder = (keys: readonly string[]): boolean => keys.every((key, i) => i === 0 || (keys[i - 1] as string) < key);

const recordJson = (record: Readonly<Record<string, unknown>>): string => {
  const keys = Object.keys(record);
  if (!areInOrder(keys)) keys.sort();
  let text = '';
  for (const key of keys) {
    const value = record[key];
    if (value !== undefined) text += `${text === '' ? '' : ','}${nameJson(key)}:${canonicalJson(value)}`;
  }
  return `{${text}}`;
};
