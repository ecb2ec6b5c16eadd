/**
 * A vat that makes nearly valid syscalls at random. It keeps account of what it was given and what it has said, so that most of what
 * it does is allowed; now and then it names what it never had, spoils a body, or leaves out a field.
 */
import type { VatDelivery } from '@cooperage/protocol/worker-port';
import fc from 'fast-check';
import type { Syscall } from './world.ts';

/** Draws a value: `fc.gen()`. */
type Draw = fc.GeneratorValue;
type Made = Readonly<Record<string, unknown>>;

const WILD = [
  'o-99',
  'p-99',
  'd-70',
  'd+1',
  'o+d1/1',
  'o+v1/2:1',
  'o+v1/2',
  'o-050',
  'ko20',
  'kp40',
  '',
  'o+',
  'p+0',
  'v1',
  5,
  null,
];
const WORDS = ['$0', '&0', '$1', '&1', '$2', '&2', '$3', '$0.Alleged: thing', 'hello', '!x', '+3', '-3', '#undefined', '%sym'];
const ODD_WORDS = ['$', '&', '&00', '$7', '&1e0', '$-1', '$0.x', '#bad', '+', '*', '#NaN', '%@@iterator', '\ud800', '&0.x'];
const KEYS = ['a', 'b', '!c', '#tag', 'payload', '#error', 'name', 'errorId', '@qclass', 'then', '__proto__', '$0', 'x'];
const METHODS = [
  'echo',
  'same',
  'keep',
  'kept',
  'forget',
  'mark',
  'refuse',
  'relay',
  'ask',
  'wait',
  'later',
  'make',
  'makeFunction',
];

const { tree } = fc.letrec<{ tree: unknown; leaf: unknown }>(tie => ({
  leaf: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...WORDS) },
    { weight: 2, arbitrary: fc.constantFrom(...ODD_WORDS) },
    { weight: 2, arbitrary: fc.constantFrom(null, true, 1, -0, 1e300) },
  ),
  tree: fc.oneof(
    { maxDepth: 3 },
    { weight: 5, arbitrary: tie('leaf') },
    { weight: 2, arbitrary: fc.array(tie('tree'), { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.dictionary(fc.constantFrom(...KEYS), tie('tree'), { maxKeys: 3 }) },
  ),
}));
const call = fc.tuple(
  fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...METHODS) }, { weight: 1, arbitrary: tree }),
  fc.oneof({ weight: 20, arbitrary: fc.array(tree, { maxLength: 3 }) }, { weight: 1, arbitrary: tree }),
);
const mind = fc.noBias(fc.nat({ max: 99 }));
const index = fc.noBias(fc.nat({ max: 1000 }));
const garbage = fc.anything({ maxDepth: 2 });
const text = fc.string({ unit: 'binary', maxLength: 3 });

export class Rogue {
  readonly #draw: Draw;
  readonly #imports = new Set<string>();
  readonly #exports = new Set<string>(['o+0']);
  /** Promises that it is this vat's to settle. */
  readonly #mine = new Set<string>();
  /** Promises that others settle. */
  readonly #others = new Set<string>();
  #lastId = 0;

  constructor(draw: Draw) {
    this.#draw = draw;
  }

  /** Takes note of a delivery and does something in it. */
  deliver(syscall: Syscall, delivery: VatDelivery, count: number): void {
    this.#learn(delivery);
    for (let i = 0; i < count; i += 1) {
      const made = this.#make();
      if (syscall(made) === 'ok') this.#note(made as Made);
    }
  }

  #learn(delivery: VatDelivery): void {
    if (delivery.type === 'message') {
      this.#meet(delivery.message.methargs.slots);
      if (delivery.message.result !== null) this.#mine.add(delivery.message.result);
    } else if (delivery.type === 'notify') {
      for (const { promise } of delivery.resolutions) this.#others.delete(promise);
      for (const { data } of delivery.resolutions) this.#meet(data.slots);
    } else if (delivery.type === 'retireImports') {
      for (const ref of delivery.refs) this.#imports.delete(ref);
    }
  }

  #meet(refs: readonly string[]): void {
    for (const ref of refs) {
      if (ref.startsWith('o-')) this.#imports.add(ref);
      else if (ref.startsWith('p-')) this.#others.add(ref);
    }
  }

  /** What an accepted syscall changes for this vat. */
  #note(made: Made): void {
    const mention = (refs: readonly string[]): void => {
      for (const ref of refs) {
        if (ref.startsWith('o+')) this.#exports.add(ref);
        else if (ref.startsWith('p+') && !this.#others.has(ref)) this.#mine.add(ref);
      }
    };
    if (made.type === 'send') {
      const { methargs, result } = made.message as { methargs: { slots: string[] }; result: string | null };
      mention([made.target as string, ...methargs.slots]);
      if (result !== null) {
        this.#mine.delete(result);
        this.#others.add(result);
      }
    } else if (made.type === 'subscribe') mention([made.promise as string]);
    else if (made.type === 'resolve') {
      const resolutions = made.resolutions as { promise: string; data: { slots: string[] } }[];
      for (const { data } of resolutions) mention(data.slots);
      for (const { promise } of resolutions) this.#mine.delete(promise);
    } else if (made.type === 'dropImports') for (const ref of made.refs as string[]) this.#imports.delete(ref);
    else if (made.type === 'abandonExports') for (const ref of made.refs as string[]) this.#exports.delete(ref);
  }

  /** True in so many of a hundred cases. */
  #chance(percent: number): boolean {
    return this.#draw(() => mind) < percent;
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#draw(() => index) % items.length] as Item;
  }

  #mint(letter: 'o' | 'p'): string {
    this.#lastId += 1;
    return `${letter}+${this.#lastId}`;
  }

  #ref(): unknown {
    if (this.#chance(1)) return this.#pick(WILD);
    const kind = this.#pick(['import', 'import', 'export', 'mine', 'others', 'new']);
    const pools = { import: this.#imports, export: this.#exports, mine: this.#mine, others: this.#others, new: [] };
    const pool = [...pools[kind as keyof typeof pools]];
    return pool.length > 0 ? this.#pick(pool) : this.#mint(this.#pick(['o', 'p']));
  }

  #data(value: unknown): object {
    const spelt = JSON.stringify(value);
    const spoilt = [`# ${spelt}`, spelt, `#${spelt.slice(0, -1)}`, '#"&0"', '# "&0"', '#"&00"', ''];
    const slots = Array.from({ length: this.#draw(() => mind) % 5 }, () => this.#ref());
    return { body: this.#chance(8) ? this.#pick(spoilt) : `#${spelt}`, slots };
  }

  #make(): unknown {
    if (this.#chance(1)) return this.#draw(() => garbage);
    const made = this.#makeDecent();
    if (!this.#chance(1)) return made;
    return { ...made, [this.#pick([...Object.keys(made), 'more'])]: this.#draw(() => garbage) };
  }

  #makeDecent(): Made {
    const type = this.#pick(['send', 'send', 'send', 'send', 'subscribe', 'resolve', 'resolve', 'gc', 'vatstore', 'exit']);
    switch (type) {
      case 'send':
        return this.#makeSend();
      case 'subscribe':
        return { type, promise: this.#pick([...this.#others, ...this.#mine, this.#mint('p')]) };
      case 'resolve':
        return this.#makeResolve();
      case 'gc':
        return this.#makeGc();
      case 'exit':
        if (!this.#chance(5)) return this.#makeSend();
        return { type, outcome: this.#pick(['success', 'failure']), info: this.#data('bye') };
      default:
        return this.#makeVatstore();
    }
  }

  #makeVatstore(): Made {
    const type = this.#pick(['vatstoreGet', 'vatstoreSet', 'vatstoreDelete', 'vatstoreNextKey']);
    const key = this.#draw(() => text);
    if (type === 'vatstoreSet') return { type, key, value: this.#draw(() => text) };
    return type === 'vatstoreNextKey' ? { type, after: key } : { type, key };
  }

  #makeSend(): Made {
    const target = this.#chance(70) ? this.#pick(['o-50', 'o-51', ...this.#imports]) : this.#ref();
    const message = { methargs: this.#data(this.#draw(() => call)), result: this.#chance(70) ? this.#mint('p') : null };
    return { type: 'send', target, message };
  }

  #makeResolve(): Made {
    const resolve = (promise: unknown): object => ({
      promise,
      outcome: this.#pick(['fulfilled', 'fulfilled', 'rejected']),
      data: this.#data(this.#draw(() => tree)),
    });
    const first = this.#pick([...this.#mine, this.#mint('p')]);
    const more = [...this.#mine].filter(promise => promise !== first && this.#chance(30));
    return { type: 'resolve', resolutions: [first, ...more].map(resolve) };
  }

  #makeGc(): Made {
    const type = this.#pick(['dropImports', 'abandonExports', 'dropImports', 'retireImports', 'retireExports']);
    const pool = [...(type.endsWith('Imports') ? this.#imports : this.#exports)].filter(ref => ref !== 'o+0');
    // Most retirements would be premature.
    if (type.startsWith('retire') && !this.#chance(10)) return { type, refs: [] };
    return { type, refs: pool.filter(() => this.#chance(25)) };
  }
}
