/**
 * The story of a seed: what the host does and what the collector finds, laid out before anything runs. It is told twice, once in a
 * calm world and once in a hard one, and must come out the same. Weights differ from seed to seed and some actions are left out
 * (swarm testing), because what does a bit of everything rarely does much of anything.
 */
import { Random } from '../sim/random.ts';

export type Act =
  /** Bootstrap, and what the tables hold before anything is done. */
  | { readonly act: 'begin' }
  | { readonly act: 'action'; readonly name: string }
  /** So many cranks, and no more: the next action meets what is left in the queue. */
  | { readonly act: 'run'; readonly cranks: number }
  /** Undefined: every vat. */
  | { readonly act: 'reap'; readonly vat: string | undefined }
  /** Until nothing is left to do; then the invariant holds. */
  | { readonly act: 'rest' }
  | { readonly act: 'end' };

export type Step = Act & {
  /** Its place in the whole story. Choices made in a step hang on its number, so that leaving others out changes none of them. */
  readonly number: number;
  /** The hard world leaves this step alone. */
  readonly peaceful: boolean;
};

export type Story = {
  readonly seed: number;
  readonly steps: readonly Step[];
  /** All vats have room in memory, also in the hard world, and blocks are long. */
  readonly roomy: boolean;
  /** After how many deliveries a vat is due for a reap. */
  readonly reapDeliveries: number | 'never';
  /** How often a harvest has a collection before it; without one it finds nothing. */
  readonly collects: number;
};

export type StoryOptions = { readonly actions: readonly string[]; readonly vats: readonly string[]; readonly length: number };

const SPARED = 1 / 4;

const drawActionWeights = (random: Random, names: readonly string[]): Record<string, number> => {
  const kept = random.pick(names);
  return Object.fromEntries(
    names.map(name => {
      const weight = 0.3 + 1.4 * random.next();
      return [name, random.chance(SPARED) && name !== kept ? 0 : weight];
    }),
  );
};

export const makeStory = (seed: number, { actions, vats, length }: StoryOptions): Story => {
  const random = new Random(seed).fork('story');
  const weights = drawActionWeights(random, actions);
  const chores = { none: 6, run: 3 * random.next(), reap: random.next(), rest: random.next() };
  const chore = (): Act | undefined => {
    const act = random.pickWeighted(chores);
    if (act === 'run') return { act, cranks: 1 + random.below(5) };
    if (act === 'reap') return { act, vat: random.chance(0.5) ? undefined : random.pick(vats) };
    return act === 'rest' ? { act } : undefined;
  };
  const acts: Act[] = [{ act: 'begin' }];
  for (let i = 0; i < length; i += 1) {
    acts.push({ act: 'action', name: random.pickWeighted(weights) });
    const next = chore();
    if (next !== undefined) acts.push(next);
  }
  acts.push({ act: 'end' });
  return {
    seed,
    steps: acts.map((act, number) => ({ ...act, number, peaceful: false })),
    roomy: false,
    reapDeliveries: random.pick(['never', 2, 10, 40] as const),
    // A collection takes longer than fifty cranks.
    collects: random.pick([0, 0.1, 0.5]),
  };
};

/** One line for a step. */
export const describeStep = (step: Step): string => {
  switch (step.act) {
    case 'begin':
      return '(bootstrap)';
    case 'action':
      return step.name;
    case 'run':
      return `(${step.cranks} cranks)`;
    case 'reap':
      return `(reap ${step.vat ?? 'every vat'})`;
    case 'rest':
      return '(rest)';
    case 'end':
      return '(rest, release, reap)';
  }
};
