/** Tells one story on one stage, in a calm world or a hard one, and checks it at every step. Throws a `StoryFailure`. */
import { CooperageError } from '@cooperage/host/errors';
import { describeGrowth } from '../growth.ts';
import { Random } from '../sim/random.ts';
import { describeDifference, type CrankLog } from './crank-log.ts';
import { StoryFailure, type FailureKind } from './failure.ts';
import { describeError } from './kernel-values.ts';
import type { SimulationOptions } from './simulation-options.ts';
import { Stage, type StepRecord, type Toll } from './stage.ts';
import type { Step, Story } from './story.ts';

export type Performance = {
  readonly records: readonly StepRecord[];
  readonly log: CrankLog;
  readonly toll: Toll;
};

export type PlayOptions<Model> = {
  readonly options: SimulationOptions<Model>;
  readonly story: Story;
  /** The calm run, which a hard one must equal. */
  readonly leader?: Performance;
  readonly database: string;
};

/** Vats that are still busy after so many cranks will never come to rest. */
const MANY_CRANKS = 2000;
/** Tables that grow with what is done, by design, or once for all. */
const MAY_GROW: ReadonlySet<string> = new Set(['transcripts', 'statistics', 'counters', 'kernelState']);
/** What one more vat adds, beside its root in the tables of objects and c-lists. */
const OF_VATS: ReadonlySet<string> = new Set(['vats', 'vatProgress', 'bundles', 'parameterSlots']);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : describeError(error));

/** Rows per table, without those that the roots of vats explain. */
const countRows = (stage: Stage): Record<string, number> => {
  const roots = stage.kernel.objects({ state: 'root' }).length;
  const counts: Record<string, number> = {};
  for (const [table, count] of Object.entries(stage.kernel.stats().tables)) {
    if (MAY_GROW.has(table) || OF_VATS.has(table)) continue;
    counts[table] = table === 'objects' || table === 'clists' || table === 'pins' ? count - roots : count;
  }
  return counts;
};

class Player<Model> {
  readonly #play: PlayOptions<Model>;
  readonly #stage: Stage;
  readonly #model: Model;
  readonly #records: StepRecord[] = [];
  #before: Record<string, number> = {};

  constructor(play: PlayOptions<Model>) {
    this.#play = play;
    const { options, story, leader, database } = play;
    this.#stage = new Stage({ options, story, leader: leader?.log, database });
    this.#model = options.model?.() as Model;
  }

  async run(): Promise<Performance> {
    const stage = this.#stage;
    try {
      await stage.open();
      for (const step of this.#play.story.steps) await this.#take(step);
      return { records: this.#records, log: stage.log, toll: stage.toll };
    } finally {
      await stage.close();
    }
  }

  async #take(step: Step): Promise<void> {
    const stage = this.#stage;
    try {
      stage.beginStep(step);
      await this.#perform(step);
      await this.#settle(step);
      this.#records.push(stage.readRecord());
      this.#compare(step);
    } catch (error) {
      const failure = this.#explain(step, error);
      if (this.#records.at(-1)?.step !== step) this.#records.push(stage.readRecord());
      failure.records = this.#records;
      failure.hard = this.#play.leader !== undefined;
      throw failure;
    }
  }

  async #perform(step: Step): Promise<void> {
    const { options, story } = this.#play;
    const { kernel } = this.#stage;
    const model = this.#model;
    switch (step.act) {
      case 'begin':
        await this.#blame('action', step, () => kernel.run());
        await kernel.reap();
        return;
      case 'action': {
        const random = new Random(story.seed).fork(`step ${step.number}`);
        await this.#blame('action', step, () => options.actions[step.name]?.({ kernel, random, model }));
        return;
      }
      case 'run':
        await kernel.run({ maxCranks: step.cranks });
        return;
      case 'reap':
        await this.#rest(step);
        await this.#reap(step.vat);
        return;
      case 'rest':
        await this.#rest(step);
        await this.#stage.takeAnswers('settled');
        return this.#checkInvariant(step);
      case 'end':
        await this.#rest(step);
        await this.#checkInvariant(step);
        return this.#stage.takeAnswers('all');
    }
  }

  /** What comes when the step holds nothing any more. */
  async #settle(step: Step): Promise<void> {
    const stage = this.#stage;
    await stage.endStep();
    if (stage.fatal !== undefined) throw stage.fatal;
    if (step.act === 'begin') this.#before = countRows(stage);
    if (step.act !== 'end') return;
    await this.#rest(step);
    await stage.kernel.reap();
    const findings = stage.kernel.audit();
    if (findings.length > 0) throw new StoryFailure('audit', step, { message: `the audit found ${JSON.stringify(findings)}` });
    if (this.#play.options.expectNoGrowth === true) this.#checkGrowth(step);
  }

  /** Errors of the author's code; those of a kernel that stopped are told as such, even if the code has swallowed them. */
  async #blame(kind: FailureKind, step: Step, work: () => unknown): Promise<unknown> {
    try {
      return await work();
    } catch (error) {
      const who = kind === 'invariant' ? 'the invariant' : step.act === 'action' ? `action "${step.name}"` : 'bootstrap';
      throw new StoryFailure(kind, step, { message: `${who} threw ${messageOf(error)}`, cause: error });
    }
  }

  async #rest(step: Step): Promise<void> {
    const { reason } = await this.#stage.kernel.run({ maxCranks: MANY_CRANKS });
    if (reason === 'idle') return;
    throw new StoryFailure('unrest', step, { message: `the vats do not come to rest within ${MANY_CRANKS} cranks` });
  }

  /** A vat that has ended has no dead to bring out. */
  async #reap(vat: string | undefined): Promise<void> {
    const { kernel } = this.#stage;
    try {
      await kernel.reap(vat);
    } catch (error) {
      if (!(error instanceof CooperageError) || error.code !== 'ERR_VAT_STATE') throw error;
    }
  }

  async #checkInvariant(step: Step): Promise<void> {
    const { invariant } = this.#play.options;
    if (invariant === undefined) return;
    const holds = await this.#blame('invariant', step, () => invariant(this.#stage.kernel, this.#model));
    if (holds === false) throw new StoryFailure('invariant', step, { message: 'the invariant does not hold' });
  }

  #checkGrowth(step: Step): void {
    const actions = this.#play.story.steps.filter(({ act }) => act === 'action').length;
    const growth = describeGrowth(this.#before, countRows(this.#stage), Math.max(actions, 1));
    if (growth.length === 0) return;
    const exact = process.execArgv.includes('--no-concurrent-recompilation');
    const hint = exact ? '' : '\n  Without --no-concurrent-recompilation a collection may keep something a little longer.';
    const message = `after ${actions} actions and a full reap there are more rows than before:\n  ${growth.join('\n  ')}${hint}`;
    throw new StoryFailure('growth', step, { message });
  }

  /** The hard run must be at every step where the calm one was. */
  #compare(step: Step): void {
    const { leader } = this.#play;
    const [was, is] = [leader?.records[this.#records.length - 1], this.#records.at(-1)];
    if (leader === undefined || was === undefined || is === undefined) return;
    const different = was.lines.findIndex((line, index) => line !== is.lines[index]);
    const line = different === -1 && is.lines.length > was.lines.length ? was.lines.length : different;
    const difference =
      line !== -1
        ? `\n  calm: ${was.lines[line] ?? '(nothing)'}\n  hard: ${is.lines[line] ?? '(nothing)'}`
        : was.activityHash === is.activityHash
          ? undefined
          : `\n  ${describeDifference(leader.log, this.#stage.log, Math.max(was.cranks, is.cranks)) ?? 'the activity hash differs'}`;
    if (difference === undefined) return;
    throw new StoryFailure('difference', step, { message: `the same story comes out differently:${difference}` });
  }

  /** Nothing that the author's code made of it hides why the kernel stopped, or that the calm run went another way. */
  #explain(step: Step, error: unknown): StoryFailure {
    const { fatal } = this.#stage;
    if (fatal !== undefined) {
      const isReplay = fatal instanceof CooperageError && fatal.code === 'ERR_REPLAY';
      const message = `${isReplay ? 'a vat does not replay as it ran' : 'the kernel stopped'}: ${messageOf(fatal)}`;
      return new StoryFailure(isReplay ? 'replay' : 'stopped', step, { message, cause: fatal });
    }
    if (error instanceof StoryFailure && this.#play.leader === undefined) return error;
    if (!(error instanceof StoryFailure)) {
      return new StoryFailure('stopped', step, { message: `the kernel refused: ${messageOf(error)}`, cause: error });
    }
    if (error.kind === 'difference') return error;
    this.#records.push(this.#stage.readRecord());
    try {
      this.#compare(step);
    } catch (difference) {
      return difference as StoryFailure;
    }
    return error;
  }
}

export const play = <Model>(options: PlayOptions<Model>): Promise<Performance> => new Player(options).run();
