/** `cooperage run [config]`: runs the kernel until there is nothing left to do, a limit is reached, or somebody interrupts. */
import { EXIT } from '../failure.ts';
import { countText } from '../quantities.ts';
import { onInterrupt, withKernel } from '../running-kernel.ts';
import type { Terminal } from '../terminal.ts';

export type RunRequest = { readonly config: string | undefined; readonly maxCranks: number | undefined };

/** What of a crank's report is used. */
type Crank = { readonly crank: number; readonly vat: string | null; readonly fault: { readonly problem: string } | null };

const PROGRESS_EVERY_MS = 100;

type Stop = 'idle' | 'limit' | 'interrupt';

const REASONS: Readonly<Record<Stop, string>> = {
  idle: 'nothing is left to do',
  limit: 'the limit is reached, there may be more to do',
  interrupt: 'interrupted; what was done is kept',
};

export const run = ({ config, maxCranks }: RunRequest, terminal: Terminal): Promise<number> =>
  withKernel(config, terminal, async kernel => {
    let interrupted = false;
    let shownAt = 0;
    const ignore = onInterrupt(() => {
      interrupted = true;
    });
    let faults = 0;
    const afterCrank = ({ crank, vat, fault }: Crank): 'continue' | 'stop' => {
      if (fault !== null) {
        faults += 1;
        terminal.tell(`crank ${crank}: vat ${vat ?? ''} faulted: ${fault.problem}`);
      }
      const now = Date.now();
      if (now - shownAt >= PROGRESS_EVERY_MS) {
        terminal.showProgress(`crank ${crank}`);
        shownAt = now;
      }
      return interrupted ? 'stop' : 'continue';
    };
    try {
      const report = await kernel.run({ afterCrank, ...(maxCranks === undefined ? {} : { maxCranks }) });
      terminal.clearProgress();
      const stop: Stop = report.reason === 'idle' ? 'idle' : interrupted ? 'interrupt' : 'limit';
      const { cranks, deliveries } = report;
      if (terminal.json) terminal.printJson({ cranks, deliveries, stop });
      else terminal.print(`${countText(cranks, 'crank')}, ${deliveries} with a delivery; ${REASONS[stop]}`);
      return stop === 'interrupt' || faults > 0 ? EXIT.failure : EXIT.ok;
    } finally {
      ignore();
    }
  });
