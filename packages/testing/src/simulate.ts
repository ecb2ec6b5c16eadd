/**
 * `simulate`: random use of an author's own vats, in a calm world and in one of restarts and crashes. For ava tests; what of ava's
 * `t` is used is in `SimulationContext`. The rooms behind it are in `own-vats/`.
 */
import './lockdown-for-tests.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CooperageError } from '@cooperage/host/errors';
import { cutDown, type Retell } from './own-vats/cut-down.ts';
import { isAlike, makeSimulationFailure, StoryFailure } from './own-vats/failure.ts';
import { play, type Performance } from './own-vats/play.ts';
import { insistSimulationOptions, type SimulationOptions } from './own-vats/simulation-options.ts';
import { makeStory, type Story } from './own-vats/story.ts';

export type { Scene, SimulatedKernel, SimulationOptions } from './own-vats/simulation-options.ts';
export { SimulationFailure } from './own-vats/failure.ts';

/** What of ava's `t` is used. */
export type SimulationContext = {
  /** A simulation that passes is one assertion. */
  readonly pass: () => unknown;
  readonly log: (text: string) => void;
  /** Called before each run, so that many seeds are no reason to give up. */
  readonly timeout: (milliseconds: number) => void;
};

export type SimulationReport = {
  readonly seeds: number;
  /** Of the calm runs: the hard ones make the same. */
  readonly cranks: number;
  readonly restarts: number;
  readonly kills: number;
  /** Vats that were brought back into memory by replay. */
  readonly replays: number;
};

const RUN_LIMIT_MS = 300_000;

/** Seeds to be played; fresh ones, which the clock chooses, once the fixed ones are done and there is time left. */
const listSeeds = function* <Model>({ seed, seeds = 20, minutes }: SimulationOptions<Model>): Generator<number> {
  const wanted = seed ?? findWantedSeed(process.env['COOPERAGE_SEED']);
  if (wanted !== undefined) {
    yield wanted;
    return;
  }
  const deadline = performance.now() + (minutes ?? 0) * 60_000;
  for (let fixed = 1; fixed <= seeds; fixed += 1) yield fixed;
  for (let fresh = Math.floor(Date.now() / 1000) * 1000; performance.now() < deadline; fresh += 1) yield fresh;
};

const findWantedSeed = (text: string | undefined): number | undefined => {
  if (text === undefined || text === '') return undefined;
  const seed = Number(text);
  if (Number.isSafeInteger(seed)) return seed;
  throw new CooperageError('ERR_ARGUMENT', `COOPERAGE_SEED is ${JSON.stringify(text)}`, {
    subject: 'COOPERAGE_SEED',
    remedy: 'Give the number that a failed simulation has printed, or none.',
  });
};

const countCranks = (records: Performance['records']): number => records.at(-1)?.cranks ?? 0;

class Theatre<Model> {
  readonly #t: SimulationContext;
  readonly #options: SimulationOptions<Model>;
  readonly #folder: string;
  #files = 0;

  constructor(t: SimulationContext, options: SimulationOptions<Model>, folder: string) {
    this.#t = t;
    this.#options = options;
    this.#folder = folder;
  }

  /** Both runs of a story; throws a `StoryFailure`. `worlds`: 'calm' leaves the hard one out. */
  async tell(story: Story, worlds: 'calm' | 'both'): Promise<readonly [calm: Performance, hard: Performance | undefined]> {
    const database = join(this.#folder, `${(this.#files += 1)}.sqlite`);
    const both = { options: this.#options, story, database };
    this.#t.timeout(RUN_LIMIT_MS);
    const calm = await play(both);
    if (worlds === 'calm') return [calm, undefined];
    this.#t.timeout(RUN_LIMIT_MS);
    const hard = await play({ ...both, leader: calm });
    for (const ending of ['', '-wal', '-shm', '.lock']) rmSync(`${database}${ending}`, { force: true });
    return [calm, hard];
  }

  /** What the author is told of a story that failed: the least of it that fails in the same way. */
  async explain(story: Story, first: StoryFailure): Promise<Error> {
    const retell: Retell = async candidate => {
      try {
        const [{ records }] = await this.tell(candidate, first.hard ? 'both' : 'calm');
        return { failure: undefined, cranks: countCranks(records) };
      } catch (error) {
        if (!(error instanceof StoryFailure)) throw error;
        return { failure: isAlike(error, first) ? error : undefined, cranks: countCranks(error.records) };
      }
    };
    const { seed } = story;
    const length = story.steps.length - 1;
    // Each try would take as long as it took to see that there is no end.
    if (first.kind === 'unrest') return makeSimulationFailure({ seed, failure: first, length, again: true });
    const { failure: again } = await retell(story);
    if (again === undefined) return makeSimulationFailure({ seed, failure: first, length, again: false });
    const { failure } = await cutDown({ story, failure: again }, retell);
    return makeSimulationFailure({ seed, failure, length, again: true });
  }
}

/**
 * Uses vats at random. Each seed tells one story of actions, partial runs and reaps twice: in memory and undisturbed, and in a file,
 * with restarts, crashes and few vats in memory. Both must come out the same. Every table is audited after every crank. A failing
 * story is cut down to the steps that are needed, and thrown with the seed that repeats it.
 */
export const simulate = async <Model = undefined>(
  t: SimulationContext,
  options: SimulationOptions<Model>,
): Promise<SimulationReport> => {
  insistSimulationOptions(options);
  const { actions, vats, steps: length = 40 } = options;
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-simulate-'));
  const theatre = new Theatre(t, options, folder);
  const report = { seeds: 0, cranks: 0, restarts: 0, kills: 0, replays: 0 };
  try {
    for (const seed of listSeeds(options)) {
      const story = makeStory(seed, { actions: Object.keys(actions), vats: Object.keys(vats), length });
      try {
        const [calm, hard] = await theatre.tell(story, 'both');
        report.seeds += 1;
        report.cranks += countCranks(calm.records);
        report.restarts += hard?.toll.restarts ?? 0;
        report.kills += hard?.toll.kills ?? 0;
        report.replays += hard?.toll.replays ?? 0;
      } catch (error) {
        if (!(error instanceof StoryFailure)) throw error;
        const failure = await theatre.explain(story, error);
        // ava shows its own assertion, if one has failed, and not what is thrown here.
        if ((error.cause as { name?: unknown } | undefined)?.name === 'TestFailure') t.log(failure.message);
        throw failure;
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  t.pass();
  return report;
};
