/** Turns what the bundler says into an error that names the vat, the file and the line. */
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CooperageError } from '@cooperage/protocol/errors';
import type { BundlingFailure } from './bundler.ts';
import { findFile } from './powers.ts';

type Problem = { readonly text: string; readonly place?: string | undefined; readonly remedy?: string | undefined };

const toPath = (url: string): string => (url.startsWith('file:') ? fileURLToPath(url) : url);

/** `file:line` of the first import of `specifier`, among the files that were read; `matches` may ask for more. */
const findImport = (read: readonly string[], matches: (specifier: string, importer: string) => boolean): string | undefined => {
  for (const path of read.filter(name => /\.[mc]?[jt]s$/.test(name))) {
    const lines = Buffer.from(findFile(path) ?? [])
      .toString('utf8')
      .split('\n');
    for (const [index, line] of lines.entries()) {
      for (const [, specifier = ''] of line.matchAll(
        /(?:\bfrom|\bimport|\brequire|\bimport\s*\(|\brequire\s*\()\s*['"]([^'"]+)['"]/g,
      )) {
        if (matches(specifier, path)) return `${path}:${index + 1}`;
      }
    }
  }
  return undefined;
};

const packageOf = (specifier: string): string => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

const explainMissingPackage = (failure: BundlingFailure): Problem | undefined => {
  const match = /Cannot find external module "([^"]+)"(?: in package ([^\s,)]+))?/.exec(failure.message);
  if (match === null) return undefined;
  const [, specifier = '', location = ''] = match;
  const manifest = location === '' ? 'package.json' : join(toPath(location), 'package.json');
  return {
    text: `cannot find the package "${specifier}"`,
    place: findImport(failure.read, found => found === specifier),
    remedy: `Add "${packageOf(specifier)}" to "dependencies" in ${manifest}, and install.`,
  };
};

const explainMissingFile = (failure: BundlingFailure, entry: string): Problem | undefined => {
  const match = /Cannot find file for internal module "([^"]+)".* in package (file:\S+?\/)(?=[,)\s]|$)/.exec(failure.message);
  if (match === null) return undefined;
  const missing = join(toPath(match[2] ?? ''), match[1] ?? '');
  if (missing === entry) return { text: `there is no file ${entry}`, remedy: 'Correct the path of the source.' };
  const place = findImport(
    failure.read,
    (found, importer) => found.startsWith('.') && resolve(dirname(importer), found) === missing,
  );
  return { text: `cannot find the file ${missing}`, place, remedy: 'Imports name the file with its extension.' };
};

const explainSyntax = (failure: BundlingFailure): Problem | undefined => {
  if (failure.typeScript !== undefined) {
    const { path, line, column, problem } = failure.typeScript;
    const remedy = /strip-only|not supported/.test(problem) ? 'Only types that can be erased may be used in vats.' : undefined;
    return { text: problem, place: `${path}:${line}:${column}`, remedy };
  }
  const match = /Error (?:transforming|parsing) "?(\w*)"? ?source in "([^"]+)": (.*?) ?\((\d+):(\d+)\)/s.exec(failure.message);
  if (match === null) return undefined;
  const [, language, location = '', problem = '', line, column] = match;
  const remedy = /sourceType: "?module/.test(problem)
    ? `Say "type": "module" in the package.json that is nearest to the file, or name it .mjs.`
    : undefined;
  return {
    text: `${problem}${language === 'cjs' ? ' (read as CommonJS)' : ''}`,
    place: `${toPath(location)}:${line}:${Number(column) + 1}`,
    remedy,
  };
};

const explain = (failure: BundlingFailure, entry: string): Problem => {
  if (/Cannot find package\.json/.test(failure.message)) {
    return { text: `no package.json above ${entry}`, remedy: 'Put a package.json with "type": "module" beside the source.' };
  }
  return (
    explainSyntax(failure) ??
    explainMissingPackage(failure) ??
    explainMissingFile(failure, entry) ?? { text: failure.message, place: entry }
  );
};

/** The error for a vat or a bundle whose source in file `entry` cannot be bundled. */
export const makeBundlingError = (failure: BundlingFailure, owner: string, entry: string): CooperageError => {
  const { text, place, remedy } = explain(failure, entry);
  const where = place === undefined ? '' : `${place}: `;
  return new CooperageError('ERR_VAT_SOURCE', `cannot bundle the source of ${owner}: ${where}${text}`, {
    subject: place ?? entry,
    remedy,
  });
};
