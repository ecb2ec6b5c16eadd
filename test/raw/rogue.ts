/**
 * A vat that makes nearly valid syscalls at random, and answers its deliveries and harvests as it likes. It keeps account of what it was
 * given and what it has said, so that most of what it does is allowed; now and then it names what it never had, spoils a body, or leaves
 * out a field.
 */
import { LIMITS } from '@cooperage/protocol/limits';
import type { DeliveryReport, VatDelivery, VatSyscallResult } from '@cooperage/protocol/worker-port';
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

/** Of the box (`devices/counter-device.ts`), and some that it does not have. */
const BOX_METHODS = [
  ...[
    'echo',
    'echo',
    'keep',
    'keep',
    'getKept',
    'drop',
    'getTally',
    'getTally',
    'increment',
    'wait',
    'listKeys',
    'halfway',
    'getName',
  ],
  ...['promise', '__proto__', 'toString', 'nothing', ''],
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
const list = fc.array(tree, { maxLength: 2 });
const REPORTS = [null, {}, { buffered: [] }, { result: { outcome: 'ok', unfinished: 1 }, buffered: [] }];
const HARVESTS = [null, 'o-50', [5], ['w1', 'w1'], ['o-51', 'o-50'], ['\ud800']];

export class Rogue {
  readonly #draw: Draw;
  /** The careful ones make no mistake on purpose, and live longer. */
  readonly #isCareful: boolean;
  readonly #imports = new Set<string>();
  readonly #exports = new Set<string>(['o+0']);
  /** Promises that it is this vat's to settle. */
  readonly #mine = new Set<string>();
  /** Promises that others settle. */
  readonly #others = new Set<string>();
  readonly #devices = new Set<string>();
  #lastId = 0;

  constructor(draw: Draw) {
    this.#draw = draw;
    this.#isCareful = draw(() => mind) < 60;
  }

  /** Takes note of a delivery and does something in it. */
  deliver(syscall: Syscall, delivery: VatDelivery, count: number): void {
    this.#learn(delivery);
    for (let i = 0; i < count; i += 1) {
      const made = this.#make();
      const answer = syscall(made);
      if (answer.outcome === 'ok') this.#note(made as Made, answer.value);
    }
    if (delivery.type === 'stopVat') this.#loseHeap();
  }

  /** What goes with an incarnation. */
  #loseHeap(): void {
    this.#exports.clear();
    this.#exports.add('o+0');
    this.#mine.clear();
  }

  /** How its worker says that a delivery ended, given how it did. */
  report(report: DeliveryReport, { type }: VatDelivery): unknown {
    if (this.#slips(1)) return this.#pick(REPORTS);
    const isUnfinished = this.#chance(type === 'bringOutYourDead' ? 40 : 4);
    const buffered = this.#chance(10) ? [this.#makeVatstore()] : [];
    return { ...report, ...(isUnfinished ? { result: { outcome: 'ok', unfinished: true } } : {}), buffered };
  }

  /** What its worker says is gone: all true names may be on the list, and any others. */
  harvest(): unknown {
    if (this.#slips(2)) return this.#pick(HARVESTS);
    const names = [...this.#imports, ...this.#exports, ...this.#mine, ...this.#others, 'w1', 'w99', 'o+d1/1', 'h7', 'nothing'];
    return [...new Set(names.filter(() => this.#chance(20)))].sort();
  }

  #learn(delivery: VatDelivery): void {
    if (delivery.type === 'message') {
      this.#meet(delivery.message.methargs.slots);
      if (delivery.message.result !== null) {
        this.#others.delete(delivery.message.result);
        this.#mine.add(delivery.message.result);
      }
    } else if (delivery.type === 'notify') {
      for (const { promise } of delivery.resolutions) this.#others.delete(promise);
      for (const { data } of delivery.resolutions) this.#meet(data.slots);
    } else if (delivery.type === 'retireImports') {
      for (const ref of delivery.refs) this.#imports.delete(ref);
    } else if (delivery.type === 'retireExports') {
      for (const ref of delivery.refs) this.#exports.delete(ref);
    }
  }

  #meet(refs: readonly string[]): void {
    for (const ref of refs) {
      if (ref.startsWith('o-')) this.#imports.add(ref);
      else if (ref.startsWith('p-')) this.#others.add(ref);
      else if (ref.startsWith('d-')) this.#devices.add(ref);
    }
  }

  /** What an accepted syscall changes for this vat. */
  #note(made: Made, answer: (VatSyscallResult & { outcome: 'ok' })['value']): void {
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
    else if (made.type === 'dropPromises') this.#forgetPromises(made.refs as string[]);
    else if (made.type === 'callNow') {
      mention((made.args as { slots: string[] }).slots);
      if (answer !== null && typeof answer === 'object' && 'slots' in answer) this.#meet(answer.slots);
    }
  }

  #forgetPromises(refs: readonly string[]): void {
    for (const ref of refs) {
      this.#mine.delete(ref);
      this.#others.delete(ref);
    }
  }

  /** True in so many of a hundred cases. */
  #chance(percent: number): boolean {
    return this.#draw(() => mind) < percent;
  }

  /** Does something wrong, in so many of a hundred cases. */
  #slips(percent: number): boolean {
    return !this.#isCareful && this.#chance(percent);
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#draw(() => index) % items.length] as Item;
  }

  #mint(letter: 'o' | 'p'): string {
    this.#lastId += 1;
    return `${letter}+${this.#lastId}`;
  }

  #ref(): unknown {
    if (this.#slips(1)) return this.#pick(WILD);
    const kind = this.#pick(['import', 'import', 'export', 'mine', 'others', 'new']);
    const pools = { import: this.#imports, export: this.#exports, mine: this.#mine, others: this.#others, new: [] };
    const pool = [...pools[kind as keyof typeof pools]];
    return pool.length > 0 ? this.#pick(pool) : this.#mint(this.#pick(['o', 'p']));
  }

  #data(value: unknown): object {
    const spelt = JSON.stringify(value);
    const spoilt = [`# ${spelt}`, spelt, `#${spelt.slice(0, -1)}`, '#"&0"', '# "&0"', '#"&00"', ''];
    const slots = Array.from({ length: this.#draw(() => mind) % 5 }, () => this.#ref());
    return { body: this.#slips(8) ? this.#pick(spoilt) : `#${spelt}`, slots };
  }

  #make(): unknown {
    if (this.#slips(1)) return this.#draw(() => garbage);
    const made = this.#makeDecent();
    if (!this.#slips(1)) return made;
    return { ...made, [this.#pick([...Object.keys(made), 'more'])]: this.#draw(() => garbage) };
  }

  #makeDecent(): Made {
    const type = this.#pick([
      ...['send', 'send', 'send', 'send', 'subscribe', 'resolve', 'resolve', 'gc', 'gc'],
      ...['vatstore', 'callNow', 'callNow', 'exit'],
    ]);
    switch (type) {
      case 'send':
        return this.#makeSend();
      case 'callNow':
        return this.#devices.size > 0 ? this.#makeCallNow() : this.#makeVatstore();
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
    const type = this.#pick(['vatstoreGet', 'vatstoreSet', 'vatstoreSet', 'vatstoreDelete', 'vatstoreNextKey', 'vatstoreScan']);
    const key = this.#chance(70) ? this.#draw(() => text) : this.#makeStoredKey();
    if (type === 'vatstoreSet') return { type, key, value: this.#chance(50) ? this.#draw(() => text) : this.#makeStoredValue() };
    if (type === 'vatstoreScan') {
      const limit = this.#slips(2) ? this.#pick([0, 1.5, LIMITS.vatstoreScanEntries + 1]) : 1 + (this.#draw(() => index) % 9);
      return { type, after: key, before: this.#draw(() => text), limit };
    }
    return type === 'vatstoreNextKey' ? { type, after: key } : { type, key };
  }

  /** A key as liveslots writes them: the kernel's collector reads such rows. */
  #makeStoredKey(): string {
    const family = this.#pick(['kind', 'state', 'collection', 'entry', 'place', 'watch', 'watcher', 'weak', 'count', 'export']);
    const name = this.#pick(['d10', 'v9', 'o+d10/1', 'o+d3/2', 'o+v9/1', 'o+0', 'o-50', 'p-60', '', 'constructor']);
    return `${family}.${name}${this.#pick(['', '.ro-51', '.r0000000001:o+d10/1', '.sfoo', '.', '.1', '|o+d3/2'])}`;
  }

  /** A value as liveslots writes them, or nearly. */
  #makeStoredValue(): string {
    const data = JSON.stringify({ body: '#"$0"', slots: [this.#ref(), this.#pick(['o+d10/1', 'o-50', 'h1', 7])] });
    return this.#pick([
      ...[data, `{"x":${data},"__proto__":${data}}`, `{"tag":"t","stateShape":{"x":${data}}}`, `{"keyShape":${data}}`],
      ...['{"collection":"weakMap"}', '{"slots":7}', '{"x":null}', 'null', '{', '', '[]', '{"stateShape":[null]}', '7'],
    ]);
  }

  #makeCallNow(): Made {
    const data = this.#data(this.#draw(() => list)) as { body: string; slots: unknown[] };
    // A device takes no promises.
    const slots = this.#slips(3) ? data.slots : data.slots.map(slot => (String(slot).startsWith('p') ? 'o+0' : slot));
    const target = this.#slips(2) ? this.#ref() : this.#pick([...this.#devices]);
    return { type: 'callNow', target, method: this.#pick(BOX_METHODS), args: { ...data, slots } };
  }

  #makeSend(): Made {
    const target = this.#chance(70) ? this.#pick(['o+0', ...this.#imports, ...this.#imports]) : this.#ref();
    const message = { methargs: this.#data(this.#draw(() => call)), result: this.#chance(70) ? this.#mint('p') : null };
    return { type: 'send', target, message };
  }

  #makeResolve(): Made {
    const resolve = (promise: unknown): object => {
      const value = this.#draw(() => tree);
      const outcome = this.#pick(['fulfilled', 'fulfilled', 'rejected']);
      // Nothing is fulfilled with a promise.
      const isWrong = typeof value === 'string' && value.startsWith('&');
      return { promise, outcome: isWrong && this.#isCareful ? 'rejected' : outcome, data: this.#data(value) };
    };
    const first = this.#pick([...this.#mine, this.#mint('p')]);
    const more = [...this.#mine].filter(promise => promise !== first && this.#chance(30));
    return { type: 'resolve', resolutions: [first, ...more].map(resolve) };
  }

  #makeGc(): Made {
    const type = this.#pick([
      ...['dropImports', 'dropImports', 'dropPromises', 'dropPromises', 'abandonExports', 'retireImports', 'retireExports'],
    ]);
    if (type === 'dropPromises') return { type, refs: [...this.#mine, ...this.#others].filter(() => this.#chance(25)) };
    const pool = [...(type.endsWith('Imports') ? this.#imports : this.#exports)].filter(ref => ref !== 'o+0');
    // Most retirements would be premature.
    if (type.startsWith('retire') && !this.#chance(10)) return { type, refs: [] };
    return { type, refs: pool.filter(() => this.#chance(25)) };
  }
}
