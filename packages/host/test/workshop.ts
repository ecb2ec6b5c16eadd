/** A folder for one test: vat sources written in the test, a place for databases, kernels that are closed when it ends. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { KernelController } from '../src/controller.ts';
import { openKernel } from '../src/open.ts';
import type { KernelOptions } from '../src/options.ts';

const farFolder = (): string => {
  const entry = createRequire(import.meta.url).resolve('@endo/far');
  return realpathSync(join(dirname(entry), entry.endsWith('src/index.js') ? '..' : '.'));
};
const vatFolder = realpathSync(new URL('../../vat', import.meta.url));

export type Workshop = {
  readonly folder: string;
  readonly path: (name: string) => string;
  /** Writes a source file; returns its path. */
  readonly write: (name: string, text: string) => string;
  readonly open: (options: Partial<KernelOptions>) => Promise<KernelController>;
};

export const makeWorkshop = (t: ExecutionContext): Workshop => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'cooperage-host-')));
  const kernels: KernelController[] = [];
  t.teardown(async () => {
    for (const kernel of kernels) await kernel.close();
    rmSync(folder, { recursive: true });
  });
  const path = (name: string): string => join(folder, name);
  const write = (name: string, text: string): string => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text);
    return path(name);
  };
  const dependencies = { '@endo/far': '*', '@cooperage/vat': '*' };
  write('package.json', JSON.stringify({ name: 'workshop', version: '0.0.0', type: 'module', dependencies }));
  for (const scope of ['@endo', '@cooperage']) mkdirSync(path(`node_modules/${scope}`), { recursive: true });
  symlinkSync(farFolder(), path('node_modules/@endo/far'));
  symlinkSync(vatFolder, path('node_modules/@cooperage/vat'));
  const open = async (options: Partial<KernelOptions>): Promise<KernelController> => {
    const kernel = await openKernel({ database: ':memory:', console: 'silent', auditEveryCrank: true, ...options });
    kernels.push(kernel);
    return kernel;
  };
  return { folder, path, write, open };
};
