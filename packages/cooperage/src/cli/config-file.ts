/**
 * The config file: finds `cooperage.config.ts`, `.js` or `.mjs` and loads its default export, which holds the options of `openKernel`.
 * What cannot be found or loaded is exit 3.
 */
import { statSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeThrown, EXIT, Failure } from './failure.ts';

const NAMES = ['cooperage.config.ts', 'cooperage.config.js', 'cooperage.config.mjs'];
const TYPESCRIPT = new Set(['.ts', '.mts', '.cts']);
const JAVASCRIPT = new Set(['.js', '.mjs', '.cjs']);

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** The config's path. `given` is a file or a directory; without it the working directory is searched. */
export const findConfigFile = (given: string | undefined): string => {
  const start = resolve(given ?? '.');
  if (isFile(start)) {
    if (TYPESCRIPT.has(extname(start)) || JAVASCRIPT.has(extname(start))) return start;
    throw new Failure(EXIT.cannotOpen, `${start} is no config`, {
      remedy: 'a config is a module in TypeScript or JavaScript; name that, or its directory',
    });
  }
  if (given !== undefined && !isDirectory(start)) {
    throw new Failure(EXIT.cannotOpen, `there is no config ${start}`, { remedy: 'name a config file, or a directory with one' });
  }
  const found = NAMES.map(name => join(start, name)).find(isFile);
  if (found !== undefined) return found;
  throw new Failure(EXIT.cannotOpen, `there is no config in ${start}`, {
    remedy: `write a ${NAMES[0]} whose default export holds the options of openKernel, or name another file`,
  });
};

/** TypeScript goes through tsx, which stays on: configs import other files. */
const importModule = async (path: string): Promise<{ readonly default?: unknown }> => {
  if (TYPESCRIPT.has(extname(path))) {
    const [modules, commonjs] = await Promise.all([import('tsx/esm/api'), import('tsx/cjs/api')]);
    modules.register();
    commonjs.register();
  }
  return (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** In a folder whose package.json does not say "type": "module", TypeScript is loaded as CommonJS and its default export is one deeper. */
const unwrapDefault = (value: unknown): unknown =>
  isRecord(value) && value['__esModule'] === true && 'default' in value ? value['default'] : value;

export const loadConfig = async (path: string): Promise<Readonly<Record<string, unknown>>> => {
  let exported: unknown;
  try {
    exported = unwrapDefault((await importModule(path)).default);
  } catch (cause) {
    const { message } = describeThrown(cause);
    throw new Failure(EXIT.cannotOpen, `config ${path} cannot be loaded: ${message}`, { remedy: 'correct the file', cause });
  }
  if (isRecord(exported)) return exported;
  throw new Failure(EXIT.cannotOpen, `config ${path} has no options`, {
    remedy: 'its default export must be the record of options that openKernel takes',
  });
};
