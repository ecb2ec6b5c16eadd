/**
 * Churn: one vat makes objects by the thousand, another uses and forgets each. The kernel reaps by itself every so many references, so
 * that the tables never grow far; afterwards the database holds what it held before.
 *
 *   npx tsx src/churn/kernel.ts [database [things]]
 */
import { openKernel } from 'cooperage';
import { censusToLines, takeCensus, type Census } from '../census.ts';
import { findScriptArguments, printLine, type ExampleOptions } from '../script.ts';

export type ChurnOptions = ExampleOptions & {
  /** How many objects to make. */
  readonly things?: number | undefined;
};

export type ChurnResult = {
  readonly things: number;
  /** All weights together; the things weigh 0, 1, 2, ... */
  readonly weight: number;
  readonly before: Census;
  /** After the batch that left the most objects behind. */
  readonly peak: Census;
  readonly after: Census;
};

const BATCH = 100;

export const runChurn = async (options: ChurnOptions = {}): Promise<ChurnResult> => {
  const { database, things = 10_000, print = printLine } = options;
  if (!Number.isSafeInteger(things) || things < 0) throw new Error('the number of things must be a whole number');
  const kernel = await openKernel({
    database: database ?? new URL('./churn.sqlite', import.meta.url),
    vats: {
      maker: { source: new URL('./vat-maker.ts', import.meta.url) },
      user: { source: new URL('./vat-user.ts', import.meta.url) },
    },
  });
  try {
    await kernel.run();
    await kernel.reap();
    const before = takeCensus(kernel);

    const user = kernel.root('user');
    let weight = 0;
    let peak = before;
    for (let from = 0; from < things; from += BATCH) {
      weight += (await kernel.call('maker', 'make', [user, from, Math.min(from + BATCH, things)])) as number;
      const census = takeCensus(kernel);
      if (census.objects > peak.objects) peak = census;
    }
    await kernel.reap();
    const after = takeCensus(kernel);

    print(`${things} things were made, used and forgotten; together they weighed ${weight}`);
    for (const line of censusToLines({ before, peak, 'after reap': after })) print(line);
    return { things, weight, before, peak, after };
  } finally {
    await kernel.close();
  }
};

const words = findScriptArguments(import.meta.url);
if (words !== undefined) await runChurn({ database: words[0], things: words[1] === undefined ? undefined : Number(words[1]) });
