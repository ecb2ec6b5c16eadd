/** Mistakes that a collector of cycles could make, put into the sources one at a time, and the random webs that must notice. */
import { playSeeds, type Mutation, type Verdict } from '../museum/workshop.ts';

export type Mutant = Mutation & {
  readonly what: string;
  /** Where to begin: a seed shortly before the first that notices. */
  readonly first: number;
};

const mark = (file: string): string => `packages/kernel/src/gc/mark/${file}`;
const liveslots = (file: string): string => `packages/liveslots/src/${file}`;

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'no-queue-roots',
    what: 'messages in the queue keep nothing',
    file: mark('survey.ts'),
    find: '      if (settling === undefined) world.roots.add(node);\n      else world',
    replace: '      if (settling !== undefined) world',
    first: 11,
  },
  {
    name: 'no-unknown-holders',
    what: 'holders that the survey does not know keep nothing',
    file: mark('survey.ts'),
    find: 'if (holders > (this.#accounted.get(kref) ?? 0)) ',
    replace: 'if (holders < 0) ',
    first: 1,
  },
  {
    name: 'value-without-key',
    what: 'a weak entry keeps its value without its table',
    file: mark('marker.ts'),
    find: 'if (this.isAlive(clauses[clause * 3] as number)) this.#reach',
    replace: 'this.#reach',
    first: 4,
  },
  {
    name: 'key-without-table',
    what: 'a weak entry keeps its value without its key',
    file: mark('marker.ts'),
    find: 'if (this.isAlive(clauses[clause * 3 + 1] as number)) this.#reach',
    replace: 'this.#reach',
    first: 25,
  },
  {
    name: 'export-not-fastened',
    what: 'an export that outlives the look is not held again',
    file: liveslots('gc/loosening.ts'),
    find: '  return () => exports.fasten(vref);',
    replace: '  return () => {};',
    first: 1,
  },
  {
    name: 'settlers-not-held',
    what: 'who waits for a promise is not kept by who can settle it',
    file: liveslots('gc/loosening.ts'),
    find: '  else links.hold(settling, record);\n',
    replace: '',
    first: 1,
  },
  {
    name: 'no-stored-edges',
    what: 'stored objects keep nothing',
    file: mark('survey.ts'),
    find: 'world.edges.add(this.#slotNode(vat, from), this.#slotNode(vat, to))',
    replace: 'void from',
    first: 1,
  },
  {
    name: 'no-messages-for-promises',
    what: 'messages that wait for a promise are not kept by who can settle it',
    file: mark('survey.ts'),
    find: '      else world.edges.add(settling, node);',
    replace: '',
    first: 9,
  },
  {
    name: 'keys-not-condemned',
    what: 'keys of weak entries are never condemned',
    file: 'packages/kernel/src/gc/collect.ts',
    find: ' || survey.weakKeys.get(vat)?.has(ref) === true',
    replace: '',
    first: 24,
  },
  {
    name: 'weak-entries-of-the-heap-kept',
    what: 'values of weak maps in the heap are kept without their keys',
    file: liveslots('weak/weak-globals.ts'),
    find: '      this.entries.set(entry, undefined);\n    }',
    replace: '    }',
    first: 10,
  },
  {
    name: 'closed-heaps-keep-nothing',
    what: 'what a suspended vat imports is not kept',
    file: mark('survey.ts'),
    find: '    } else if (reachable || !isImportVRef(vref)) {',
    replace: '    } else if (!isImportVRef(vref)) {',
    first: 4,
  },
];

/** Plays webs on a mutant until one fails or `count` have passed. */
export const playMutant = (mutant: Mutant, { first, count }: { first: number; count: number }): Promise<Verdict> =>
  playSeeds({ name: 'play', entry: 'test/cycles/play.ts', args: [String(first), String(count)] }, mutant, first);
