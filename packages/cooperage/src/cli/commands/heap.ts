/** `cooperage heap <config> <vat>`: what a vat keeps in memory, and that memory as a file which DevTools opens. */
import { EXIT, toFailure } from '../failure.ts';
import { bytesText, countText } from '../quantities.ts';
import { toVatName, withStoredKernel } from '../running-kernel.ts';
import { Sheet } from '../sheet.ts';
import type { Terminal } from '../terminal.ts';

export type HeapRequest = { readonly config: string; readonly vat: string; readonly out: string | undefined };

export const heap = ({ config, vat: word, out }: HeapRequest, terminal: Terminal): Promise<number> =>
  withStoredKernel(config, terminal, async kernel => {
    const vat = toVatName(kernel, word);
    try {
      const { bytes, objects, largest } = await kernel.heapOf(vat, { out });
      if (terminal.json) {
        terminal.printJson({ vat, bytes, objects, largest, out: out ?? null });
        return EXIT.ok;
      }
      const sheet = new Sheet(terminal, { full: false });
      sheet.line(`vat ${vat} alone keeps ${bytesText(bytes)}, in ${countText(objects, 'object')}`);
      for (const kind of largest) sheet.line(`  ${bytesText(kind.bytes)} in ${kind.objects}: ${kind.kind}`);
      if (out !== undefined) sheet.line(`its heap snapshot is in ${out}`);
      return EXIT.ok;
    } catch (error) {
      throw toFailure(error);
    }
  });
