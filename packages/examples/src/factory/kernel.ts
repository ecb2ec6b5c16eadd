/**
 * Factory: a vat that makes vats. Its workers are made from a bundle that the kernel script gave a name; one of them is upgraded, and in
 * the end they are all sent home. Afterwards the database holds what it held before.
 *
 *   npx tsx src/factory/kernel.ts [database [workers]]
 */
import { openKernel } from 'cooperage';
import { censusToLines, takeCensus, type Census } from '../census.ts';
import { findScriptArguments, printLine, type ExampleOptions } from '../script.ts';

export type FactoryOptions = ExampleOptions & {
  /** How many workers to make. */
  readonly workers?: number | undefined;
};

export type FactoryResult = {
  readonly squares: readonly number[];
  readonly promoted: { readonly incarnation: number; readonly says: string };
  readonly ends: readonly unknown[];
  readonly before: Census;
  readonly working: Census;
  readonly after: Census;
};

export const runFactory = async (options: FactoryOptions = {}): Promise<FactoryResult> => {
  const { database, workers = 5, print = printLine } = options;
  const source = (name: string) => ({ source: new URL(`./vat-${name}.ts`, import.meta.url) });
  const kernel = await openKernel({
    database: database ?? new URL('./factory.sqlite', import.meta.url),
    bootstrap: 'factory',
    vats: { factory: source('factory') },
    bundles: { worker: source('worker'), foreman: source('foreman') },
    vatAdmin: true,
  });
  try {
    await kernel.run();
    await kernel.reap();
    const before = takeCensus(kernel);

    const names = (await kernel.call('factory', 'hire', [workers])) as string[];
    const working = takeCensus(kernel);
    const squares = (await kernel.call('factory', 'work')) as number[];
    const promoted = (await kernel.call('factory', 'promote')) as FactoryResult['promoted'];
    const ends = (await kernel.call('factory', 'close')) as unknown[];
    await kernel.reap();
    const after = takeCensus(kernel);

    print(`${names.length} vats were made by a vat, and worked: ${squares.join(', ')}`);
    print(`one was upgraded: "${promoted.says}", incarnation ${promoted.incarnation}`);
    print(`and all were ended, because "${String(ends[0])}"`);
    for (const line of censusToLines({ before, working, 'after reap': after })) print(line);
    return { squares, promoted, ends, before, working, after };
  } finally {
    await kernel.close();
  }
};

const words = findScriptArguments(import.meta.url);
if (words !== undefined) await runFactory({ database: words[0], workers: words[1] === undefined ? undefined : Number(words[1]) });
