/**
 * Cuts a failing scenario down to what is needed to fail: whole runs of actions first, then single ones, then the steps inside of
 * programs. What is left fails for a reason of the same kind (delta debugging, Zeller and Hildebrandt 2002).
 */
import type { Action, Scenario } from './scenario.ts';
import type { Program, Step } from './script.ts';

export type StillFails = (scenario: Scenario) => Promise<boolean>;

/** The smallest list found from which nothing more can go. `test` says whether a list will do. */
const minimize = async <Item>(
  items: readonly Item[],
  test: (items: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[]> => {
  let left = items;
  for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < left.length;) {
      const candidate = [...left.slice(0, start), ...left.slice(start + size)];
      if (await test(candidate)) left = candidate;
      else start += size;
    }
  }
  return left;
};

const minimizeProgram = async (program: Program, test: (program: Program) => Promise<boolean>): Promise<Program> => {
  let left = await minimize(program, test);
  for (let i = 0; i < left.length; i += 1) {
    const step = left[i] as Step;
    if (step.op !== 'send') continue;
    const withInner = (inner: Program): Program => [...left.slice(0, i), { ...step, program: inner }, ...left.slice(i + 1)];
    left = withInner(await minimizeProgram(step.program, inner => test(withInner(inner))));
  }
  return left;
};

/** A smaller scenario that still fails. Gives up after `tries` runs and returns the best so far. */
export const shrinkScenario = async (scenario: Scenario, stillFails: StillFails, tries = 400): Promise<Scenario> => {
  let left = tries;
  let best = scenario;
  const test = async (actions: readonly Action[]): Promise<boolean> => {
    if (left <= 0) return false;
    left -= 1;
    const candidate = { ...scenario, actions };
    if (!(await stillFails(candidate))) return false;
    best = candidate;
    return true;
  };
  await minimize(scenario.actions, test);
  for (let i = 0; i < best.actions.length; i += 1) {
    const action = best.actions[i] as Action;
    if (action.act !== 'tell') continue;
    const { actions } = best;
    await minimizeProgram(action.program, program =>
      test([...actions.slice(0, i), { ...action, program }, ...actions.slice(i + 1)]),
    );
  }
  return best;
};
