/** How a command ends: its exit code, and the one line and the remedy that say why. */

import { toCommandWords } from './command-words.ts';

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

/** In a realm that is locked down errors hide their stacks, and this alone shows them, without the message. */
type StackReader = { readonly getStackString?: (error: Error) => string };

const stackOf = (error: Error): string => {
  const { getStackString } = globalThis as StackReader;
  const shown = error.stack ?? '';
  return shown !== '' || getStackString === undefined ? shown : `${String(error)}${getStackString(error)}`;
};

const CAUSES_SHOWN = 10;

/** The stacks of what a failure came from, and of what that came from, as lines. */
export const describeStacks = (failure: Failure): readonly string[] => {
  const lines: string[] = [];
  let error: unknown = failure.cause instanceof Error ? failure.cause : failure;
  for (let shown = 0; error instanceof Error && shown < CAUSES_SHOWN; shown += 1) {
    const [first = '', ...rest] = stackOf(error).split('\n');
    lines.push(shown === 0 ? first : `caused by ${first}`, ...rest);
    error = error.cause;
  }
  return lines;
};

type Described = { readonly code?: unknown; readonly message?: unknown; readonly remedy?: unknown };

/** What anything thrown has to say to a person. */
export const describeThrown = (thrown: unknown): { readonly message: string; readonly remedy: string | undefined } => {
  const { message, remedy } = readThrown(thrown);
  return { message, remedy: remedy === undefined ? undefined : toCommandWords(remedy) };
};

const readThrown = (thrown: unknown): { readonly message: string; readonly remedy: string | undefined } => {
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
