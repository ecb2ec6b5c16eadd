/**
 * Scenarios of a second kind: few objects that change hands all the time. Programs at random (`scenario.ts`) rarely have anything in
 * the slots that they name; here every vat keeps objects, a promise and a weak map in slots of their own, and every program is one of
 * a few patterns that do something with them, so that what was dropped is sent again, what was forgotten comes back, and all of it
 * while the kernel still has something to tell.
 */
import { Random } from './random.ts';
import type { Action, Scenario } from './scenario.ts';
import { drawOdds } from './seeded-choices.ts';
import type { Program, Step } from './script.ts';

const VATS = ['alice', 'bob', 'carol'];
const LENGTH = 150;
const LATE = 120;
/** Own objects, what came from others, the value of weak entries, the promise, the weak map, and the root of the vat to deal with. */
const [OWN, FOREIGN, VALUE, PROMISE, MAP, OTHER] = [['a', 'b'], ['p', 'q'], 'v', 's', 'm', 't'];
const OBJECTS = [...OWN, ...FOREIGN];
const PICKS = 1000;

const NEW_MAP: Program = [
  { op: 'weak-make', slot: MAP },
  { op: 'make', slot: VALUE },
];

const PATTERNS = {
  make: 5,
  forget: 8,
  offer: 18,
  ask: 7,
  call: 5,
  promise: 5,
  settle: 5,
  answerLater: 3,
  pipeline: 4,
  map: 0.4,
  mark: 9,
  lookUp: 3,
  exit: 0.05,
  fail: 0.05,
};
type Pattern = keyof typeof PATTERNS;

const ACTS = {
  tell: 60,
  step: 28,
  reap: 14,
  check: 2,
  nudge: 3,
  hold: 4,
  release: 4,
  call: 5,
  suspend: 2,
  resume: 3,
  commit: 2,
  restart: 1,
  crash: 0.5,
  terminate: 0.3,
};
type Act = keyof typeof ACTS;
const ALWAYS_DONE: ReadonlySet<Act> = new Set(['tell', 'step', 'reap', 'resume']);

class Traffic {
  readonly #random: Random;
  readonly #count: number;
  readonly #patterns: Record<Pattern, number>;
  readonly #acts: Record<Act, number>;

  constructor(random: Random, count: number) {
    this.#random = random;
    this.#count = count;
    const vary = <Key extends string>(
      weights: Readonly<Record<Key, number>>,
      isKept: (key: Key) => boolean,
    ): Record<Key, number> => {
      const varied: Record<Key, number> = { ...weights };
      for (const key of Object.keys(weights) as Key[]) {
        varied[key] *= !isKept(key) && random.chance(1 / 4) ? 0 : 0.3 + 1.4 * random.next();
      }
      return varied;
    };
    this.#patterns = vary(PATTERNS, pattern => pattern === 'make' || pattern === 'offer' || pattern === 'forget');
    this.#acts = vary(ACTS, act => ALWAYS_DONE.has(act));
  }

  #slot(): string {
    return this.#random.pick(OBJECTS);
  }

  /** What the other vat does with the object that it is sent. */
  #takeIt(): Program {
    return this.#random.chance(0.8) ? [{ op: 'take', slot: this.#random.pick(FOREIGN), arg: 0 }] : [];
  }

  /** Everything that came from others. */
  #forgetAll(): Program {
    return [...FOREIGN, PROMISE].map(slot => ({ op: 'forget', slot }) as const);
  }

  /** Slots that nothing is in would be no traffic. */
  #perhapsNew(slot: string): Program {
    return OWN.includes(slot) && this.#random.chance(0.4) ? [{ op: 'make', slot }] : [];
  }

  #send(target: string, program: Program, args: readonly string[], answer = 'none'): Step {
    return { op: 'send', target, program, args, answer };
  }

  #steps(pattern: Pattern): Program {
    const random = this.#random;
    const slot = this.#slot();
    switch (pattern) {
      case 'make':
        return [{ op: 'make', slot: random.pick(OWN) }];
      case 'forget':
        return random.chance(0.25) ? [{ op: 'forget', slot: random.pick([...OWN, VALUE]) }] : this.#forgetAll();
      case 'offer':
        return [...this.#perhapsNew(slot), this.#send(OTHER, this.#takeIt(), [slot])];
      case 'ask': {
        const [into, asked] = [random.pick(FOREIGN), slot];
        const program: Program = [...this.#perhapsNew(asked), { op: 'return', slot: asked }];
        // The answer takes the place of the promise for it.
        return [this.#send(OTHER, program, [], into), { op: 'await', slot: into, program: [] }];
      }
      case 'call':
        // An object that takes what it is sent keeps it until it is called again.
        return [this.#send(slot, random.chance(0.2) ? this.#takeIt() : this.#forgetAll(), [this.#slot()])];
      case 'promise':
        return [{ op: 'pend', slot: PROMISE }, this.#send(OTHER, [{ op: 'take', slot: PROMISE, arg: 0 }], [PROMISE])];
      case 'settle':
        return [{ op: 'settle', slot: PROMISE, from: slot, how: random.pick(['plain', 'wrap', 'wrap', 'error']) }];
      case 'answerLater': {
        // The promise for the answer is decided by the other vat when its own promise is.
        const program: Program = [
          { op: 'pend', slot: PROMISE },
          { op: 'return', slot: PROMISE },
        ];
        return [this.#send(OTHER, program, [], random.pick(FOREIGN))];
      }
      case 'pipeline':
        return [this.#send(PROMISE, this.#takeIt(), [slot])];
      case 'map':
        return NEW_MAP;
      case 'mark': {
        // Recognized from now on, and perhaps no more than that.
        const key = random.pick(FOREIGN);
        return [{ op: 'weak-set', map: MAP, key, value: VALUE }, ...(random.chance(0.8) ? this.#forgetAll() : [])];
      }
      case 'lookUp':
        return random.chance(0.7)
          ? [{ op: 'weak-get', map: MAP, key: slot, slot: VALUE }]
          : [{ op: 'weak-delete', map: MAP, key: slot }];
      case 'exit':
      case 'fail':
        return [{ op: pattern }];
    }
  }

  /** One or two patterns, one after the other in the same delivery. */
  #program(): Program {
    const patterns = Array.from({ length: 1 + this.#random.below(3) }, () => this.#random.pickWeighted(this.#patterns));
    return [{ op: 'take', slot: OTHER, arg: 0 }, ...patterns.flatMap(pattern => this.#steps(pattern))];
  }

  /** Every vat has a weak map at first. */
  begin(vat: number): Action {
    return { act: 'tell', vat, program: NEW_MAP, args: [], held: [], keep: false };
  }

  /** Vats end and pause most where most has been going on, and little is lost. */
  action(isLate: boolean): Action {
    const random = this.#random;
    const { suspend, terminate } = this.#acts;
    const late = { suspend: suspend * 3, terminate: terminate * 8 };
    const act = random.pickWeighted({ ...this.#acts, ...(isLate ? late : {}) });
    const vat = random.below(this.#count);
    const pick = random.below(PICKS);
    switch (act) {
      case 'tell': {
        const other = (vat + 1 + random.below(this.#count - 1)) % this.#count;
        return { act, vat, program: this.#program(), args: [other], held: [], keep: random.chance(0.05) };
      }
      case 'call': {
        const program: Program = [{ op: 'take', slot: random.pick(FOREIGN), arg: 0 }];
        return { act, pick, program, args: [], held: [random.below(PICKS)], keep: false };
      }
      case 'step':
        return { act, cranks: 1 + random.below(4) };
      case 'hold':
      case 'release':
      case 'resume':
        return { act, pick };
      case 'reap':
      case 'suspend':
      case 'terminate':
        return { act, vat };
      case 'crash':
        return { act, when: 'event', after: random.below(40) };
      default:
        return { act };
    }
  }
}

/** The scenario of a seed. */
export const makeTraffic = (seed: number): Scenario => {
  const random = new Random(seed).fork('traffic');
  const count = 2 + random.below(VATS.length - 1);
  const traffic = new Traffic(random.fork('actions'), count);
  const odds = drawOdds(random.fork('odds'));
  return {
    seed,
    vats: VATS.slice(0, count),
    actions: [...VATS.keys()]
      .slice(0, count)
      .map(vat => traffic.begin(vat))
      .concat(Array.from({ length: LENGTH }, (_, i) => traffic.action(i > LATE))),
    maxOnline: random.pick([1, 50, 50, 50]),
    mayCycle: false,
    organicChance: random.pick([0, 0.1, 0.5, 1]),
    reapDeliveries: random.pick(['never', 3, 10] as const),
    onFault: random.pick(['terminate', 'suspend', 'suspend']),
    // Messages meet queued GC actions only where these wait.
    choices: { ...odds, 'gc-later': random.pick([0, 0.8, 0.95, 0.98]), 'gc-few': random.pick([0, 0.5, 1]), evict: 0 },
  };
};
