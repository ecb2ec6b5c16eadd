/**
 * Cuts a failing story down: first the hardships, then whole runs of steps, then single ones, as long as it fails in the same way
 * (delta debugging). Gives up after so many tries or cranks and keeps the best so far.
 */
import type { StoryFailure } from './failure.ts';
import type { Step, Story } from './story.ts';

export type Failing = { readonly story: Story; readonly failure: StoryFailure };

/** The failure of a story, if it fails in the same way, and what it cost to see. */
export type Retell = (story: Story) => Promise<{ readonly failure: StoryFailure | undefined; readonly cranks: number }>;

const TRIES = 150;
const CRANKS = 20_000;

const isFixed = ({ act }: Step): boolean => act === 'begin' || act === 'end';

export const cutDown = async (failing: Failing, retell: Retell): Promise<Failing> => {
  let best = failing;
  let tries = 0;
  let spent = 0;
  const keeps = async (story: Story): Promise<boolean> => {
    if (tries >= TRIES || spent >= CRANKS) return false;
    tries += 1;
    const { failure, cranks } = await retell(story);
    spent += cranks;
    if (failure === undefined) return false;
    best = { story, failure };
    return true;
  };
  if (failing.failure.hard) await keeps({ ...best.story, roomy: true });
  await cutSteps(() => best.story, keeps);
  if (best.failure.hard) await calmSteps(() => best.story, keeps);
  return best;
};

type Keeps = (story: Story) => Promise<boolean>;

const cutSteps = async (current: () => Story, keeps: Keeps): Promise<void> => {
  const middle = (): readonly Step[] => current().steps.filter(step => !isFixed(step));
  for (let size = Math.ceil(middle().length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < middle().length;) {
      const gone = new Set(middle().slice(start, start + size));
      const { steps, ...story } = current();
      if (!(await keeps({ ...story, steps: steps.filter(step => !gone.has(step)) }))) start += size;
    }
  }
};

/** Spares one step after another the hardships that are not needed. */
const calmSteps = async (current: () => Story, keeps: Keeps): Promise<void> => {
  for (const { number } of current().steps) {
    const { steps, ...story } = current();
    await keeps({ ...story, steps: steps.map(step => (step.number === number ? { ...step, peaceful: true } : step)) });
  }
};
