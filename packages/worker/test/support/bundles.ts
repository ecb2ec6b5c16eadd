/** The fixtures as bundles, made once per test file. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BundleFormat } from '@cooperage/protocol/worker-port';

export type BundleRequest = { readonly fixture: string; readonly format: BundleFormat };

/** The bundles' JSON texts, in order. */
export const makeBundles = (requests: readonly BundleRequest[]): string[] => {
  const script = fileURLToPath(new URL('bundle.mjs', import.meta.url));
  const args = requests.map(
    ({ fixture, format }) => `${format}:${fileURLToPath(new URL(`../fixtures/${fixture}.js`, import.meta.url))}`,
  );
  const output = execFileSync(process.execPath, [script, ...args], { encoding: 'utf8', maxBuffer: 100_000_000 });
  return (JSON.parse(output) as unknown[]).map(bundle => JSON.stringify(bundle));
};
