/** How a command tells what a vat answered. */
import { EXIT, Failure } from './failure.ts';
import type { Terminal } from './terminal.ts';
import { valueToJson, valueToText } from './value-text.ts';

export const printFulfilled = (value: unknown, terminal: Terminal): void => {
  if (terminal.json) terminal.printJson({ outcome: 'fulfilled', value: valueToJson(value) });
  else terminal.print(valueToText(value, terminal.width));
};

const reasonOf = (error: unknown): unknown =>
  error instanceof Error && error.name === 'VatRejection' ? (error as Error & { reason?: unknown }).reason : error;

const rejectionText = (error: unknown, width: number): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : valueToText(error, width);

/** `what` was rejected. The reason is on standard output by now, if that is to be JSON. */
export const toRejectionFailure = (what: string, error: unknown, terminal: Terminal): Failure => {
  if (terminal.json) terminal.printJson({ outcome: 'rejected', reason: valueToJson(reasonOf(error)) });
  return new Failure(EXIT.failure, `${what} rejected: ${rejectionText(error, terminal.width)}`, { cause: error });
};
