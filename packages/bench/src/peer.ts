/**
 * What Cooperage is compared with, each from a package of its own beside the workspace: installed when it is first needed, so that
 * nobody else pays for it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Peer } from './site.ts';

const PACKAGES: Readonly<Record<Peer, { readonly folder: URL; readonly of: string }>> = {
  swingset: { folder: new URL('../peer/', import.meta.url), of: '@agoric/swingset-vat' },
  'ocap-kernel': { folder: new URL('../peer-ocap-kernel/', import.meta.url), of: '@metamask/ocap-kernel' },
};

/** A file of the peer's folder. */
export const peerFile = (peer: Peer, path: string): string => fileURLToPath(new URL(path, PACKAGES[peer].folder));

/** Where the bundles are that the peer runs. */
export const peerBundles = (peer: Peer): string => peerFile(peer, 'node_modules/.cooperage-bench/');

const run = (peer: Peer, command: string, args: readonly string[]): void => {
  const cwd = peerFile(peer, '.');
  const { status } = spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} in ${cwd} ended with ${status}`);
};

/** Installs the peer unless it is there, and bundles what is not bundled yet. */
export const providePeer = (peer: Peer): void => {
  const { of } = PACKAGES[peer];
  if (!existsSync(peerFile(peer, `node_modules/${of}/package.json`))) {
    console.log(`installing ${of} to compare with; this takes a minute or two`);
    run(peer, 'npx', ['--yes', '-p', 'pnpm@10.34.9', 'pnpm', 'install', '--frozen-lockfile']);
  }
  const vats = new URL('./vats/', import.meta.url);
  const sources = readdirSync(vats).map(name => fileURLToPath(new URL(name, vats)));
  const bundler = fileURLToPath(new URL('./bundle-for-peer.mjs', import.meta.url));
  run(peer, process.execPath, [bundler, peerFile(peer, 'package.json'), peerBundles(peer), ...sources]);
};

/** A module of the peer's, of what it depends on, or of its folder. Its types are for the caller to say. */
export const loadFromPeer = async <Module>(peer: Peer, name: string): Promise<Module> => {
  const { resolve } = createRequire(peerFile(peer, 'package.json'));
  return (await import(pathToFileURL(resolve(name)).href)) as Module;
};
