/** Kernel scripts in the README and in the page on devices run as printed, and print what the page says. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';

const readPage = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const COMMAND = 'npx tsx kernel.ts';

/** The fenced blocks of one language, without their fences. */
const blocksOf = (page: string, language: string): readonly string[] =>
  [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(match => match[1] === language).map(match => match[2] ?? '');

/** Source blocks by the file name in their first line. */
const findFiles = (page: string): ReadonlyMap<string, string> => {
  const files = new Map<string, string>();
  for (const block of [...blocksOf(page, 'ts'), ...blocksOf(page, 'js')]) {
    const name = /^\/\/ (\S+\.[jt]s)\n/.exec(block)?.[1];
    if (name !== undefined) files.set(name, block);
  }
  return files;
};

/** What each run of the kernel script prints, by the page. */
const findOutputs = (page: string): readonly string[] => {
  const session = blocksOf(page, 'console').find(block => block.startsWith(`$ ${COMMAND}\n`)) ?? '';
  return session.split(`$ ${COMMAND}\n`).slice(1);
};

/** Writes the files of a page, runs its script as often as it says, and compares what is printed. */
const runPage = async (t: ExecutionContext, page: string, names: readonly string[]): Promise<void> => {
  // Inside the package, so that the files find the packages that they import.
  const folder = mkdtempSync(join(fileURLToPath(new URL('.', import.meta.url)), 'readme-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const files = findFiles(page);
  t.deepEqual([...files.keys()].sort(), names);
  for (const [name, source] of files) writeFileSync(join(folder, name), source);

  const outputs = findOutputs(page);
  t.true(outputs.length > 0);
  for (const output of outputs) {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import=tsx', 'kernel.ts'], { cwd: folder });
    t.is(stdout, output);
    t.is(stderr, '');
  }
};

test("the README's kernel script prints what the README says, twice", async t => {
  const page = readPage('README.md');
  t.is(findOutputs(page).length, 2);
  await runPage(t, page, ['kernel.ts', 'vat-alice.ts', 'vat-bob.js']);
});

test('the clock of the page on devices works as the page says', t =>
  runPage(t, readPage('docs/devices.md'), ['clock-device.ts', 'kernel.ts', 'vat-alice.ts']));

test('files that the docs print are what they print', t => {
  const docs = readFileSync(new URL('../../../docs/testing.md', import.meta.url), 'utf8');
  const printed = [...docs.matchAll(/^```ts\n\/\/ (packages\/\S+)\n(.*?)^```$/gms)];
  t.true(printed.length > 0);
  for (const [, path, text] of printed) {
    t.is(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8'), text ?? '', path);
  }
});
