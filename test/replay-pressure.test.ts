/**
 * What an engine does with memory never shows in a replay: what was recorded under one pressure replays under any other. A
 * difference would end the replaying process with ERR_REPLAY.
 */
import { execFile } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { buildProgram, type Program } from './programs/build-program.ts';
import type { Recorded, Replayed } from './programs/retell.ts';
import { cast } from './programs/story.ts';

const execute = promisify(execFile);
const STORY = ['7', '60'] as const;
const vats = { ...cast, escapes: { source: fileURLToPath(new URL('./vats/vat-escapes.js', import.meta.url)) } };

const PRESSURES: Readonly<Record<string, readonly string[]>> = {
  'without a compiler': ['--jitless'],
  'in a small heap': ['--max-old-space-size=48', '--max-semi-space-size=1'],
  'with moving collections all the time': ['--gc-interval=2000', '--gc-global', '--stress-compaction'],
  'with marking all the time': ['--stress-incremental-marking', '--stress-scavenge=30', '--expose-gc', '--single-threaded-gc'],
  'with every function compiled at once': ['--always-sparkplug', '--interrupt-budget=500', '--no-concurrent-recompilation'],
};

const run = async (program: Program, flags: readonly string[], args: readonly string[]): Promise<unknown> => {
  const { stdout } = await execute(process.execPath, [...flags, program.path, ...args]);
  return JSON.parse(stdout);
};
const record = async (program: Program, database: string, flags: readonly string[] = []): Promise<Recorded> =>
  (await run(program, flags, ['record', JSON.stringify(vats), database, ...STORY])) as Recorded;
/** Of a copy: going on with a kernel adds to it. */
const replay = async (program: Program, database: string, flags: readonly string[] = []): Promise<Replayed> => {
  const copy = `${database}.${flags.join('')}`;
  copyFileSync(database, copy);
  return (await run(program, flags, ['replay', JSON.stringify(vats), copy])) as Replayed;
};

test('a story recorded under any pressure replays without it, and the other way round', async t => {
  const program = await buildProgram(t, 'retell', { vats });
  const calm = join(program.folder, 'calm.sqlite');
  const { answers, stack } = await record(program, calm);
  t.is(stack, '', 'a vat sees no stack');
  t.true(answers.length > 50);
  const { findings, replayed, forcedByReplay, forcedByReap } = await replay(program, calm);
  t.deepEqual(findings, []);
  t.is(forcedByReplay, 0, 'a replay collects nothing');
  t.true(forcedByReap > 0, 'a reap does');
  t.is(Object.keys(replayed).length, 4);
  for (const [pressure, flags] of Object.entries(PRESSURES)) {
    const hard = join(program.folder, `${pressure}.sqlite`);
    const recorded = await record(program, hard, flags);
    t.deepEqual(recorded.answers, answers, `the same story ${pressure}`);
    t.deepEqual((await replay(program, hard)).findings, [], `recorded ${pressure}`);
    const again = await replay(program, calm, flags);
    t.deepEqual([again.findings, again.replayed], [[], replayed], `replayed ${pressure}`);
  }
});
