/** `cooperage send <vat> <method> [json...]`: calls a method of a vat's root object and shows the answer. */
import { EXIT, Failure, toFailure } from '../failure.ts';
import { withKernel } from '../running-kernel.ts';
import type { Terminal } from '../terminal.ts';

export type SendRequest = {
  readonly vat: string;
  readonly method: string;
  readonly arguments: readonly string[];
  readonly config: string | undefined;
  /** Only queue the message. */
  readonly queue: boolean;
};

/** Before anything is opened: a typing error must not cost a start. */
const parseArguments = (texts: readonly string[]): unknown[] =>
  texts.map((text, i) => {
    try {
      return JSON.parse(text) as unknown;
    } catch (cause) {
      throw new Failure(EXIT.usage, `argument ${i + 1} is not JSON: ${text}`, {
        remedy: `a text needs quotes of its own: '${JSON.stringify(text)}'`,
        cause,
      });
    }
  });

/** What the kernel itself has to say has a code; what a vat rejects with has none. */
const isOfTheKernel = (error: unknown): boolean => {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && code.startsWith('ERR_');
};

const reasonOf = (error: unknown): unknown =>
  error instanceof Error && error.name === 'VatRejection' ? (error as Error & { reason?: unknown }).reason : error;

const rejectionText = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

export const send = async (request: SendRequest, terminal: Terminal): Promise<number> => {
  const { vat, method, config, queue } = request;
  const args = parseArguments(request.arguments);
  return withKernel(config, terminal, async kernel => {
    const { valueToJson, valueToText } = await import('../value-text.ts');
    if (queue) {
      const promise = await kernel.send(vat, method, args);
      if (terminal.json) terminal.printJson({ promise });
      else terminal.print(String(promise));
      return EXIT.ok;
    }
    try {
      const value = await kernel.call(vat, method, args);
      if (terminal.json) terminal.printJson({ outcome: 'fulfilled', value: valueToJson(value) });
      else terminal.print(valueToText(value, terminal.width));
      return EXIT.ok;
    } catch (error) {
      if (isOfTheKernel(error)) throw toFailure(error);
      if (terminal.json) terminal.printJson({ outcome: 'rejected', reason: valueToJson(reasonOf(error)) });
      throw new Failure(EXIT.failure, `${vat}.${method} rejected: ${rejectionText(error)}`, { cause: error });
    }
  });
};
