/** `cooperage upgrade <config> <vat>`: gives a vat the code, parameters and options that the config has for it now, or tries to. */
import type { UpgradeRehearsal } from '@cooperage/host/upgrade';
import { EXIT, toFailure } from '../failure.ts';
import { countText } from '../quantities.ts';
import { toVatName, withStoredKernel } from '../running-kernel.ts';
import type { Terminal } from '../terminal.ts';

export type UpgradeRequest = {
  readonly config: string;
  readonly vat: string;
  readonly message: string | undefined;
  readonly rehearse: boolean;
  readonly discardHeap: boolean;
};

export const upgrade = (request: UpgradeRequest, terminal: Terminal): Promise<number> =>
  withStoredKernel(request.config, terminal, async (kernel, options) => {
    const { message, rehearse, discardHeap } = request;
    const vat = toVatName(kernel, request.vat);
    // Loaded here: the kernel's realm is hardened by now.
    const { makeUpgradeToConfig } = await import('@cooperage/host/upgrade');
    try {
      const spec = {
        ...makeUpgradeToConfig(options, vat),
        ...(message === undefined ? {} : { message }),
        ...(discardHeap ? { heap: 'discard' as const } : {}),
      };
      if (rehearse) return tellRehearsal(await kernel.upgradeVat(vat, { ...spec, rehearse: true }), vat, terminal);
      const { incarnation } = await kernel.upgradeVat(vat, { ...spec, rehearse: false });
      if (terminal.json) terminal.printJson({ vat, incarnation });
      else terminal.print(`vat ${vat} is in incarnation ${incarnation}`);
      return EXIT.ok;
    } catch (error) {
      throw toFailure(error);
    }
  });

const tellRehearsal = (rehearsal: UpgradeRehearsal, vat: string, terminal: Terminal): number => {
  const { outcome, problem, abandoned, rejected, dropped } = rehearsal;
  if (terminal.json) terminal.printJson({ vat, outcome, problem: problem ?? null, abandoned, rejected, dropped });
  else {
    terminal.print(`the upgrade of vat ${vat} ${outcome}${problem === undefined ? '' : `: ${problem}`}`);
    for (const { ref, vref, importers } of abandoned) {
      const holders = importers.length === 0 ? 'by no vat' : `by ${importers.join(', ')}`;
      terminal.print(`lost: ${ref} ${vref}, held ${holders}`);
    }
    if (rejected.length > 0) terminal.print(`rejected: ${rejected.join(' ')}`);
    terminal.print(`let go of: ${countText(dropped.length, 'import')}; nothing was changed`);
  }
  return outcome === 'would succeed' ? EXIT.ok : EXIT.failure;
};
