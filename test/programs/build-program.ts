/**
 * Makes one file of a program and all that it imports. A process that loads it is at work five times sooner than through a loader,
 * and for a program that is started hundreds of times, or under flags that slow the engine down, that is what counts.
 */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openKernel, type KernelOptions } from 'cooperage';
import { build, type Plugin } from 'esbuild';
import type { ExecutionContext } from 'ava';

/** Left out of the file: they have parts that are no JavaScript. */
const NATIVE = ['better-sqlite3', 'better-sqlite3-napi'];
const native = fileURLToPath(new URL('../../packages/store/node_modules/', import.meta.url));

/** What says where a source lies beside it goes on saying so. */
const keepPlaces: Plugin = {
  name: 'keep places',
  setup: ({ onLoad }) => {
    onLoad({ filter: /vat-admin\/src\/source\.ts$/ }, ({ path }) => {
      const url = new URL('./vat-admin.ts', pathToFileURL(path));
      return { contents: `export const VAT_ADMIN_SOURCE = new URL(${JSON.stringify(url.href)});` };
    });
    onLoad({ filter: /test\/cycles\/.*\.ts$/ }, ({ path }) => {
      const place = JSON.stringify(pathToFileURL(path).href);
      return { contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', place), loader: 'ts' };
    });
  },
};

/** What a program will open: its bundles are made here, because a program in one file has no bundler, only its cache. */
export type Sources = Pick<KernelOptions, 'vats' | 'bundles' | 'bootstrap' | 'vatAdmin'>;

export type Program = { readonly path: string; readonly folder: string };

/** Makes `<name>.mjs` of a file and all that it imports, in a folder with what such a program needs beside it. */
export const bundleProgram = async (
  folder: string,
  { name, entry, plugins = [] }: { name: string; entry: string; plugins?: readonly Plugin[] },
): Promise<string> => {
  const path = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [entry],
    outfile: path,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: NATIVE,
    // Some of what is bundled is CommonJS, and asks for modules of Node.
    banner: { js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);" },
    plugins: [keepPlaces, ...plugins],
    logLevel: 'warning',
  });
  mkdirSync(join(folder, 'node_modules'));
  for (const module of NATIVE) symlinkSync(join(native, module), join(folder, 'node_modules', module));
  return path;
};

/** Builds `test/programs/<name>.ts` into a folder of its own, which the end of the test removes. */
export const buildProgram = async (t: ExecutionContext, name: string, sources: Sources): Promise<Program> => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), `cooperage-${name}-`));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = await bundleProgram(folder, { name, entry: fileURLToPath(new URL(`./${name}.ts`, import.meta.url)) });
  await (await openKernel({ ...sources, database: ':memory:', console: 'silent' })).close();
  return { path, folder };
};
