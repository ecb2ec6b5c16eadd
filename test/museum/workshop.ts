/** A copy of the packages in which one line is wrong, and the simulator run on it in a process of its own. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Exhibit } from './exhibits.ts';

/** One line of the sources, and what becomes of it. */
export type Mutation = Pick<Exhibit, 'name' | 'file' | 'find' | 'replace'>;

const root = fileURLToPath(new URL('../..', import.meta.url));
const PACKAGES = ['protocol', 'marshal', 'store', 'liveslots', 'kernel', 'worker', 'testing', 'host', 'inspector'];

export type Verdict = {
  /** The seed that failed; undefined: the mutant lives. */
  readonly seed: number | undefined;
  readonly message: string;
  readonly ms: number;
};

const isCopied = (path: string): boolean => !['dist', 'test'].includes(basename(path)) || path.includes('node_modules');

/**
 * Links between packages are relative, so they lead from copy to copy; everything else comes from the original. `folders`: what else to
 * copy, in terms of the root.
 */
export const copyPackages = (exhibit: Mutation | undefined, folders: readonly string[] = []): string => {
  const copy = mkdtempSync(join(tmpdir(), 'cooperage-museum-'));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const name of ['package.json', 'tsconfig.base.json']) cpSync(join(root, name), join(copy, name));
  for (const folder of [...PACKAGES.map(name => `packages/${name}`), ...folders]) {
    cpSync(join(root, folder), join(copy, folder), {
      recursive: true,
      verbatimSymlinks: true,
      filter: path => isCopied(path) || path === join(root, folder),
    });
  }
  if (exhibit !== undefined) {
    const path = join(copy, exhibit.file);
    const source = readFileSync(path, 'utf8');
    if (source.split(exhibit.find).length !== 2) {
      throw new Error(
        `${exhibit.name}: its line stands ${source.split(exhibit.find).length - 1} times in ${exhibit.file}, not once`,
      );
    }
    writeFileSync(
      path,
      source.replace(exhibit.find, () => exhibit.replace),
    );
  }
  return copy;
};

/** Plays seeds from `first` until one fails or `count` have passed. */
export const runMutant = async (
  exhibit: Exhibit | undefined,
  { first, count }: { first: number; count: number },
): Promise<Verdict> => {
  const copy = copyPackages(exhibit);
  try {
    const main = join(copy, 'packages/testing/src/sim/main.ts');
    const flags = ['--import', 'tsx', '--expose-gc', '--no-concurrent-recompilation'];
    const choice = [
      '--from',
      String(first),
      '--count',
      String(count),
      '--collector',
      exhibit?.collector ?? 'simulated',
      '--json',
    ];
    const started = performance.now();
    const stdout = await new Promise<string>(resolve => {
      execFile(
        process.execPath,
        [...flags, main, ...choice],
        { cwd: join(copy, 'packages/testing'), timeout: 300_000 },
        (error, out, err) =>
          resolve(
            out === ''
              ? JSON.stringify({ failed: first, message: `the process ended: ${err.slice(-300) || String(error)}`, ms: 0 })
              : out,
          ),
      );
    });
    const ms = Math.round(performance.now() - started);
    const report = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { failed?: number; message?: string };
    return { seed: report.failed, message: report.message ?? '', ms };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
};
