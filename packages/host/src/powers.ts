/**
 * Ambient power, all of it: files, environment, memory figures. No other kernel-side module reads the world; what is read here never
 * decides what a vat sees.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export const sha512 = (data: string | Uint8Array): string => createHash('sha512').update(data).digest('hex');

/** The bytes of a file; undefined when there is no such file. */
export const findFile = (path: string): Uint8Array | undefined => {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
};

export const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
export const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** What tells two states of a file apart without reading it; '' when there is none. */
export const fileStamp = (path: string): string => {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}`;
};

/** Where links lead; undefined when nowhere. */
export const findRealPath = (path: string): string | undefined => {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
};

/** Writes a file that is either whole or not there. */
export const writeWholeFile = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(draft, text);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
};

/** Where things may be kept that can be made again: beside the nearest `node_modules`, or in the user's cache folder. */
export const chooseCacheFolder = (path: string): string => {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules'))) return join(folder, 'node_modules', '.cache', 'cooperage');
    if (dirname(folder) === folder) break;
  }
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'cooperage');
};

export type LineFile = { readonly append: (line: string) => void; readonly close: () => void };

/** Appends whole lines to a file. */
export const openLineFile = (path: string): LineFile => {
  const file = openSync(path, 'a');
  return { append: line => void writeSync(file, `${line}\n`), close: () => closeSync(file) };
};

export type MemoryUse = { readonly resident: number; readonly heapUsed: number; readonly external: number };

export const readMemoryUse = (): MemoryUse => {
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, heapUsed, external };
};

/** Says something to whoever watches the process, once, without stopping anything. */
export const warn = (message: string): void => process.emitWarning(message, 'CooperageWarning');
