/**
 * Other versions of Node.js to run programs of the tests on. Each lies in the cache of node_modules with the SQLite addon that it needs,
 * both from the registry and ready to run. COOPERAGE_NODES=22,24 asks for them; by default tests keep to the Node that runs them.
 *
 * Only engines with the Node-API of better-sqlite3 13 can be had like this. An older one would need an addon compiled for it, which
 * its users have and the rest of the world does without: who has Node 20 runs the tests on it and asks for the others.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** A Node to start programs on: `execFile(binary, args, { env: { ...process.env, ...env } })`. */
export type NodeRuntime = {
  readonly version: string;
  readonly binary: string;
  /** Leads programs to the addons of this Node. */
  readonly env: Readonly<Record<string, string>>;
};

const RELEASES: Readonly<Record<string, string>> = { 22: '22.23.3', 24: '24.21.0' };
const INSTALL_LIMIT = 300_000;
const ADDON = 'better-sqlite3-napi';

const execute = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(root, 'node_modules/.cache/cooperage/nodes');

/** Majors that whoever runs the tests wants them to run on as well. */
export const listWantedNodes = (): string[] =>
  (process.env['COOPERAGE_NODES'] ?? '')
    .split(',')
    .map(major => major.trim())
    .filter(major => major !== '');

const currentNode: NodeRuntime = { version: process.versions.node, binary: process.execPath, env: {} };
const majorOf = (version: string): string => version.split('.')[0] as string;
const platform = process.platform === 'win32' ? 'win' : process.platform;
const packageName = `node-${platform}-${process.arch}`;

const readAddonPin = (): string => {
  const manifest = JSON.parse(readFileSync(join(root, 'packages/store/package.json'), 'utf8')) as {
    readonly optionalDependencies: Readonly<Record<string, string>>;
  };
  return manifest.optionalDependencies[ADDON] as string;
};

const install = async (folder: string, dependencies: Readonly<Record<string, string>>): Promise<void> => {
  mkdirSync(cache, { recursive: true });
  // Made beside its place and moved there, so that what is there is whole, whoever else is making the same.
  const draft = mkdtempSync(join(cache, 'draft-'));
  try {
    writeFileSync(join(draft, 'package.json'), JSON.stringify({ private: true, dependencies }));
    // The addon brings its binaries; its scripts would compile it for the wrong engine.
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--fetch-retries=1'];
    await execute('npm', args, { cwd: draft, timeout: INSTALL_LIMIT });
    if (!existsSync(folder)) renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
};

const provided = new Map<string, Promise<NodeRuntime>>();

const fetchNode = async (major: string): Promise<NodeRuntime> => {
  const version = RELEASES[major];
  if (version === undefined) {
    const known = Object.keys(RELEASES).join(', ');
    throw new Error(`Node ${major} cannot be had for tests: only ${known} and the running ${process.versions.node} can`);
  }
  const addon = readAddonPin();
  const folder = join(cache, `${version}-sqlite-${addon.replace(/^.*@/, '')}`);
  const modules = join(folder, 'node_modules');
  const binary = join(modules, packageName, 'bin', platform === 'win' ? 'node.exe' : 'node');
  try {
    if (!existsSync(binary)) await install(folder, { [packageName]: version, [ADDON]: addon });
    const env = { NODE_PATH: [modules, ...(process.env['NODE_PATH'] ?? '').split(delimiter)].join(delimiter).replace(/:$/, '') };
    const { stdout } = await execute(binary, ['-p', 'process.versions.node'], { env: { ...process.env, ...env } });
    return { version: stdout.trim(), binary, env };
  } catch (cause) {
    const { stderr, message } = cause as { readonly stderr?: string; readonly message: string };
    const reason = (stderr ?? '').trim() === '' ? message : (stderr as string).trim();
    throw new Error(`Node ${version} (npm package ${packageName}) cannot be had: ${reason}`, { cause });
  }
};

/** The Node of that major version: the one that runs, or one from the cache, which is filled from the registry. */
export const provideNode = (major: string): Promise<NodeRuntime> => {
  if (major === majorOf(currentNode.version)) return Promise.resolve(currentNode);
  const node = provided.get(major) ?? fetchNode(major);
  provided.set(major, node);
  return node;
};
