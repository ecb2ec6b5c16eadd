/**
 * A life with many durable objects in a durable map: made, read, changed, walked, upgraded, half of them dropped and deleted. What each
 * step costs per object must not grow with their number, no crank of a reap may be long, and memory must not follow the size of the map.
 */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import type { KernelController } from 'cooperage';
import { CrankTimes } from './longest-crank.ts';
import { measure, summarize } from '../measure.ts';
import { watchMemory, type MemoryWatch } from '../peak-memory.ts';
import { openLoad, withDatabase, type Row, type Study } from './study.ts';

const archive = new URL('../vats/vat-archive.js', import.meta.url);
const SIZES = [1_000, 10_000, 100_000];
const BATCH = 1_000;
const PICKED = 10_000;
const REAP_EVERY = 20;
const MB = 2 ** 20;

type Site = {
  readonly kernel: KernelController;
  readonly path: string;
  readonly size: number;
  readonly memory: MemoryWatch;
  readonly cranks: CrankTimes;
};

/** Something to be done, and with how many objects. */
type Errand = { readonly objects: number; readonly act: () => Promise<unknown> };

const fileMb = (path: string): number =>
  [path, `${path}-wal`].reduce((sum, file) => sum + (existsSync(file) ? statSync(file).size : 0), 0) / MB;

/** How much of a closed database holds nothing: what a VACUUM would give back. The header of the file says so. */
const freeMb = (path: string): number => {
  const header = new DataView(new ArrayBuffer(100));
  const file = openSync(path, 'r');
  readSync(file, header);
  closeSync(file);
  return (header.getUint16(16) * header.getUint32(36)) / MB;
};

const countSyscalls = ({ kernel }: Site): number => kernel.stats().counters.syscalls ?? 0;

/** A message, by itself in a block. */
const errand = ({ kernel }: Site, objects: number, method: string, args: readonly unknown[] = []): Errand => ({
  objects,
  act: async () => {
    const answer = await kernel.send('a', method, args);
    await kernel.run();
    await kernel.release(answer);
  },
});

/** So many steps, a thousand a message. */
const errands = (site: Site, count: number, method: string, ...rest: readonly unknown[]): Errand[] =>
  Array.from({ length: count / BATCH }, (_, i) => errand(site, BATCH, method, [i * BATCH, BATCH, ...rest]));

/** Does one after the other, and says what that cost and what there is afterwards. */
const step = async (site: Site, what: string, list: readonly Errand[]): Promise<Row> => {
  const { kernel, path, size, memory, cranks } = site;
  const costs: number[] = [];
  const before = countSyscalls(site);
  memory.takePeakMb();
  cranks.takeLongest();
  for (const { objects, act } of list) costs.push(((await measure(act)).cpuMs * 1000) / objects);
  const longest = cranks.takeLongest();
  const peakMb = memory.takePeakMb();
  const all = list.reduce((sum, { objects }) => sum + objects, 0);
  const syscalls = countSyscalls(site) - before;
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return {
    objects: size,
    step: what,
    'CPU us/object': summarize(costs),
    'syscalls/object': Number((syscalls / all).toFixed(2)),
    'longest crank, CPU ms': Math.round(longest.ms),
    'its syscalls': longest.syscalls,
    'heap MB': Math.round(heapUsed / MB),
    'RSS MB': Math.round(rss / MB),
    'peak RSS MB': peakMb,
    rows: kernel.stats().tables.vatstore ?? 0,
    'file MB': Number(fileMb(path).toFixed(1)),
  };
};

const terminate = async ({ kernel }: Site): Promise<void> => {
  await kernel.terminateVat('a');
  await kernel.run();
};

const life = async (site: Site): Promise<Row[]> => {
  const { kernel, size } = site;
  const reap = (objects: number): Errand => ({ objects, act: () => kernel.reap() });
  const upgrade = { objects: size, act: () => kernel.upgradeVat('a', { source: archive }) };
  const walk = Array.from({ length: size / BATCH }, () => errand(site, BATCH, 'walkSome', [BATCH]));
  return [
    await step(site, 'create', errands(site, size, 'create')),
    await step(site, 'reap: none in memory', [reap(size)]),
    await step(site, 'read', errands(site, PICKED, 'read', size)),
    await step(site, 'update', errands(site, PICKED, 'update', size)),
    await step(site, 'walk, 1,000 a message', walk),
    await step(site, 'walk in one crank', [errand(site, size, 'walkAll')]),
    await step(site, 'reap: all were in memory', [reap(size)]),
    await step(site, 'drop half in one crank', [errand(site, size / 2, 'drop', [0, size / 2])]),
    await step(site, 'reap: half fall', [reap(size / 2)]),
    await step(site, 'upgrade', [upgrade]),
    await step(site, 'read after the upgrade', errands(site, PICKED, 'readUpper', size)),
    await step(site, 'terminate', [{ objects: size / 2, act: () => terminate(site) }]),
  ];
};

const live = (size: number): Promise<Row[]> =>
  withDatabase(async path => {
    const cranks = new CrankTimes();
    const memory = watchMemory();
    const reap = { deliveries: REAP_EVERY, krefs: 'never' } as const;
    const open = (): Promise<KernelController> =>
      openLoad(path, { vats: { a: { source: archive } }, defaults: { reap }, slog: cranks.slog });
    const kernel = await open();
    const rows = await life({ kernel, path, size, memory, cranks });
    await kernel.close();
    await memory.stop();
    const free = `closed: ${freeMb(path).toFixed(1)} MB free`;
    return [...rows, { objects: size, step: free, 'file MB': Number(fileMb(path).toFixed(1)) }];
  });

export const durableStudy: Study = {
  name: 'durable',
  what: 'durable objects, each in a durable map and citing another: made, read, changed, walked, dropped, upgraded',
  run: async () => {
    const rows: Row[] = [];
    for (const size of SIZES) rows.push(...(await live(size)));
    return rows;
  },
};
