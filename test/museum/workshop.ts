/** Programs that play seeds, made of the sources with one line wrong, and run in processes of their own. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { bundleProgram } from '../programs/build-program.ts';
import type { Exhibit } from './exhibits.ts';

/** One line of the sources, and what becomes of it. */
export type Mutation = Pick<Exhibit, 'name' | 'file' | 'find' | 'replace'>;

const root = fileURLToPath(new URL('../..', import.meta.url));

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
      if (!isRead) throw new Error(`${exhibit.name}: the program does not load ${exhibit.file}`);
    });
  },
});

/** A program that plays seeds, and says what became of them in its last line, as JSON. */
export type Player = { readonly name: string; readonly entry: string; readonly args: readonly string[] };

/**
 * Plays seeds on the sources as they are, or on a mutant, in one file: that starts sooner than a copy that is loaded file by file.
 * `first` is the seed that is blamed when the process itself fails.
 */
export const playSeeds = async (player: Player, mutation: Mutation | undefined, first: number): Promise<Verdict> => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'cooperage-museum-'));
  try {
    const program = await bundleProgram(folder, {
      name: player.name,
      entry: join(root, player.entry),
      plugins: mutation === undefined ? [] : [misread(mutation)],
    });
    const words = ['--expose-gc', '--no-concurrent-recompilation', program, ...player.args];
    const started = performance.now();
    const stdout = await new Promise<string>(resolve => {
      execFile(process.execPath, words, { cwd: folder, timeout: 500_000 }, (error, out, err) =>
        resolve(
          out === '' ? JSON.stringify({ failed: first, message: `the process ended: ${err.slice(-300) || String(error)}` }) : out,
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

/** Has the simulator play seeds from `first` until one fails or `count` have passed. */
export const runMutant = (exhibit: Exhibit | undefined, { first, count }: { first: number; count: number }): Promise<Verdict> => {
  const range = ['--from', String(first), '--count', String(count)];
  const args = [...range, '--collector', exhibit?.collector ?? 'simulated', '--json'];
  return playSeeds({ name: 'simulator', entry: 'packages/testing/src/sim/main.ts', args }, exhibit, first);
};
