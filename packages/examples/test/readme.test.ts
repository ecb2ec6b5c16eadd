/** The README's kernel script runs as printed, twice, and prints what the README says. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';

const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
const COMMAND = 'npx tsx kernel.ts';

/** The fenced blocks of one language, without their fences. */
const blocksOf = (language: string): readonly string[] =>
  [...README.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(match => match[1] === language).map(match => match[2] ?? '');

/** Source blocks by the file name in their first line. */
const findFiles = (): ReadonlyMap<string, string> => {
  const files = new Map<string, string>();
  for (const block of [...blocksOf('ts'), ...blocksOf('js')]) {
    const name = /^\/\/ (\S+\.[jt]s)\n/.exec(block)?.[1];
    if (name !== undefined) files.set(name, block);
  }
  return files;
};

/** What each run of the kernel script prints, by the README. */
const findOutputs = (): readonly string[] => {
  const session = blocksOf('console').find(block => block.startsWith(`$ ${COMMAND}\n`)) ?? '';
  return session.split(`$ ${COMMAND}\n`).slice(1);
};

test("the README's kernel script prints what the README says", async t => {
  // Inside the package, so that the files find the packages that they import.
  const folder = mkdtempSync(join(fileURLToPath(new URL('.', import.meta.url)), 'readme-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const files = findFiles();
  t.deepEqual([...files.keys()].sort(), ['kernel.ts', 'vat-alice.ts', 'vat-bob.js']);
  for (const [name, source] of files) writeFileSync(join(folder, name), source);

  const outputs = findOutputs();
  t.is(outputs.length, 2);
  for (const output of outputs) {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import=tsx', 'kernel.ts'], { cwd: folder });
    t.is(stdout, output);
    t.is(stderr, '');
  }
});

test('files that the docs print are what they print', t => {
  const docs = readFileSync(new URL('../../../docs/testing.md', import.meta.url), 'utf8');
  const printed = [...docs.matchAll(/^```ts\n\/\/ (packages\/\S+)\n(.*?)^```$/gms)];
  t.true(printed.length > 0);
  for (const [, path, text] of printed) {
    t.is(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8'), text ?? '', path);
  }
});
