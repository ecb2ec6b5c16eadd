/** A kernel with two load vats, in a database of its own that goes when the workload is done. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKernel, type KernelController, type KernelOptions } from 'cooperage';

export type Row = Readonly<Record<string, string | number>>;
export type Study = { readonly name: string; readonly what: string; readonly run: () => Promise<Row[]> };

/** The vat of all workloads. */
export const source = new URL('../vats/vat-load.js', import.meta.url);

export const openLoad = (database: string, options: Partial<KernelOptions> = {}): Promise<KernelController> =>
  openKernel({
    database,
    vats: { a: { source }, b: { source } },
    defaults: { reap: { deliveries: 'never', krefs: 'never' } },
    ...options,
  });

/** Runs `work` with the path of a database that does not exist yet. */
export const withDatabase = async <Result>(work: (path: string) => Promise<Result>): Promise<Result> => {
  const folder = await mkdtemp(join(tmpdir(), 'cooperage-bench-'));
  try {
    return await work(join(folder, 'kernel.sqlite'));
  } finally {
    await rm(folder, { recursive: true });
  }
};
