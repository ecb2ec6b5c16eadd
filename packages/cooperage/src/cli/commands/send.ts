/** `cooperage send <vat> <method> [json...]`: calls a method of a vat's root object and shows the answer. */
import { EXIT, Failure, toFailure } from '../failure.ts';
import { toVatName, withKernel } from '../running-kernel.ts';
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

export const send = async (request: SendRequest, terminal: Terminal): Promise<number> => {
  const { method, config, queue } = request;
  const args = parseArguments(request.arguments);
  return withKernel(config, terminal, async kernel => {
    const vat = toVatName(kernel, request.vat);
    const { printFulfilled, toRejectionFailure } = await import('../outcome-text.ts');
    if (queue) {
      const promise = await kernel.send(vat, method, args);
      if (terminal.json) terminal.printJson({ promise });
      else terminal.print(String(promise));
      return EXIT.ok;
    }
    try {
      printFulfilled(await kernel.call(vat, method, args), terminal);
      return EXIT.ok;
    } catch (error) {
      throw isOfTheKernel(error) ? toFailure(error) : toRejectionFailure(`${vat}.${method}`, error, terminal);
    }
  });
};
