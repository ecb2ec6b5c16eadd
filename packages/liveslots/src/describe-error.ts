/** Texts about things that were thrown, for people: no stack, no path, and whatever was thrown, a text. */

const read = (thrown: object, field: 'name' | 'message'): string | undefined => {
  const value = (thrown as Record<string, unknown>)[field];
  return typeof value === 'string' ? value : undefined;
};

/** `name: message` of an error, a text as it is, and the kind of anything else. */
export const describeThrown = (thrown: unknown): string => {
  if (typeof thrown === 'string') return thrown;
  if (typeof thrown !== 'object' || thrown === null) return `a thrown ${thrown === null ? 'null' : typeof thrown}`;
  try {
    const message = read(thrown, 'message');
    return message === undefined ? 'a thrown object that is not an error' : `${read(thrown, 'name') ?? 'Error'}: ${message}`;
  } catch {
    return 'a thrown object that cannot be read';
  }
};

/** The same without the name of a plain error: for problems that are sentences of our own. */
export const describeFailure = (thrown: unknown): string => describeThrown(thrown).replace(/^Error: /, '');
