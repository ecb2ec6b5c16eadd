/**
 * Tells a story to a new database (`record`), or brings every vat of a recorded one back and reaps once (`replay`). Says what came
 * of it as one line of JSON. Arguments: the mode, the vats as JSON, the database, and for `record` the seed and the length.
 */
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { openKernel, type KernelOptions } from 'cooperage';
import { tellStory } from './story.ts';

/** What `record` says. */
export type Recorded = { readonly answers: readonly string[]; readonly stack: unknown };

/** What `replay` says. */
export type Replayed = {
  readonly findings: readonly unknown[];
  /** Deliveries that were replayed, by vat. */
  readonly replayed: Readonly<Record<string, number>>;
  /** Collections that somebody forced: until every vat was back, and in the reap that followed. */
  readonly forcedByReplay: number;
  readonly forcedByReap: number;
};

/** Counts forced collections; each time it is asked, those since the last time. They are reported some turns after they happened. */
const watchForcedCollections = () => {
  let forced = 0;
  const observer = new PerformanceObserver(list => {
    for (const { detail } of list.getEntries()) {
      if (((detail as { flags: number }).flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) !== 0) forced += 1;
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return async (): Promise<number> => {
    for (let turn = 0; turn < 4; turn += 1) await new Promise(resolve => setImmediate(resolve));
    const counted = forced;
    forced = 0;
    return counted;
  };
};

const record = async (options: KernelOptions, seed: number, length: number): Promise<Recorded> => {
  const kernel = await openKernel(options);
  const stack = await kernel.call('escapes', 'stack');
  const answers = await tellStory({ kernel }, { seed, length });
  await kernel.close();
  return { answers, stack };
};

const replay = async (options: KernelOptions): Promise<Replayed> => {
  const countForced = watchForcedCollections();
  const replayed: Record<string, number> = {};
  const kernel = await openKernel({
    ...options,
    slog: event => {
      if (event.type === 'replay-finish') replayed[event.vat] = event.deliveries;
    },
  });
  for (const vat of ['alice', 'bob', 'carol']) await kernel.call(vat, 'ignore');
  await kernel.call('escapes', 'stack');
  const forcedByReplay = await countForced();
  await kernel.reap();
  const forcedByReap = await countForced();
  const findings = kernel.audit();
  await kernel.close();
  return { findings, replayed, forcedByReplay, forcedByReap };
};

const [mode, vats = '', database = '', seed, length] = process.argv.slice(2);
const options: KernelOptions = { database, vats: JSON.parse(vats) as NonNullable<KernelOptions['vats']>, synchronous: 'OFF' };
const result = mode === 'record' ? await record(options, Number(seed), Number(length)) : await replay(options);
console.log(JSON.stringify(result));
