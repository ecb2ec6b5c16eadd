/** What a process loads before it can run a vat: nothing that only makes bundles. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'ava';

test('running vats takes no Babel', t => {
  const worker = new URL('../src/kinds/local.ts', import.meta.url).href;
  const program = `
    import { createRequire } from 'node:module';
    await import(${JSON.stringify(worker)});
    console.log(JSON.stringify(Object.keys(createRequire(import.meta.url).cache)));`;
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const args = ['--import=tsx', '--input-type=module', '--eval', program];
  const loaded = JSON.parse(execFileSync(process.execPath, args, { cwd, encoding: 'utf8' })) as string[];
  t.deepEqual(
    loaded.filter(path => path.includes('@babel')),
    [],
  );
});
