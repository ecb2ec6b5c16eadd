/**
 * Spells out the `*` patterns in a package's `exports`, one entry per file. The bundler's mapper takes a package's own patterns for
 * imports within the package as well: `"./*": "./src/*.js"` sends `./src/a.js` to `./src/src/a.js.js`, and so on without end.
 */
import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const escape = text => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const toMatcher = pattern => new RegExp(`^${pattern.split('*').map(escape).join('(.+)')}$`);

/** All files of a package, as `./src/a.js`, in code unit order. */
const listFiles = folder => {
  const files = [];
  const visit = path => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.name === 'node_modules' || entry.name.startsWith('.')) continue;
      const inner = join(path, entry.name);
      if (entry.isDirectory()) visit(inner);
      else files.push(`./${relative(folder, inner).split(sep).join('/')}`);
    }
  };
  visit(folder);
  return files.sort();
};

/** The texts at the leaves of a conditional target. */
const listTargets = target => {
  if (typeof target === 'string') return [target];
  return typeof target === 'object' && target !== null ? Object.values(target).flatMap(listTargets) : [];
};

const fillIn = (target, part) => {
  if (typeof target === 'string') return target.replaceAll('*', part);
  if (typeof target !== 'object' || target === null) return target;
  if (Array.isArray(target)) return target.map(item => fillIn(item, part));
  return Object.fromEntries(Object.entries(target).map(([condition, inner]) => [condition, fillIn(inner, part)]));
};

const expand = (exports, folder) => {
  const patterns = Object.entries(exports).filter(([key]) => key.includes('*'));
  const plain = Object.fromEntries(Object.entries(exports).filter(([key]) => !key.includes('*')));
  const files = listFiles(folder);
  // The pattern with the longest text before its star wins, as in Node; a null target takes its matches away.
  const byLength = patterns.toSorted(([a], [b]) => b.indexOf('*') - a.indexOf('*'));
  for (const [key, target] of byLength) {
    for (const text of new Set(listTargets(target))) {
      const matcher = toMatcher(text);
      for (const file of files) {
        const part = matcher.exec(file)?.[1];
        if (part === undefined) continue;
        const subpath = key.replace('*', part);
        const taker = byLength.find(([pattern]) => toMatcher(pattern).test(subpath));
        if (taker?.[0] === key && !Object.hasOwn(plain, subpath)) plain[subpath] = fillIn(target, part);
      }
    }
  }
  return plain;
};

/** The text of a `package.json` without patterns in its `exports`; the same text when there are none. */
export const expandExportPatterns = (text, folder) => {
  if (!text.includes('*')) return text;
  let manifest;
  try {
    manifest = JSON.parse(text);
  } catch {
    return text;
  }
  const { exports } = manifest ?? {};
  if (typeof exports !== 'object' || exports === null || !Object.keys(exports).some(key => key.includes('*'))) return text;
  return JSON.stringify({ ...manifest, exports: expand(exports, folder) });
};
