/** Texts about things that vat code threw, for people: no stack, no path, nothing that runs code of the vat for long. */

/** `name: message` of an error, the text of a string, and the kind of anything else. */
export const describeThrown = (thrown: unknown): string => {
  if (typeof thrown === 'string') return thrown;
  if (typeof thrown !== 'object' || thrown === null) return `a thrown ${typeof thrown}`;
  try {
    const { name, message } = thrown as { name?: unknown; message?: unknown };
    if (typeof message !== 'string') return 'a thrown object that is not an error';
    return `${typeof name === 'string' ? name : 'Error'}: ${message}`;
  } catch {
    return 'a thrown object that cannot be read';
  }
};
