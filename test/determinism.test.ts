/**
 * The same seeds of the simulator in one configuration and another, under flags that change what the engine does with code and memory,
 * and on other versions of Node: nothing that a vat sees differs, nor the activity hash. Where the engine's own collector decides, which
 * may keep something longer than it must, what it found is an input to the hash, and what vats see is compared alone.
 *
 * COOPERAGE_MATRIX_SEEDS says how many seeds play in every configuration; under flags and on other Nodes, which slow them down, it is
 * two fifths of them. COOPERAGE_NODES=22,24 asks for these Nodes beside the one that runs.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CONFIGURATIONS, type ConfigurationName } from '@cooperage/testing/sim/configurations';
import test, { type ExecutionContext } from 'ava';
import { listWantedNodes, provideNode, type NodeRuntime } from './nodes/provide-node.ts';
import { buildProgram } from './programs/build-program.ts';
import type { Played } from './programs/play-configurations.ts';

const execute = promisify(execFile);
const SEEDS = Number(process.env['COOPERAGE_MATRIX_SEEDS'] ?? 2);
const SEEDS_ELSEWHERE = Math.max(Math.min(2, SEEDS), Math.ceil(SEEDS * 0.4));
const LANES = 2;
const TIMEOUT = 20 * 60_000;
/** Exact collections; the flags of a column come after these. */
const FLAGS = ['--expose-gc', '--no-concurrent-recompilation'];

/** Under flags and on other Nodes: what they could make a difference to. */
const SENSITIVE: readonly ConfigurationName[] = ['as it is', "the engine's collector"];
/** Where flags make every collection a long one. */
const ENGINE_ONLY: readonly ConfigurationName[] = ["the engine's collector"];
const SENSITIVE_TO_NODE: readonly ConfigurationName[] = [...SENSITIVE, 'all of the worst'];

const MOVING = ['--gc-global', '--stress-compaction'];
const MARKING = ['--stress-incremental-marking', '--stress-scavenge=30'];

/** What flags change, where everything else is as it is. `--gc-interval` and `--random-gc-interval` do nothing in a release build. */
const PRESSURES: readonly (readonly [string, readonly string[], readonly ConfigurationName[]])[] = [
  ['with marking all the time', MARKING, ENGINE_ONLY],
  ['with collections that are all full and move everything', MOVING, ENGINE_ONLY],
  ['with every function optimized at once', ['--always-turbofan'], SENSITIVE],
  ['without a compiler', ['--jitless'], SENSITIVE],
  ['without the optimizing compiler', ['--no-opt'], SENSITIVE],
  ['with every function compiled at once', ['--always-sparkplug', '--no-lazy-feedback-allocation'], SENSITIVE],
  ['in a small heap', ['--max-semi-space-size=1', '--max-old-space-size=96'], SENSITIVE],
  ['in a single thread, forgetting compiled code', ['--single-threaded', '--stress-flush-code', '--flush-bytecode'], SENSITIVE],
];

type Column = {
  readonly name: string;
  readonly node: NodeRuntime;
  readonly flags: readonly string[];
  readonly configurations: readonly ConfigurationName[];
};

/** The program, how many seeds it plays, and what ends its processes when the test ends. */
type Player = { readonly path: string; readonly seeds: number; readonly signal: AbortSignal };

const makePlayer = async (t: ExecutionContext, seeds: number): Promise<Player> => {
  t.timeout(TIMEOUT);
  const ending = new AbortController();
  t.teardown(() => ending.abort());
  const { path } = await buildProgram(t, 'play-configurations', {});
  return { path, seeds, signal: ending.signal };
};

const runColumn = async ({ path, seeds, signal }: Player, { node, flags, configurations }: Column): Promise<Played[]> => {
  const args = [...FLAGS, ...flags, path, '1', String(seeds), ...configurations];
  const env = { ...process.env, ...node.env };
  const { stdout } = await execute(node.binary, args, { env, signal, maxBuffer: 1 << 26 });
  return stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Played);
};

/** Two at a time, in order. */
const runColumns = async (player: Player, columns: readonly Column[]): Promise<Map<Column, Played[]>> => {
  const results = new Map<Column, Played[]>();
  const left = [...columns];
  const runLane = async (): Promise<void> => {
    for (let column = left.shift(); column !== undefined; column = left.shift()) {
      results.set(column, await runColumn(player, column));
    }
  };
  await Promise.all(Array.from({ length: LANES }, runLane));
  return new Map(columns.map(column => [column, results.get(column) as Played[]]));
};

/** In what `played` differs from the play it is held against. */
const describeDifference = (reference: Played, played: Played): string | undefined => {
  if (played.error !== undefined) return played.error;
  if (played.traces !== reference.traces) return 'the vats saw something else';
  if (played.activityHash === null || reference.activityHash === null) return undefined;
  if (played.cranks !== reference.cranks) return `${played.cranks} cranks, not ${reference.cranks}`;
  return played.activityHash === reference.activityHash ? undefined : 'another activity hash';
};

const compare = (t: ExecutionContext, seeds: number, results: ReadonlyMap<Column, readonly Played[]>): void => {
  const references = new Map<string, { readonly played: Played; readonly where: string }>();
  const differences: string[] = [];
  let plays = 0;
  let cranks = 0;
  for (const [column, all] of results) {
    if (all.length !== seeds * column.configurations.length) differences.push(`${column.name}: ${all.length} plays`);
    for (const played of all) {
      const where = `${column.name}, ${played.configuration}`;
      const reference = references.get(played.key) ?? { played, where };
      references.set(played.key, reference);
      const difference = describeDifference(reference.played, played);
      if (difference !== undefined) differences.push(`${played.key}, ${where}: ${difference} (beside ${reference.where})`);
      plays += 1;
      cranks += played.cranks;
    }
  }
  t.log(`${seeds} seeds, ${results.size} columns, ${plays} plays, ${cranks} cranks`);
  t.deepEqual(differences, []);
  t.true(cranks > plays * 100, 'the scenarios do something');
};

const here: NodeRuntime = { version: process.versions.node, binary: process.execPath, env: {} };
const reference: Column = {
  name: 'no flags',
  node: here,
  flags: [],
  configurations: [...SENSITIVE_TO_NODE, 'a host that waits'],
};

test.serial(
  'neither restarts, eviction, commits, the kind of database nor what collectors take and when make a difference',
  async t => {
    const player = await makePlayer(t, SEEDS);
    const halves = [0, 1].map(half => CONFIGURATIONS.filter((_name, i) => i % 2 === half));
    const columns = halves.map((configurations, i) => ({ name: `half ${i + 1}`, node: here, flags: [], configurations }));
    t.true(CONFIGURATIONS.length >= 10);
    compare(t, SEEDS, await runColumns(player, columns));
  },
);

test.serial('neither do flags that change when the engine compiles and collects', async t => {
  const player = await makePlayer(t, SEEDS_ELSEWHERE);
  const columns = PRESSURES.map(([name, flags, configurations]) => ({ name, node: here, flags, configurations }));
  compare(t, SEEDS_ELSEWHERE, await runColumns(player, [reference, ...columns]));
});

test.serial('neither do other versions of Node', async t => {
  const wanted = listWantedNodes();
  if (wanted.length === 0) {
    t.log(`skipped: on Node ${here.version} alone; COOPERAGE_NODES=22,24 asks for more`);
    return t.pass();
  }
  const player = await makePlayer(t, SEEDS_ELSEWHERE);
  const columns: Column[] = [reference];
  for (const major of wanted) {
    const node = await provideNode(major);
    const name = `Node ${node.version}`;
    columns.push({ name, node, flags: [], configurations: SENSITIVE_TO_NODE });
    // Not --jitless: with it Node 22 has no WebAssembly, which its own fetch fails to load without.
    const interpreted = ['--no-opt', '--no-maglev'];
    columns.push({ name: `${name} without optimizing compilers`, node, flags: interpreted, configurations: SENSITIVE });
    columns.push({ name: `${name} with collections that move everything`, node, flags: MOVING, configurations: ENGINE_ONLY });
  }
  t.log(columns.map(({ name }) => name).join('; '));
  compare(t, SEEDS_ELSEWHERE, await runColumns(player, columns));
});
