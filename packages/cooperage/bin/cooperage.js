#!/usr/bin/env node
// The command `cooperage`. In a clone it runs from the sources, through tsx. Commands that run vats start
// a second process: collection is exact only with flags that a process must be born with.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const EXACT_COLLECTION = ['--expose-gc', '--no-concurrent-recompilation'];
/** A vat that never ends its turn lets nobody else have one. */
const PATIENCE_MS = 2000;
const RUNS_VATS = new Set(['run', 'step', 'send', 'answer', 'collect', 'upgrade', 'terminate', 'heap']);

/** Published packages lead to the build, a clone leads to the sources. */
const runsFromSources = () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return manifest.exports['.'].default === './src/index.ts';
};

const runHere = async () => {
  const fromSources = runsFromSources();
  if (fromSources) (await import('tsx/esm/api')).register();
  const { main } = await import(fromSources ? '../src/cli/main.ts' : '../dist/cli/main.js');
  await main(process.argv.slice(2));
};

/** A kernel whose command was killed must not go on unseen, holding the database. */
const endWithParent = () => {
  process.on('disconnect', () => process.exit(1));
  process.channel.unref();
};

/** An interrupt asks the child to stop after its crank; a second one does not ask. */
const runInChild = () => {
  const script = fileURLToPath(import.meta.url);
  const args = [...EXACT_COLLECTION, ...process.execArgv, script, ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  let interrupts = 0;
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      interrupts += 1;
      child.kill(interrupts > 1 ? 'SIGKILL' : signal);
      const hint = 'cooperage: still in a crank; interrupt again to end it at once, losing what is not committed\n';
      setTimeout(() => process.stderr.write(hint), PATIENCE_MS).unref();
    });
  }
  child.on('error', error => {
    process.stderr.write(`cooperage: cannot start ${process.execPath}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal !== null) process.stderr.write(`cooperage: ended by ${signal}\n`);
    process.exitCode = code ?? 1;
  });
};

const args = process.argv.slice(2);
const command = args.find(argument => !argument.startsWith('-'));
const asksHelp = args.includes('--help') || args.includes('-h');
const isExact = EXACT_COLLECTION.every(flag => process.execArgv.includes(flag));

if (RUNS_VATS.has(command) && !asksHelp && !isExact) runInChild();
else {
  if (isExact && process.channel !== undefined) endWithParent();
  await runHere();
}
