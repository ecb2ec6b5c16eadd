/** `cooperage step [config]`: runs one crank, or a few, and shows what each did, in the kernel's refs. */
import type { KernelController } from '@cooperage/host/controller';
import { describeDelivery, describeSyscall } from '@cooperage/inspector/describe';
import { EXIT } from '../failure.ts';
import { onInterrupt, withKernel } from '../running-kernel.ts';
import { Sheet } from '../sheet.ts';
import type { Terminal } from '../terminal.ts';

export type StepRequest = { readonly config: string | undefined; readonly count: number; readonly full: boolean };

type StepReport = NonNullable<Awaited<ReturnType<KernelController['step']>>>;

const showReport = (report: StepReport, sheet: Sheet): void => {
  const { crank, kind, vat, delivery, syscalls, fault } = report;
  const what = delivery === null ? kind : sheet.words(extent => describeDelivery(delivery, extent));
  sheet.line(`crank ${crank}  ${vat ?? 'kernel'}  ${what}`);
  for (const syscall of syscalls) sheet.line(`      ${sheet.words(extent => describeSyscall(syscall, extent))}`);
  if (fault !== null) sheet.line(`      ${fault.fault}: ${fault.problem}`);
};

export const step = ({ config, count, full }: StepRequest, terminal: Terminal): Promise<number> =>
  withKernel(config, terminal, async kernel => {
    const sheet = new Sheet(terminal, { full });
    const reports: StepReport[] = [];
    let interrupted = false;
    const ignore = onInterrupt(() => {
      interrupted = true;
    });
    try {
      let idle = false;
      while (reports.length < count && !idle && !interrupted) {
        const report = await kernel.step();
        if (report === undefined) idle = true;
        else {
          reports.push(report);
          if (!terminal.json) showReport(report, sheet);
        }
      }
      if (terminal.json) terminal.printJson({ reports, idle });
      else if (idle) sheet.note('nothing is left to do');
      if (!terminal.json) sheet.finish();
      return interrupted ? EXIT.failure : EXIT.ok;
    } finally {
      ignore();
    }
  });
