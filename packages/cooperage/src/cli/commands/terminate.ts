/** `cooperage terminate <config> <vat> [reason]`: ends a vat for good and runs until its rows are gone. */
import { EXIT, toFailure } from '../failure.ts';
import { countText } from '../quantities.ts';
import { toVatName, withStoredKernel } from '../running-kernel.ts';
import type { Terminal } from '../terminal.ts';

export type TerminateRequest = { readonly config: string; readonly vat: string; readonly reason: string | undefined };

export const terminate = ({ config, vat: word, reason }: TerminateRequest, terminal: Terminal): Promise<number> =>
  withStoredKernel(config, terminal, async kernel => {
    const vat = toVatName(kernel, word);
    try {
      await kernel.terminateVat(vat, reason);
      const { cranks } = await kernel.run();
      if (terminal.json) terminal.printJson({ vat, cranks });
      else terminal.print(`vat ${vat} is terminated; ${countText(cranks, 'crank')} until nothing was left to do`);
      return EXIT.ok;
    } catch (error) {
      throw toFailure(error);
    }
  });
