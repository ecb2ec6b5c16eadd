/**
 * Cycles: two players begin games in a club, and nobody ever finishes one. The parts of a game hold each other, across three vats, by
 * memory, promises, stored collections and a weak entry, and nothing else holds them. No reference count ever falls to zero: with `reap()`
 * alone the tables grow for ever. Then all of it is found and goes; and in a second kernel it goes unasked.
 *
 *   npx tsx src/cycles/kernel.ts [rounds [games]]
 */
import { openKernel, type KernelOptions } from 'cooperage';
import { censusToLines, takeCensus, type Census } from '../census.ts';
import { findScriptArguments, printLine, type ExampleOptions } from '../script.ts';

export type CyclesOptions = Pick<ExampleOptions, 'print'> & {
  /** Where the first of the two kernels keeps its state; in memory when absent. */
  readonly database?: string | undefined;
  /** How many rounds are played; after each, and a reap, rows are counted. */
  readonly rounds?: number | undefined;
  /** Games a round. */
  readonly games?: number | undefined;
};

export type CyclesResult = {
  /** Where cycles are looked for when asked: before all, after each round, and after `collect({ cycles: true })`. */
  readonly before: Census;
  readonly rounds: readonly Census[];
  readonly collected: Census;
  /** Where they are looked for unasked: after each round. */
  readonly unasked: readonly Census[];
};

type Kernel = Awaited<ReturnType<typeof openClub>>;

const openClub = (database = ':memory:', collect: KernelOptions['collect'] = {}) => {
  const player = { source: new URL('./vat-player.ts', import.meta.url) };
  const vats = { club: { source: new URL('./vat-club.ts', import.meta.url) }, white: player, black: player };
  return openKernel({ database, vats, collect });
};

const playRounds = async (kernel: Kernel, rounds: number, games: number): Promise<Census[]> => {
  const counted: Census[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await kernel.call('club', 'begin', [kernel.root('white'), kernel.root('black'), games]);
    await kernel.reap();
    counted.push(takeCensus(kernel));
  }
  return counted;
};

const playAsked = async (rounds: number, games: number, database: string | undefined): Promise<Omit<CyclesResult, 'unasked'>> => {
  const kernel = await openClub(database);
  try {
    await kernel.run();
    await kernel.reap();
    const before = takeCensus(kernel);
    const counted = await playRounds(kernel, rounds, games);
    await kernel.collect({ cycles: true });
    return { before, rounds: counted, collected: takeCensus(kernel) };
  } finally {
    await kernel.close();
  }
};

const playUnasked = async (rounds: number, games: number): Promise<readonly Census[]> => {
  const kernel = await openClub(undefined, { cycles: 'auto' });
  try {
    await kernel.run();
    return await playRounds(kernel, rounds, games);
  } finally {
    await kernel.close();
  }
};

/** The first, the middle and the last, by the number of the round. */
const pickRounds = (counted: readonly Census[]): Record<string, Census> => {
  const indexes = new Set([0, counted.length >> 1, counted.length - 1]);
  return Object.fromEntries([...indexes].map(i => [`round ${i + 1}`, counted[i] as Census]));
};

export const runCycles = async (options: CyclesOptions = {}): Promise<CyclesResult> => {
  const { rounds = 6, games = 100, database, print = printLine } = options;
  for (const [name, count] of Object.entries({ rounds, games })) {
    if (!Number.isSafeInteger(count) || count < 1) throw new Error(`the number of ${name} must be a whole number, and not 0`);
  }
  const asked = await playAsked(rounds, games, database);
  const unasked = await playUnasked(rounds, games);
  print(`${rounds} rounds of ${games} games that nobody finishes, a reap() after each,`);
  print('and collect({ cycles: true }) in the end:');
  for (const line of censusToLines({ before: asked.before, ...pickRounds(asked.rounds), cycles: asked.collected })) print(line);
  print(`the same with collect: { cycles: 'auto' }:`);
  for (const line of censusToLines(pickRounds(unasked))) print(line);
  return { ...asked, unasked };
};

const words = findScriptArguments(import.meta.url);
if (words !== undefined) {
  const [rounds, games] = words.map(Number);
  await runCycles({ rounds, games });
}
