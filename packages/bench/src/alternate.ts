/** Runs one case on the systems by turns, A B A B, each time in a fresh process with a folder of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Task } from './child.ts';
import type { System } from './site.ts';
import { findWhyLeftOut, type Figures, type Workload } from './workload.ts';

const child = fileURLToPath(new URL('../dist/child.js', import.meta.url));
// What users install is built, and so is what is measured. Forced collections are exact only without the background compiler.
const ARGUMENTS = ['--conditions=cooperage-built', '--expose-gc', '--no-concurrent-recompilation'];

export type Measured = {
  readonly workload: string;
  readonly variant: string;
  readonly size: number;
  readonly unit: string;
  /** By system, the figures of each round. */
  readonly figures: Readonly<Partial<Record<System, readonly Figures[]>>>;
  /** By system, why there are none. */
  readonly leftOut: Readonly<Partial<Record<System, string>>>;
};

/** The figures that a process of its own comes back with. */
export const runChild = (task: Task): Promise<Figures> =>
  new Promise((resolve, reject) => {
    const running = spawn(process.execPath, [...ARGUMENTS, child, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    running.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    running.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    running.on('error', reject);
    running.on('close', code => {
      if (code === 0) resolve(JSON.parse(output.trim().split('\n').at(-1) ?? '') as Figures);
      else reject(new Error(`${JSON.stringify(task)} ended with ${code}:\n${errors.slice(-4_000)}`));
    });
  });

export type Comparison = {
  readonly workload: Workload;
  readonly variant: string;
  readonly size: number;
  readonly rounds: number;
  readonly systems: readonly System[];
};

const runOnce = async (system: System, { workload, variant, size }: Comparison): Promise<Figures> => {
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-bench-'));
  const task = { system, workload: workload.name, variant, size, folder };
  try {
    if (workload.prepare !== undefined) await runChild({ task: 'prepare', ...task });
    return await runChild({ task: 'run', ...task });
  } finally {
    rmSync(folder, { recursive: true });
  }
};

export const measureWorkload = async (comparison: Comparison): Promise<Measured> => {
  const { workload, variant, size, rounds, systems } = comparison;
  const leftOut: Partial<Record<System, string>> = {};
  for (const system of systems) {
    const why = system === 'cooperage' ? undefined : findWhyLeftOut(system, workload, comparison);
    if (why !== undefined) leftOut[system] = why;
  }
  const able = systems.filter(system => leftOut[system] === undefined);
  const figures: Partial<Record<System, Figures[]>> = {};
  for (let round = 0; round < rounds; round += 1) {
    for (const system of able) (figures[system] ??= []).push(await runOnce(system, comparison));
  }
  return { workload: workload.name, variant, size, unit: workload.unit, figures, leftOut };
};
