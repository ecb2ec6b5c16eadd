/** The sources with one line wrong, as a copy or as a program in one file, and the simulator run on it in a process of its own. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { bundleProgram } from '../programs/build-program.ts';
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

const mutate = ({ name, file, find, replace }: Mutation, source: string): string => {
  const found = source.split(find).length - 1;
  if (found !== 1) throw new Error(`${name}: its line stands ${found} times in ${file}, not once`);
  return source.replace(find, () => replace);
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
    writeFileSync(path, mutate(exhibit, readFileSync(path, 'utf8')));
  }
  return copy;
};

/** Reads one file of the sources otherwise than it is. */
const misread = (exhibit: Mutation): Plugin => ({
  name: exhibit.name,
  setup: ({ onLoad, onEnd }) => {
    let isRead = false;
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (path !== realpathSync(join(root, exhibit.file))) return undefined;
      isRead = true;
      return { contents: mutate(exhibit, readFileSync(path, 'utf8')), loader: 'ts' };
    });
    onEnd(() => {
      if (!isRead) throw new Error(`${exhibit.name}: the simulator does not load ${exhibit.file}`);
    });
  },
});

/** The simulator of the sources, or of a mutant, in one file: it starts sooner than a copy that is loaded file by file. */
const buildSimulator = (folder: string, exhibit: Mutation | undefined): Promise<string> =>
  bundleProgram(folder, {
    name: 'simulator',
    entry: join(root, 'packages/testing/src/sim/main.ts'),
    plugins: exhibit === undefined ? [] : [misread(exhibit)],
  });

/** Plays seeds from `first` until one fails or `count` have passed. */
export const runMutant = async (
  exhibit: Exhibit | undefined,
  { first, count }: { first: number; count: number },
): Promise<Verdict> => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'cooperage-museum-'));
  try {
    const main = await buildSimulator(folder, exhibit);
    const flags = ['--expose-gc', '--no-concurrent-recompilation'];
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
      execFile(process.execPath, [...flags, main, ...choice], { cwd: folder, timeout: 300_000 }, (error, out, err) =>
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
    rmSync(folder, { recursive: true, force: true });
  }
};
