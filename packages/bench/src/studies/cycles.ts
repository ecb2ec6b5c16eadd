/**
 * What a look for cycles costs: rings across two vats, a tenth kept by a heap and a tenth by queued messages; the same of durable objects;
 * with nothing to find; and what `collect: { cycles: 'auto' }` costs at a steady state. And what the engine does by itself with cycles
 * inside a vat.
 */
import type { KernelController } from 'cooperage';
import { measure } from '../measure.ts';
import { watchMemory } from '../peak-memory.ts';
import { openLoad, withDatabase, type Row, type Study } from './study.ts';

const source = new URL('../vats/vat-rings.js', import.meta.url);
const BATCH = 1_000;
const MB = 2 ** 20;

const open = (path: string, cycles: 'auto' | 'never' = 'never'): Promise<KernelController> =>
  openLoad(path, { vats: { a: { source }, b: { source }, c: { source } }, collect: { cycles } });

type Ties = { readonly kind: 'heap' | 'durable'; readonly keep: number; readonly send: number };

const tie = async (kernel: KernelController, rings: number, { kind, keep, send }: Ties): Promise<void> => {
  for (let tied = 0; tied < rings; tied += BATCH) {
    const some = { kind, count: BATCH, keep: BATCH * keep, send: BATCH * send, sink: kernel.root('c') };
    await kernel.call('a', 'tie', [kernel.root('b'), some]);
  }
};

const rowsOf = (kernel: KernelController): number => {
  const { objects = 0, clists = 0, vatstore = 0 } = kernel.stats().tables;
  return objects + clists + vatstore;
};

const collectRings = (rings: number, kind: Ties['kind']): Promise<Row> =>
  withDatabase(async path => {
    const kernel = await open(path);
    await kernel.run();
    await kernel.suspendVat('c');
    await tie(kernel, rings, { kind, keep: 0.1, send: 0.1 });
    await kernel.reap();
    const before = rowsOf(kernel);
    const memory = watchMemory();
    const rss = memory.takePeakMb();
    const { cpuMs, wallMs, result } = await measure(() => kernel.collect({ cycles: true }));
    const peak = memory.takePeakMb();
    await memory.stop();
    const row = {
      'what is there': `${rings} rings, ${kind}`,
      'rows before': before,
      'rows after': rowsOf(kernel),
      passes: result.passes,
      'CPU ms': Math.round(cpuMs),
      'wall ms': Math.round(wallMs),
      'MB before': rss,
      'MB at most': peak,
    };
    await kernel.close();
    return row;
  });

const findNothing = (objects: number): Promise<Row> =>
  withDatabase(async path => {
    const kernel = await open(path);
    await tie(kernel, objects / 2, { kind: 'heap', keep: 1, send: 0 });
    await kernel.reap();
    const plain = await measure(() => kernel.collect());
    const { cpuMs, wallMs, result } = await measure(() => kernel.collect({ cycles: true }));
    const row = {
      'what is there': `${objects} objects, all alive`,
      'rows before': rowsOf(kernel),
      'rows after': rowsOf(kernel),
      passes: result.passes,
      'CPU ms': Math.round(cpuMs),
      'wall ms': Math.round(wallMs),
      'CPU ms without cycles': Math.round(plain.cpuMs),
    };
    await kernel.close();
    return row;
  });

/** Two vats talk while so many objects live. */
const talk = (objects: number, messages: number): Promise<Row> =>
  withDatabase(async path => {
    const cost = { never: Infinity, auto: Infinity };
    for (const cycles of ['never', 'auto', 'never', 'auto', 'never', 'auto'] as const) {
      const kernel = await open(`${path}.${cycles}.${cost.auto}`, cycles);
      await tie(kernel, objects / 2, { kind: 'heap', keep: 1, send: 0 });
      await kernel.collect({ cycles: true });
      await kernel.call('a', 'pingPong', [kernel.root('b'), 2_000]);
      const { cpuMs } = await measure(() => kernel.call('a', 'pingPong', [kernel.root('b'), messages]));
      cost[cycles] = Math.min(cost[cycles], cpuMs);
      await kernel.close();
    }
    return {
      'what is there': `${objects} objects, all alive; ${messages} messages`,
      'CPU ms': Math.round(cost.auto),
      'CPU ms without cycles': Math.round(cost.never),
      'more %': Number(((cost.auto / cost.never - 1) * 100).toFixed(1)),
    };
  });

const spin = (pairs: number): Promise<Row> =>
  withDatabase(async path => {
    const kernel = await open(path);
    const rss: number[] = [];
    const steps = 100;
    for (let i = 0; i < steps; i += 1) {
      await kernel.call('a', 'spin', [pairs / steps]);
      if (i % 20 === 19) rss.push(Math.round(process.memoryUsage.rss() / MB));
    }
    await kernel.close();
    return { 'what is there': `${pairs} pairs of closures in a vat, made and forgotten`, 'MB over time': rss.join(' ') };
  });

export const cyclesStudy: Study = {
  name: 'cycles',
  what: 'collect({ cycles: true }); a tenth of the rings is kept, a tenth is in messages that wait',
  run: async () => [
    await collectRings(10_000, 'heap'),
    await collectRings(100_000, 'heap'),
    await collectRings(10_000, 'durable'),
    await collectRings(100_000, 'durable'),
    await findNothing(1_000),
    await findNothing(10_000),
    await findNothing(100_000),
    await talk(10_000, 20_000),
    await spin(10_000_000),
  ],
};
