/** How a simulation fails: one story's failure as it happened, and what the author of the vats is told of it. */
import { describeStep, type Step } from './story.ts';
import type { StepRecord } from './stage.ts';

export type FailureKind = 'action' | 'invariant' | 'unrest' | 'growth' | 'audit' | 'stopped' | 'replay' | 'difference';

/** What went wrong in one run of a story. */
export class StoryFailure extends Error {
  readonly kind: FailureKind;
  readonly step: Step;
  /** Of the steps so far, the one that failed included. */
  records: readonly StepRecord[] = [];
  /** Whether it took the hard world. */
  hard = false;
  constructor(kind: FailureKind, step: Step, problem: { readonly message: string; readonly cause?: unknown }) {
    super(problem.message, { cause: problem.cause });
    this.name = 'StoryFailure';
    this.kind = kind;
    this.step = step;
  }
}

/** Two failures of one sort: what is left after cutting down must still fail for the same reason. */
export const isAlike = (one: StoryFailure, other: StoryFailure): boolean =>
  one.kind === other.kind &&
  one.hard === other.hard &&
  (one.kind !== 'action' || describeStep(one.step) === describeStep(other.step));

/** Thrown by `simulate`. */
export class SimulationFailure extends Error {
  readonly seed: number;
  /** The steps that are needed, one line each. */
  readonly steps: readonly string[];
  constructor(message: string, details: { readonly seed: number; readonly steps: readonly string[]; readonly cause: unknown }) {
    super(message, { cause: details.cause });
    this.name = 'SimulationFailure';
    this.seed = details.seed;
    this.steps = details.steps;
  }
}

export type Report = {
  readonly seed: number;
  readonly failure: StoryFailure;
  /** How many steps the whole story has, and whether it failed again when it was told again. */
  readonly length: number;
  readonly again: boolean;
};

const UNREPEATED =
  'Told again, the same story did not fail: something decides that is not in the seed. Look for variables of the test that a vat,\n' +
  'an action or the invariant changes, for clocks and for random numbers.';

/** Lines of one step that are shown; a loop of calls would bury the rest. */
const SHOWN = 12;

const indent = (text: string, depth: number): string => text.replace(/^/gm, ' '.repeat(depth));

const describeRecord = ({ step, lines, hardships }: StepRecord, number: number): string => {
  const all = [...hardships.map(hardship => `~ ${hardship}`), ...lines];
  const shown = all.length <= SHOWN ? all : [...all.slice(0, SHOWN), `... and ${all.length - SHOWN} more`];
  return [`${number}. ${describeStep(step)}`, ...shown.map(line => indent(line, 5))].join('\n');
};

const isTold = ({ step, hardships }: StepRecord): boolean => step.act !== 'begin' || hardships.length > 0;

export const makeSimulationFailure = ({ seed, failure, length, again }: Report): SimulationFailure => {
  const told = failure.records.filter(isTold);
  const where = failure.hard
    ? 'in a world of restarts and crashes, and not in a calm one'
    : 'in a calm world, without any restart';
  const count = `${told.length} of ${length} steps, ${where}:`;
  const lines = [
    `seed ${seed} fails: ${failure.message}`,
    again ? `It takes ${count}` : `It happened in ${count}`,
    ...told.map((record, index) => indent(describeRecord(record, index + 1), 2)),
    ...(again ? [] : [UNREPEATED]),
    `To repeat it: simulate(t, { ..., seed: ${seed} }), or COOPERAGE_SEED=${seed} in the environment.`,
  ];
  return new SimulationFailure(lines.join('\n'), {
    seed,
    steps: told.map(({ step }) => describeStep(step)),
    cause: failure.cause ?? failure,
  });
};
