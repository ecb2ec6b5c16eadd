/**
 * What Cooperage is compared with, from a package of its own beside the workspace: installed when it is first needed, so that nobody
 * else pays for it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = new URL('../peer/', import.meta.url);
const peerRequire = createRequire(new URL('package.json', folder));

/** Where the bundles are that the peer runs. */
export const peerBundles = fileURLToPath(new URL('node_modules/.cooperage-bench/', folder));

const run = (command: string, args: readonly string[]): void => {
  const { status } = spawnSync(command, args, { cwd: fileURLToPath(folder), stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} in ${fileURLToPath(folder)} ended with ${status}`);
};

/** Installs the peer unless it is there, and bundles what is not bundled yet. */
export const providePeer = (): void => {
  if (!existsSync(new URL('node_modules/@agoric/swingset-vat/package.json', folder))) {
    console.log('installing @agoric/swingset-vat to compare with; this takes a minute or two');
    run('npx', ['--yes', '-p', 'pnpm@10.34.9', 'pnpm', 'install', '--frozen-lockfile']);
  }
  const vats = new URL('./vats/', import.meta.url);
  const sources = readdirSync(vats).map(name => fileURLToPath(new URL(name, vats)));
  const bundler = fileURLToPath(new URL('./bundle-for-peer.mjs', import.meta.url));
  run(process.execPath, [bundler, fileURLToPath(new URL('package.json', folder)), peerBundles, ...sources]);
};

/** A module of the peer's or of what it depends on. Its types are for the caller to say. */
export const loadFromPeer = async <Module>(name: string): Promise<Module> =>
  (await import(pathToFileURL(peerRequire.resolve(name)).href)) as Module;
