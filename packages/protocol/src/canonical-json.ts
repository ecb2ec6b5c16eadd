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

const recordJson = (record: Readonly<Record<string, unknown>>): string => {
  let text = '';
  for (const key of Object.keys(record).sort()) {
    const value = record[key];
    if (value !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(value)}`;
  }
  return `{${text}}`;
};
