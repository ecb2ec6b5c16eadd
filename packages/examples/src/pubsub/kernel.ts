/**
 * Publish and subscribe: one publisher, twenty subscribers. Half of them leave. Each had a listener that only the publisher held and
 * a subscription that only the subscriber held: a chain through two vats, which falls link by link.
 *
 *   npx tsx src/pubsub/kernel.ts [database]
 */
import { openKernel } from 'cooperage';
import { censusToLines, takeCensus, type Census } from '../census.ts';
import { findScriptArguments, printLine, type ExampleOptions } from '../script.ts';

export type PubsubResult = {
  /** How many listeners heard the first and the second piece of news. */
  readonly reached: readonly [number, number];
  /** What each subscriber heard, in order. */
  readonly heard: readonly (readonly string[])[];
  /** Objects that the publisher exports: its root and the living subscriptions. */
  readonly publisherObjects: { readonly subscribed: number; readonly left: number };
  readonly subscribed: Census;
  readonly left: Census;
  readonly after: Census;
};

const NAMES = Array.from({ length: 20 }, (_, index) => `subscriber-${index + 1}`);

export const runPubsub = async ({ database, print = printLine }: ExampleOptions = {}): Promise<PubsubResult> => {
  const kernel = await openKernel({
    database: database ?? new URL('./pubsub.sqlite', import.meta.url),
    vats: {
      publisher: { source: new URL('./vat-publisher.ts', import.meta.url) },
      ...Object.fromEntries(NAMES.map(name => [name, { source: new URL('./vat-subscriber.ts', import.meta.url) }])),
    },
  });
  try {
    const publisher = kernel.root('publisher');
    for (const name of NAMES) await kernel.call(name, 'join', [publisher]);
    await kernel.reap();
    const subscribed = takeCensus(kernel);
    const exportedBefore = kernel.objects({ owner: 'publisher' }).length;
    const first = (await kernel.call('publisher', 'publish', ['first news'])) as number;

    for (const name of NAMES.slice(0, NAMES.length / 2)) await kernel.call(name, 'leave', []);
    const second = (await kernel.call('publisher', 'publish', ['second news'])) as number;
    const heard: string[][] = [];
    for (const name of NAMES) heard.push((await kernel.call(name, 'takeNews', [])) as string[]);
    const left = takeCensus(kernel);
    const reaped = await kernel.reap();
    const after = takeCensus(kernel);
    const exportedAfter = kernel.objects({ owner: 'publisher' }).length;

    print(`the first news reached ${first} listeners, the second ${second}`);
    print(`the publisher had ${exportedBefore} objects, and has ${exportedAfter}; the reap retired ${reaped.retired} in all`);
    for (const line of censusToLines({ subscribed, left, 'after reap': after })) print(line);
    return {
      reached: [first, second],
      heard,
      publisherObjects: { subscribed: exportedBefore, left: exportedAfter },
      subscribed,
      left,
      after,
    };
  } finally {
    await kernel.close();
  }
};

const words = findScriptArguments(import.meta.url);
if (words !== undefined) await runPubsub({ database: words[0] });
