/** Canonical JSON: object keys in code unit order, at every depth; undefined properties left out. For comparing and hashing. */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const record = value as Record<string, unknown>;
    const properties = Object.keys(record)
      .filter(key => record[key] !== undefined)
      .sort()
      .map(key => `${JSON.stringify(key)}:${canonicalJson(record[key])}`);
    return `{${properties.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
};
