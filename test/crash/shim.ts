/**
 * The shim that records what a process does to its files and lets the n-th operation fail (`iolog.c`): compiled here, preloaded into
 * a program, and told what to do by that program. Called by the crash and fault tests and their programs.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('iolog.c', import.meta.url));
const COMMANDS = '/cooperage-iolog/';
const ANSWER = /^(\d+) (\d+)$/;

/** Preloading and its C library are Linux's; everywhere else these tests say so and pass. */
export const isShimPossible = process.platform === 'linux';

/** A folder in memory where there is one: nothing is tested by waiting for a disk. */
export const makeFolder = (): string => mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'cooperage-crash-'));

/** Compiles the shim into a folder; where it lies. */
export const compileShim = (folder: string): string => {
  const library = join(folder, 'iolog.so');
  const { status, stderr, error } = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, SOURCE, '-ldl'], {
    encoding: 'utf8',
  });
  if (status === 0) return library;
  throw new Error(`the crash tests need a C compiler named cc: ${error?.message ?? stderr}`);
};

/** A program that says nothing for so long hangs; the longest pauses of a sound one are a few seconds. */
const LONGEST_SILENCE_MS = 180_000;

/** Runs a program of this folder under the shim and hands on each line that it prints. Rejects when it fails or hangs. */
export const runUnderShim = async (
  program: string,
  { library, args, onLine }: { library: string; args: readonly string[]; onLine?: (line: string) => void },
): Promise<void> => {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, ['--import=tsx', path, ...args], {
    env: { ...process.env, LD_PRELOAD: library },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const watchdog = setTimeout(() => child.kill('SIGABRT'), LONGEST_SILENCE_MS);
  let rest = '';
  let complaint = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    watchdog.refresh();
    for (const line of lines) onLine?.(line);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const how = await new Promise<string>(resolve => {
    child.on('close', (code, signal) => resolve(String(signal ?? code)));
  });
  clearTimeout(watchdog);
  if (how !== '0') throw new Error(`${program} ${args.join(' ')} ended with ${how}:\n${complaint}`);
};

/** How many operations were counted since the last `fail` and how many of them failed. */
export type ShimCounts = { readonly counted: number; readonly failed: number };

const command = (text: string): ShimCounts => {
  const answer = ANSWER.exec(readFileSync(`${COMMANDS}${text}`, 'utf8'));
  if (answer === null) throw new Error('the shim is not there');
  return { counted: Number(answer[1]), failed: Number(answer[2]) };
};

/** Kinds of operations, as bits. */
export const KINDS = {
  open: 1,
  read: 2,
  write: 4,
  truncate: 8,
  sync: 16,
  unlink: 32,
  rename: 64,
  map: 128,
  lock: 256,
  memory: 512,
} as const;

export type Fault = {
  readonly kinds: readonly (keyof typeof KINDS)[];
  readonly errno: number;
  /** Only the n-th operation fails, or it and all after it. */
  readonly times: 'once' | 'forever';
  /** The n-th operation, a write, writes half of its bytes, and what follows fails. */
  readonly short?: boolean;
};

/** Watches the files below a folder. */
export const watchFolder = (folder: string): ShimCounts => command(`root${folder}`);
/** Writes down what happens to them. */
export const startLog = (file: string): ShimCounts => command(`log${file}`);
export const mark = (text: string): ShimCounts => command(`mark/${text}`);
/** Lets the n-th operation from now on fail. */
export const failAt = (n: number, { kinds, errno, times, short = false }: Fault): ShimCounts => {
  const bits = kinds.reduce((sum, kind) => sum + KINDS[kind], 0);
  return command(`fail/${bits},${n},${times === 'once' ? 1 : 1_000_000_000},${errno},${short ? 1 : 0}`);
};
export const stopFailing = (): ShimCounts => command('stop');

export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });
