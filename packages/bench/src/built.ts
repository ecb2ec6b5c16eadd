/** What is measured is what users install: plain JavaScript, built from the sources as they are now. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const project = fileURLToPath(new URL('../tsconfig.build.json', import.meta.url));

/** Builds all packages that a benchmark runs; what has not changed is left as it is. */
export const buildAll = (): void => {
  const { status } = spawnSync(process.execPath, [compiler, '-b', project], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`the packages could not be built: tsc -b ${project} ended with ${status}`);
};
