/**
 * Bundles vat source in a thread of its own: a plain module, so that it runs in the same way whatever loader the host's process has.
 * Bundling needs a large toolchain that wants neither the host's lockdown nor its memory. Remembers what it read, links that it
 * followed and files that it looked for in vain, so that the caller knows when a bundle is out of date. `bundler.ts` is the caller.
 */
import './detached-buffers.mjs';
import 'ses';
import { createHash } from 'node:crypto';
import { promises as fs, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parentPort } from 'node:worker_threads';
import bundleSource from '@endo/bundle-source';
import { transformSync } from 'amaro';
import { expandExportPatterns } from './export-patterns.mjs';

/** Read powers that write down what they were asked. */
const makeRecordingPowers = () => {
  /** @type {Map<string, string | null>} path -> digest, null where no file is */
  const files = new Map();
  /** @type {Map<string, string>} path -> where it leads */
  const links = new Map();

  const read = async location => {
    const path = fileURLToPath(location);
    const bytes = await fs.readFile(path);
    files.set(path, createHash('sha512').update(bytes).digest('hex'));
    if (basename(path) !== 'package.json') return bytes;
    return new TextEncoder().encode(expandExportPatterns(new TextDecoder().decode(bytes), dirname(path)));
  };
  const maybeRead = async location => {
    try {
      return await read(location);
    } catch (error) {
      if (!['ENOENT', 'EISDIR', 'ENOTDIR'].includes(error.code)) throw error;
      if (error.code !== 'EISDIR') files.set(fileURLToPath(location), null);
      return undefined;
    }
  };
  const canonical = async location => {
    const isFolder = location.endsWith('/');
    const path = fileURLToPath(location).replace(/(.)\/$/, '$1');
    try {
      const real = await fs.realpath(path);
      links.set(path, real);
      return `${pathToFileURL(real).href}${isFolder ? '/' : ''}`;
    } catch {
      return location;
    }
  };
  return { files, links, powers: { read, maybeRead, canonical } };
};

/** Which TypeScript file is no TypeScript that can be stripped, and where: the bundler's own error does not say. */
const findTypeScriptProblem = paths => {
  for (const path of paths.filter(name => /\.[mc]?ts$/.test(name))) {
    try {
      transformSync(readFileSync(path, 'utf8'), { mode: 'strip-only', filename: path });
    } catch (error) {
      return { path, line: error.startLine, column: error.startColumn + 1, problem: String(error.message) };
    }
  }
  return undefined;
};

parentPort.on('message', async ({ id, path }) => {
  const { files, links, powers } = makeRecordingPowers();
  try {
    // With the development dependencies of the vat's own package: vats for tests live beside the tests.
    const bundle = await bundleSource(path, { format: 'endoZipBase64', dev: true }, powers);
    parentPort.postMessage({ id, bundle: { ...bundle }, files, links });
  } catch (error) {
    const read = [...files].filter(([, digest]) => digest !== null).map(([name]) => name);
    parentPort.postMessage({ id, failure: { message: String(error.message), read, typeScript: findTypeScriptProblem(read) } });
  }
});
