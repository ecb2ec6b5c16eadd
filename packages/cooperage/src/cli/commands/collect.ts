/** `cooperage collect [config]`: has vats bring out their dead until nothing falls any more, looks for cycles if asked to, and says what went. */
import type { KernelController } from '@cooperage/host/controller';
import { EXIT, Failure, toFailure } from '../failure.ts';
import { countText } from '../quantities.ts';
import { toVatName, withKernel } from '../running-kernel.ts';
import { Sheet } from '../sheet.ts';
import type { Terminal } from '../terminal.ts';

export type CollectRequest = {
  readonly config: string | undefined;
  readonly cycles: boolean;
  /** Only this one brings out its dead. */
  readonly vat: string | undefined;
};

/** What is counted, and what people call its rows. */
const COUNTED = { objects: 'objects', promises: 'promises', clists: 'c-list entries', vatstore: 'stored keys' } as const;
type Counts = Readonly<Record<keyof typeof COUNTED, number>>;

const count = (kernel: KernelController): Counts => {
  const { objects = 0, promises = 0, clists = 0, vatstore = 0 } = kernel.stats().tables;
  return { objects, promises, clists, vatstore };
};

export const collect = ({ config, cycles, vat }: CollectRequest, terminal: Terminal): Promise<number> => {
  if (cycles && vat !== undefined) {
    throw new Failure(EXIT.usage, '--cycles looks through all vats', { remedy: 'leave out --vat' });
  }
  return withKernel(config, terminal, async kernel => {
    const before = count(kernel);
    try {
      const reaped = { passes: 0, condemned: 0 };
      const report =
        vat === undefined ? await kernel.collect({ cycles }) : { ...(await kernel.reap(toVatName(kernel, vat))), ...reaped };
      const after = count(kernel);
      if (terminal.json) terminal.printJson({ ...report, before, after });
      else show(report, { before, after, sheet: new Sheet(terminal, { full: true }) });
      return EXIT.ok;
    } catch (error) {
      throw toFailure(error);
    }
  });
};

type Shown = { readonly before: Counts; readonly after: Counts; readonly sheet: Sheet };

const show = ({ cranks }: { readonly cranks: number }, { before, after, sheet }: Shown): void => {
  const tables = Object.keys(COUNTED) as (keyof typeof COUNTED)[];
  sheet.table(
    [
      { title: 'rows', cell: table => COUNTED[table] },
      { title: 'before', cell: table => before[table], align: 'right' },
      { title: 'after', cell: table => after[table], align: 'right' },
      { title: 'gone', cell: table => before[table] - after[table], align: 'right' },
    ],
    tables,
  );
  sheet.note(`${countText(cranks, 'crank')} until nothing fell any more`);
};
