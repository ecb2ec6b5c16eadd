/**
 * Programs that tie rings: objects of several vats, of the heap and of rows, of which each leads to the next, through slots, weak entries
 * and promises, and which nothing else may hold. By chance alone such rings are rare, and counting never frees one.
 */
import type { Random } from './random.ts';
import type { ObjectKind, Program, Step } from './script.ts';

const KINDS: readonly ObjectKind[] = ['heap', 'heap', 'heap', 'virtual', 'durable', 'durable'];
const LONGEST = 12;
/** What is told to link in the ring, at the root that makes it: the first object, the one before, the new one, the next roots. */
const [FIRST, LAST, NEW, MAP, PROMISE] = ['q', 'p', 'r', 'm', 'u'];
const [NEXT, OTHER] = ['t', 's'];
const HELD = 'x';

export class Rings {
  readonly #random: Random;
  readonly #weak: boolean;

  constructor(random: Random, weak: boolean) {
    this.#random = random;
    this.#weak = weak;
  }

  /** For a root that is given other roots. */
  ring(): Program {
    const length = 2 + Math.min(this.#random.below(LONGEST - 1), this.#random.below(LONGEST - 1));
    return [
      { op: 'take', slot: NEXT, arg: 0 },
      { op: 'take', slot: OTHER, arg: 1 },
      { op: 'make', slot: FIRST, as: this.#random.pick(KINDS) },
      { op: 'send', target: NEXT, program: this.#member(length - 1), args: [FIRST, FIRST, OTHER, NEXT], answer: 'none' },
      ...this.#forget([FIRST]),
    ];
  }

  /** One object more, tied to the one before; so many are still to come. */
  #member(left: number): Program {
    const kind = this.#random.pick(KINDS);
    const closing: Step =
      left > 1
        ? { op: 'send', target: NEXT, program: this.#member(left - 1), args: [FIRST, NEW, OTHER, NEXT], answer: 'none' }
        : { op: 'send', target: FIRST, program: [{ op: 'take', slot: HELD, arg: 0 }], args: [NEW], answer: 'none' };
    return [
      { op: 'take', slot: FIRST, arg: 0 },
      { op: 'take', slot: LAST, arg: 1 },
      { op: 'take', slot: NEXT, arg: 2 },
      { op: 'take', slot: OTHER, arg: 3 },
      { op: 'make', slot: NEW, as: kind },
      ...this.#tie(kind),
      closing,
      ...this.#forget([FIRST, LAST, NEW, MAP]),
    ];
  }

  /** From the new object to the one before it. */
  #tie(kind: ObjectKind): Program {
    const random = this.#random;
    if (this.#weak && random.chance(0.3)) return this.#tieWeakly(kind);
    if (kind === 'heap' && random.chance(0.3)) return this.#tieByPromise();
    return [{ op: 'link', into: NEW, slot: HELD, from: LAST }];
  }

  /** The first object of the ring is the key. */
  #tieWeakly(kind: ObjectKind): Program {
    const [map, ...make]: [string, ...Step[]] =
      kind === 'heap' ? [MAP, { op: 'weak-make', slot: MAP }, { op: 'link', into: NEW, slot: HELD, from: MAP }] : [NEW];
    const key = this.#random.chance(0.3) ? LAST : FIRST;
    return [
      ...make,
      { op: 'weak-set', map, key, value: LAST },
      ...(this.#random.chance(0.5) ? [{ op: 'link', into: NEW, slot: 'y', from: key } as const] : []),
    ];
  }

  /** The one before waits, with what it has, for a promise that only the new object can settle. */
  #tieByPromise(): Program {
    const wait: Program = [
      { op: 'take', slot: 'z', arg: 0 },
      { op: 'await', slot: 'z', program: [] },
    ];
    return [
      { op: 'pend', slot: PROMISE, keeper: NEW },
      { op: 'send', target: LAST, program: wait, args: [PROMISE], answer: 'none' },
    ];
  }

  #forget(slots: readonly string[]): Program {
    return slots.flatMap(slot => (this.#random.chance(0.9) ? [{ op: 'forget', slot } as const] : []));
  }
}
