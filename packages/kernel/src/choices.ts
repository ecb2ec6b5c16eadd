/**
 * Choices: places where the kernel could do more than one thing and still be right. In production it always does the same; a test
 * answers from a seed, so that orders are tried that a deterministic kernel alone would never get into. A choice may delay work
 * that there is other work before, never leave it undone.
 */
export const CHOICES = {
  'gc-later': 'GC actions wait, although some are due, until there is nothing else to do',
  'gc-other-vat': "a later vat's GC actions come before this one's",
  'gc-few': 'a GC delivery names a single object',
  'cleanup-later': 'a dead vat is cleaned up when there is nothing else to do',
  'cleanup-few': 'a crank removes a single row of a dead vat',
  'reap-later': 'a vat that is due is reaped when there is nothing else to do',
  'reap-early': 'a vat is due for a reap after this delivery, however clean it is',
  'harvest-organic': 'a reap finds what the engine happens to have collected, and forces nothing',
  evict: 'a vat leaves memory right before it is delivered to, and is replayed',
  commit: 'a block ends between two cranks of a run',
} as const;

export type Choice = keyof typeof CHOICES;
/** Whether to take the unusual way this time. */
export type Maybe = (choice: Choice) => boolean;

export const NEVER: Maybe = () => false;
