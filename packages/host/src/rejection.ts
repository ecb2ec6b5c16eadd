/** What the host catches when a vat rejects: the vat's error itself, or an error around whatever else it rejected with. */

/** Around a reason that is no error. */
export class VatRejection extends Error {
  readonly reason: unknown;
  constructor(reason: unknown) {
    super(`rejected with ${typeof reason === 'string' ? JSON.stringify(reason) : describe(reason)}`);
    this.name = 'VatRejection';
    this.reason = reason;
  }
}

const describe = (reason: unknown): string => {
  if (typeof reason !== 'object' || reason === null) return String(reason);
  try {
    return JSON.stringify(reason, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
  } catch {
    return 'data';
  }
};

const CLASSES = new Map<string, ErrorConstructor>(
  [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map(constructor => [constructor.name, constructor]),
);

/** An error with the name and message that the vat gave, made here so that its stack shows the host's part of the story. */
export const toThrowable = (reason: unknown): Error => {
  if (!(reason instanceof Error)) return new VatRejection(reason);
  const error = new (CLASSES.get(reason.name) ?? Error)(reason.message, { cause: reason });
  if (error.name !== reason.name)
    Object.defineProperty(error, 'name', { value: reason.name, configurable: true, writable: true });
  return error;
};
