/**
 * Pipeline: `E(E(E(x).step()).step()).path()`, 25 steps deep, around three vats. The traveller sends everything in one crank; each
 * message waits in the database for the promise that it is addressed to, and moves on when that promise settles.
 *
 *   npx tsx src/pipeline/kernel.ts [database]
 */
import { openKernel } from 'cooperage';
import { censusToLines, takeCensus, type Census } from '../census.ts';
import { findScriptArguments, printLine, type ExampleOptions } from '../script.ts';

export type PipelineResult = {
  readonly path: string;
  /** Messages waiting for an unsettled promise, after each crank of the journey. */
  readonly waiting: readonly number[];
  readonly before: Census;
  readonly underway: Census;
  readonly after: Census;
};

const STEPS = 25;

export const runPipeline = async ({ database, print = printLine }: ExampleOptions = {}): Promise<PipelineResult> => {
  const station = (name: string) => ({ source: new URL('./vat-station.ts', import.meta.url), parameters: { name } });
  const kernel = await openKernel({
    database: database ?? new URL('./pipeline.sqlite', import.meta.url),
    bootstrap: 'traveller',
    vats: {
      traveller: { source: new URL('./vat-traveller.ts', import.meta.url) },
      a: station('A'),
      b: station('B'),
      c: station('C'),
    },
  });
  try {
    await kernel.run();
    await kernel.reap();
    const before = takeCensus(kernel);

    // Crank by crank, to see what waits. The first crank is the traveller's: it sends every message of the journey.
    const answer = await kernel.send('traveller', 'travel', [STEPS]);
    await kernel.step();
    const underway = takeCensus(kernel);
    const waiting = [kernel.stats().tables['promiseQueue'] ?? 0];
    while ((await kernel.step()) !== undefined) waiting.push(kernel.stats().tables['promiseQueue'] ?? 0);
    await kernel.run();
    const settled = await kernel.promise(answer);
    if (settled.state !== 'fulfilled') throw new Error(`the journey is ${settled.state}`);
    const path = settled.value as string;
    await kernel.release(answer);
    await kernel.reap();
    const after = takeCensus(kernel);

    print(`the traveller passed ${path}`);
    print(`messages waiting for a promise, after the first crank: ${waiting[0]}; after the last: ${waiting.at(-1)}`);
    for (const line of censusToLines({ before, underway, 'after reap': after })) print(line);
    return { path, waiting, before, underway, after };
  } finally {
    await kernel.close();
  }
};

const words = findScriptArguments(import.meta.url);
if (words !== undefined) await runPipeline({ database: words[0] });
