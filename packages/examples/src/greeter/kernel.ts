/**
 * Greeter: two vats, one greeting, one database. Run it again with the same database and bob remembers whom he greeted; bootstrap
 * happens once.
 *
 *   npx tsx src/greeter/kernel.ts [database]
 */
import { openKernel } from 'cooperage';
import { censusToLines, takeCensus, type Census } from '../census.ts';
import { findScriptArguments, printLine, type ExampleOptions } from '../script.ts';

export type GreeterResult = {
  readonly answer: string;
  /** Everyone bob has greeted, over all runs on this database. */
  readonly greeted: readonly string[];
  readonly before: Census;
  readonly after: Census;
};

export const runGreeter = async ({ database, print = printLine }: ExampleOptions = {}): Promise<GreeterResult> => {
  const kernel = await openKernel({
    database: database ?? new URL('./greeter.sqlite', import.meta.url),
    bootstrap: 'alice',
    vats: {
      alice: { source: new URL('./vat-alice.ts', import.meta.url) },
      bob: { source: new URL('./vat-bob.js', import.meta.url), parameters: { greeting: 'hello' } },
    },
  });
  try {
    await kernel.run();
    const answer = (await kernel.call('bob', 'greet', ['world'])) as string;
    const greeted = (await kernel.call('bob', 'greeted', [])) as string[];
    const before = takeCensus(kernel);
    await kernel.reap();
    const after = takeCensus(kernel);

    print(`bob says: ${answer}`);
    print(`bob has greeted: ${greeted.join(', ')}`);
    for (const line of censusToLines({ before, 'after reap': after })) print(line);
    return { answer, greeted, before, after };
  } finally {
    await kernel.close();
  }
};

const words = findScriptArguments(import.meta.url);
if (words !== undefined) await runGreeter({ database: words[0] });
