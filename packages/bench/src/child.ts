/** One case in a fresh process: what is in the arguments, as JSON; prints the figures, as the last line. */
import type { Figures } from './workload.ts';
import type { OpenSite, Peer, System } from './site.ts';
import { findWorkload } from './workloads.ts';

export type Task =
  | { readonly task: 'floors'; readonly peer: Peer }
  | {
      readonly task: 'prepare' | 'run';
      readonly system: System;
      readonly workload: string;
      readonly variant: string;
      readonly size: number;
      readonly folder: string;
    };

const openerOf = async (system: System): Promise<OpenSite> => {
  // Each locks the realm down in its own way, so only one of them is loaded.
  if (system === 'cooperage') return (await import('./cooperage-site.ts')).openCooperage;
  if (system === 'ocap-kernel') return (await import('./ocap-kernel-site.ts')).openOcapKernel;
  const { loadSwingSet } = await import('./swingset-site.ts');
  return loadSwingSet();
};

const perform = async (task: Task): Promise<Figures> => {
  if (task.task === 'floors') {
    const { measureFloors } = await import('./floors.ts');
    return measureFloors(task.peer);
  }
  const { system, workload, variant, size, folder } = task;
  const { prepare, run } = findWorkload(workload);
  const of = { open: await openerOf(system), variant, size, folder };
  if (task.task === 'run') return run(of);
  await prepare?.(of);
  return {};
};

const figures = await perform(JSON.parse(process.argv[2] ?? '') as Task);
process.stdout.write(`\n${JSON.stringify(figures)}\n`, () => process.exit(0));
