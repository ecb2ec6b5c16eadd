// Bundles the vats of the workloads for a peer, and SwingSet's kernel, as their own tools do it. Plain JavaScript in a process of its
// own, because those tools do not run under a loader. Arguments: the peer's package.json, the folder for the bundles, the vats' sources.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [manifest, folder, ...sources] = process.argv.slice(2);
const peer = createRequire(manifest);
const load = name => import(pathToFileURL(peer.resolve(name)).href);
const agedBy = (path, source) => !existsSync(path) || statSync(path).mtimeMs < statSync(source).mtimeMs;

mkdirSync(folder, { recursive: true });
await load('@endo/init');
const { dependencies } = JSON.parse(readFileSync(manifest, 'utf8'));
const kernel = join(folder, 'kernel.json');
if ('@agoric/swingset-vat' in dependencies && agedBy(kernel, manifest)) {
  const { buildKernelBundles } = await load('@agoric/swingset-vat');
  writeFileSync(kernel, JSON.stringify(await buildKernelBundles()));
}
const { default: bundleSource } = await load('@endo/bundle-source');
for (const source of sources) {
  const path = join(folder, `${basename(source)}.json`);
  if (agedBy(path, source)) writeFileSync(path, JSON.stringify(await bundleSource(source, { format: 'endoZipBase64' })));
}
