/**
 * A scenario: everything that a simulation does, laid out from a seed before anything runs, so that it can be repeated, cut down and
 * kept. Weights differ from seed to seed and a third of the operations is off (swarm testing), because programs that do a bit of
 * everything rarely do much of anything. Slots are few, so that most steps meet something.
 */
import type { WorkerFault } from './mishaps.ts';
import { Random } from './random.ts';
import { Rings } from './rings.ts';
import type { Op, Program, Step } from './script.ts';
import { drawOdds, type ChoiceOdds } from './seeded-choices.ts';

export type Action =
  /** A program for a root, with roots and then what the host holds as arguments. `keep`: the host keeps the promise for the answer. */
  | {
      readonly act: 'tell';
      readonly vat: number;
      readonly program: Program;
      readonly args: readonly number[];
      readonly held: readonly number[];
      readonly keep: boolean;
    }
  /** The same for something that the host holds. */
  | {
      readonly act: 'call';
      readonly pick: number;
      readonly program: Program;
      readonly args: readonly number[];
      readonly held: readonly number[];
      readonly keep: boolean;
    }
  /** The host holds one of the objects there are, or lets go of what it holds; picks are taken modulo what there is. */
  | { readonly act: 'hold'; readonly pick: number }
  | { readonly act: 'release'; readonly pick: number }
  /** So many cranks. */
  | { readonly act: 'step'; readonly cranks: number }
  /** Until idle, then look whether everything that must be there is. */
  | { readonly act: 'check' }
  | { readonly act: 'reap'; readonly vat: number }
  | { readonly act: 'commit' }
  /** Close and open again. */
  | { readonly act: 'restart' }
  /** The host dies, and what was not committed is lost: between cranks, at an event to come, or when its disk is full. */
  | { readonly act: 'crash'; readonly when: 'now' | 'event' | 'full'; readonly after: number }
  /** The worker of a delivery to come fails. */
  | { readonly act: 'fault'; readonly after: number; readonly fault: WorkerFault }
  | { readonly act: 'suspend'; readonly vat: number }
  | { readonly act: 'resume'; readonly pick: number }
  /** The host sends to an object whose vat is about to be told to drop it. */
  | { readonly act: 'nudge' }
  | { readonly act: 'terminate'; readonly vat: number }
  /** To the same source. */
  | { readonly act: 'upgrade'; readonly vat: number }
  /** Until idle, then everything that nothing reaches goes, cycles included. */
  | { readonly act: 'collect' };

export type Scenario = {
  readonly seed: number;
  readonly vats: readonly string[];
  readonly actions: readonly Action[];
  /** Vats in memory at once. */
  readonly maxOnline: number;
  /** How often a part of the garbage goes around a delivery. */
  readonly organicChance: number;
  /** After how many deliveries a vat is due for a reap. */
  readonly reapDeliveries: number | 'never';
  /** What becomes of a vat whose worker fails. */
  readonly onFault: 'terminate' | 'suspend';
  /** Cycles are looked for, and nothing may be left of them. */
  readonly mayCycle: boolean;
  /** How often the kernel takes the unusual way. */
  readonly choices: ChoiceOdds;
};

export type ScenarioOptions = {
  readonly length?: number;
  /** Leave weak maps out: for runs on the engine's collector, whose mind about them nobody can read. */
  readonly weak?: boolean;
  /** Objects in rows, upgrades, rings of every kind, and looks for cycles. */
  readonly cycles?: boolean;
  /** Reaps may collect nothing. Then what the kernel does depends on what the collector did before. */
  readonly organicHarvests?: boolean;
};

const VATS = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank'];
const SLOTS = ['p', 'q', 'r', 's', 't'];
const BRANCHES = 3;
/** How often a vat is told one of the patterns that chance alone would rarely make. */
const RECIPE_CHANCE = 0.1;

const OP_WEIGHTS: Readonly<Record<Op, number>> = {
  make: 8,
  take: 10,
  forget: 8,
  copy: 3,
  link: 4,
  send: 10,
  pend: 2,
  settle: 3,
  'weak-make': 2,
  'weak-set': 4,
  'weak-delete': 1,
  'weak-get': 3,
  store: 0,
  unstore: 0,
  fetch: 0,
  throw: 0.3,
  exit: 0.05,
  fail: 0.05,
  await: 2,
  return: 3,
};
/** The odds of what only scenarios with cycles do. */
const CYCLE_OPS: Partial<Record<Op, number>> = { store: 2, unstore: 1.5, fetch: 2 };
const CYCLE_ACTS: Partial<Record<Action['act'], number>> = { collect: 4, upgrade: 1.5 };
const KINDS = ['heap', 'heap', 'virtual', 'durable'] as const;
const ALWAYS_ON: ReadonlySet<Op> = new Set(['make', 'take', 'send', 'forget']);

const ACT_WEIGHTS: Readonly<Record<Action['act'], number>> = {
  tell: 50,
  step: 25,
  check: 5,
  reap: 12,
  commit: 3,
  restart: 1.5,
  crash: 1.5,
  nudge: 6,
  terminate: 0.8,
  hold: 5,
  release: 3,
  call: 6,
  suspend: 1,
  resume: 2.5,
  fault: 0.7,
  upgrade: 0,
  collect: 0,
};
const ALWAYS_DONE: ReadonlySet<Action['act']> = new Set(['tell', 'step', 'check', 'nudge', 'resume']);
/** How many events a crash may lie ahead. */
const CRASH_AHEAD = 80;
const PICKS = 1000;

class Author {
  readonly #random: Random;
  readonly #ops: Record<Op, number>;
  readonly #weak: boolean;
  readonly #rings: Rings | undefined;

  constructor(random: Random, { weak, cycles }: { readonly weak: boolean; readonly cycles: boolean }) {
    this.#random = random;
    this.#weak = weak;
    this.#rings = cycles ? new Rings(random, weak) : undefined;
    this.#ops = { ...OP_WEIGHTS, ...(cycles ? CYCLE_OPS : {}) };
    for (const op of Object.keys(this.#ops) as Op[]) {
      if (op in CYCLE_OPS && !cycles) continue;
      if (!ALWAYS_ON.has(op) && random.chance(1 / 3)) this.#ops[op] = 0;
      else this.#ops[op] *= 0.3 + 1.4 * random.next();
      if (!weak && op.startsWith('weak')) this.#ops[op] = 0;
    }
  }

  slot(): string {
    // Most things happen to few slots.
    return SLOTS[Math.min(this.#random.below(SLOTS.length), this.#random.below(SLOTS.length))] as string;
  }

  program(args: number, depth: number): Program {
    const takes: Step[] = [];
    for (let arg = 0; arg < args; arg += 1) if (this.#random.chance(0.8)) takes.push({ op: 'take', slot: this.slot(), arg });
    return [...takes, ...Array.from({ length: 1 + this.#random.below(BRANCHES) }, () => this.#step(depth))];
  }

  /** Two objects of two vats that hold each other, and maybe nobody else holds either: rare by chance, and what counting cannot free. */
  knot(): Program {
    const [own, theirs, field] = [this.slot(), this.slot(), this.slot()];
    const tie: Program = [
      { op: 'take', slot: 'p', arg: 0 },
      { op: 'make', slot: theirs },
      { op: 'link', into: theirs, slot: field, from: 'p' },
      { op: 'send', target: 'p', program: [{ op: 'take', slot: field, arg: 0 }], args: [theirs], answer: 'none' },
      ...(this.#random.chance(0.7) ? [{ op: 'forget', slot: theirs } as const] : []),
    ];
    return [
      { op: 'take', slot: 't', arg: 0 },
      { op: 'make', slot: own },
      { op: 'send', target: 't', program: tie, args: [own], answer: 'none' },
      ...(this.#random.chance(0.7) ? [{ op: 'forget', slot: own } as const] : []),
    ];
  }

  /** A weak map with a foreign key; some of map, key and value are forgotten, and the key comes back, or not. */
  weakness(): Program {
    const [map, key, value] = ['r', 's', 't'];
    const forgets = [map, key, value].filter(() => this.#random.chance(0.4)).map(slot => ({ op: 'forget', slot }) as const);
    const again: Program = [
      { op: 'send', target: 'p', program: [{ op: 'return', slot: 'q' }], args: [], answer: 'q' },
      { op: 'await', slot: 'q', program: [{ op: 'weak-get', map, key: 'q', slot: 'p' }] },
    ];
    const ask: Program = [{ op: 'make', slot: 'q' }, { op: 'return', slot: 'q' }, ...this.#maybe({ op: 'forget', slot: 'q' })];
    return [
      { op: 'take', slot: 'p', arg: 0 },
      { op: 'weak-make', slot: map },
      { op: 'make', slot: value },
      { op: 'send', target: 'p', program: ask, args: [], answer: key },
      { op: 'await', slot: key, program: [{ op: 'weak-set', map, key, value }, ...forgets, ...again] },
    ];
  }

  #maybe(step: Step): Program {
    return this.#random.chance(0.4) ? [step] : [];
  }

  /** Promises that others wait for, settled with records around each other, so that one resolution brings others along. */
  batch(): Program {
    return [
      { op: 'take', slot: 'p', arg: 0 },
      { op: 'pend', slot: 'q' },
      { op: 'pend', slot: 'r' },
      { op: 'send', target: 'p', program: [{ op: 'take', slot: 's', arg: 0 }], args: ['q'], answer: 'none' },
      { op: 'settle', slot: 'q', from: 'p', how: 'plain' },
      { op: 'send', target: 'p', program: [{ op: 'take', slot: 't', arg: 0 }], args: ['r'], answer: 'none' },
      { op: 'await', slot: 'q', program: [{ op: 'settle', slot: 'r', from: 'q', how: 'wrap' }] },
    ];
  }

  /** Several objects that another vat takes and forgets, so that they are dropped and retired together. */
  burst(): Program {
    const slots = ['q', 'r', 's'];
    const passing = slots.flatMap((slot, arg): Program => [
      { op: 'take', slot, arg },
      { op: 'forget', slot },
    ]);
    return [
      { op: 'take', slot: 't', arg: 0 },
      ...slots.map(slot => ({ op: 'make', slot }) as const),
      { op: 'send', target: 't', program: passing, args: slots, answer: 'none' },
      ...slots.flatMap(slot => this.#maybe({ op: 'forget', slot })),
    ];
  }

  /** A program for a root that is given other roots. */
  recipe(): Program {
    if (this.#rings !== undefined && this.#random.chance(0.7)) return this.#rings.ring();
    const recipes = [() => this.knot(), () => this.batch(), () => this.burst(), ...(this.#weak ? [() => this.weakness()] : [])];
    return this.#random.pick(recipes)();
  }

  #step(depth: number): Step {
    const op = this.#random.pickWeighted(this.#ops);
    switch (op) {
      case 'make':
        return this.#rings === undefined ? { op, slot: this.slot() } : { op, slot: this.slot(), as: this.#random.pick(KINDS) };
      case 'store':
        return { op, from: this.slot(), name: this.slot() };
      case 'unstore':
        return { op, name: this.slot() };
      case 'fetch':
        return { op, name: this.slot(), slot: this.slot() };
      case 'forget':
      case 'pend':
      case 'weak-make':
      case 'return':
        return { op, slot: this.slot() };
      case 'take':
        return { op, slot: this.slot(), arg: this.#random.below(2) };
      case 'copy':
        return { op, from: this.slot(), to: this.slot() };
      case 'link':
        return { op, into: this.slot(), slot: this.slot(), from: this.slot() };
      case 'settle':
        return { op, slot: this.slot(), from: this.slot(), how: this.#random.pick(['plain', 'plain', 'wrap', 'error']) };
      case 'weak-set':
        return { op, map: this.slot(), key: this.slot(), value: this.slot() };
      case 'weak-delete':
        return { op, map: this.slot(), key: this.slot() };
      case 'weak-get':
        return { op, map: this.slot(), key: this.slot(), slot: this.slot() };
      case 'throw':
      case 'exit':
      case 'fail':
        return { op };
      case 'await':
        return { op, slot: this.slot(), program: depth === 0 ? [] : this.program(0, depth - 1) };
      case 'send':
        return this.#send(depth);
    }
  }

  #send(depth: number): Step {
    const args = Array.from({ length: this.#random.below(3) }, () => this.slot());
    const program = depth === 0 ? [] : this.program(args.length, depth - 1);
    const answer = this.#random.pick(['none', 'only', this.slot(), this.slot()]);
    return { op: 'send', target: this.slot(), program, args, answer };
  }
}

/** Draws one action after the other. */
class Director {
  readonly #random: Random;
  readonly #author: Author;
  readonly #count: number;
  readonly #recipeChance: number;
  /** Roots that a recipe is given. */
  readonly #recipeRoots: number;
  readonly #weights: Record<Action['act'], number>;

  constructor(random: Random, author: Author, { count, cycles }: { readonly count: number; readonly cycles: boolean }) {
    this.#random = random;
    this.#author = author;
    this.#count = count;
    this.#recipeChance = cycles ? 2.5 * RECIPE_CHANCE : RECIPE_CHANCE;
    this.#recipeRoots = cycles ? 3 : 1;
    this.#weights = { ...ACT_WEIGHTS, ...(cycles ? CYCLE_ACTS : {}) };
    for (const act of Object.keys(ACT_WEIGHTS) as Action['act'][])
      if (!ALWAYS_DONE.has(act) && !(act in CYCLE_ACTS)) this.#weights[act] *= random.chance(1 / 3) ? 0 : 2 * random.next();
  }

  /** Most things happen to few vats. */
  #vat(): number {
    return Math.min(this.#random.below(this.#count), this.#random.below(this.#count));
  }

  /** A program and what goes with it. */
  #task(): { program: Program; args: number[]; held: number[]; keep: boolean } {
    const random = this.#random;
    const keep = this.#weights.release > 0 && random.chance(0.1);
    const held = this.#weights.hold > 0 && random.chance(0.2) ? [random.below(PICKS)] : [];
    if (random.chance(this.#recipeChance)) {
      const args = Array.from({ length: this.#recipeRoots }, () => random.below(this.#count));
      return { program: this.#author.recipe(), args, held, keep };
    }
    const args = Array.from({ length: random.below(3) }, () => random.below(this.#count));
    return { program: this.#author.program(args.length + held.length, 3), args, held, keep };
  }

  action(): Action {
    const random = this.#random;
    const act = random.pickWeighted(this.#weights);
    switch (act) {
      case 'tell':
        return { act, vat: this.#vat(), ...this.#task() };
      case 'call':
        return { act, pick: random.below(PICKS), ...this.#task() };
      case 'step':
        return { act, cranks: 1 + random.below(6) };
      case 'hold':
      case 'release':
      case 'resume':
        return { act, pick: random.below(PICKS) };
      case 'crash':
        return { act, when: random.pick(['now', 'event', 'event', 'full']), after: random.below(CRASH_AHEAD) };
      case 'fault':
        return { act, after: random.below(10), fault: random.pick(['before', 'after']) };
      case 'upgrade':
        return { act, vat: this.#vat() };
      case 'reap':
      case 'suspend':
      case 'terminate':
        return { act, vat: this.#vat() };
      default:
        return { act };
    }
  }
}

/** The scenario of a seed. */
export const makeScenario = (seed: number, options: ScenarioOptions = {}): Scenario => {
  const { length = 120, weak = true, cycles = false, organicHarvests = false } = options;
  const random = new Random(seed);
  const count = 2 + Math.min(random.below(5), random.below(5));
  const author = new Author(random.fork('programs'), { weak, cycles });
  const director = new Director(random.fork('actions'), author, { count, cycles });
  const choices = drawOdds(random.fork('odds'));
  return {
    seed,
    vats: VATS.slice(0, count),
    actions: Array.from({ length }, () => director.action()),
    // A heap that is not in memory, and has no room there, keeps what it names.
    maxOnline: cycles ? 50 : random.pick([1, 2, 50, 50]),
    organicChance: random.pick([0, 0.1, 0.5, 1]),
    reapDeliveries: random.pick(['never', 3, 10, 40] as const),
    onFault: random.pick(['terminate', 'suspend', 'suspend']),
    mayCycle: cycles,
    choices: organicHarvests ? choices : { ...choices, 'harvest-organic': 0 },
  };
};
