/**
 * Answers to the kernel's choices (`kernel/choices.ts`) from a seed. Each choice has odds of its own, and a stream of its own, so
 * that asking one more often does not disturb the others; a third of them is never taken (swarm testing).
 */
import { CHOICES, type Choice, type Maybe } from '@cooperage/kernel/choices';
import type { Random } from './random.ts';

export type ChoiceOdds = Readonly<Record<Choice, number>>;

const CHOICE_NAMES = Object.keys(CHOICES) as Choice[];

/** Each eviction costs a replay. */
const HIGHEST_ODDS: Partial<Record<Choice, number>> = { evict: 0.1 };

/** Mostly rare: what is unusual all the time is usual. */
export const drawOdds = (random: Random): ChoiceOdds => {
  const draw = (choice: Choice): number => (random.chance(1 / 3) ? 0 : random.next() ** 2 * (HIGHEST_ODDS[choice] ?? 1));
  const odds = CHOICE_NAMES.map(choice => [choice, draw(choice)] as const);
  return Object.fromEntries(odds) as ChoiceOdds;
};

export class SeededChoices {
  readonly #odds: ChoiceOdds;
  readonly #streams: ReadonlyMap<Choice, Random>;
  #settling = false;

  constructor(random: Random, odds: ChoiceOdds) {
    this.#odds = odds;
    this.#streams = new Map(CHOICE_NAMES.map(choice => [choice, random.fork(`choice ${choice}`)]));
  }

  readonly maybe: Maybe = choice => {
    if (this.#settling && choice === 'harvest-organic') return false;
    return this.#streams.get(choice)?.chance(this.#odds[choice]) ?? false;
  };

  /** From now on every reap finds all that there is to find. The rest goes on: it delays, and leaves nothing undone. */
  settle(): void {
    this.#settling = true;
  }
}
