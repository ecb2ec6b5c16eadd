/** How a command ends: its exit code, and the one line and the remedy that say why. */

export const EXIT = { ok: 0, failure: 1, usage: 2, cannotOpen: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Thrown by commands; the message is one line. */
export class Failure extends Error {
  readonly exit: ExitCode;
  readonly remedy: string | undefined;
  constructor(exit: ExitCode, message: string, options: { remedy?: string | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Failure';
    this.exit = exit;
    this.remedy = options.remedy;
  }
}

type Described = { readonly code?: unknown; readonly message?: unknown; readonly remedy?: unknown };

/** What anything thrown has to say to a person. */
export const describeThrown = (thrown: unknown): { readonly message: string; readonly remedy: string | undefined } => {
  if (typeof thrown !== 'object' || thrown === null) return { message: String(thrown), remedy: undefined };
  const { message, remedy } = thrown as Described;
  const text = typeof message === 'string' && message !== '' ? message : String(thrown);
  if (typeof remedy !== 'string') return { message: text, remedy: undefined };
  // A CooperageError ends its message with the remedy, for those who see only the message.
  const ending = `\n  ${remedy}`;
  return { message: text.endsWith(ending) ? text.slice(0, -ending.length) : text, remedy };
};

/** The codes that say that the question was wrong, not the kernel. */
const USAGE_CODES = new Set(['ERR_ARGUMENT', 'ERR_REF', 'ERR_VAT_NOT_FOUND']);

/** Anything thrown as a failure with an exit code; `otherwise` is for errors that do not say themselves. */
export const toFailure = (thrown: unknown, otherwise: ExitCode = EXIT.failure): Failure => {
  if (thrown instanceof Failure) return thrown;
  const { message, remedy } = describeThrown(thrown);
  const code = (thrown as Described | null)?.code;
  const exit = typeof code === 'string' && USAGE_CODES.has(code) ? EXIT.usage : otherwise;
  return new Failure(exit, message, { remedy, cause: thrown });
};
