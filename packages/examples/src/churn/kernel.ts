/**
 * Churn: one vat makes objects by the thousand, another uses and forgets each. Afterwards the database holds what it held before.
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
  readonly used: Census;
  readonly after: Census;
};

const BATCH = 500;

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
    for (let from = 0; from < things; from += BATCH) {
      weight += (await kernel.call('maker', 'make', [user, from, Math.min(from + BATCH, things)])) as number;
    }
    const used = takeCensus(kernel);
    await kernel.reap();
    const after = takeCensus(kernel);

    print(`${things} things were made, used and forgotten; together they weighed ${weight}`);
    for (const line of censusToLines({ before, used, 'after reap': after })) print(line);
    return { things, weight, before, used, after };
  } finally {
    await kernel.close();
  }
};

const words = findScriptArguments(import.meta.url);
if (words !== undefined) await runChurn({ database: words[0], things: words[1] === undefined ? undefined : Number(words[1]) });
