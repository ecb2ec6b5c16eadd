/**
 * Random programs over objects of all four sorts that hold each other, with maps, weak keys, exports and upgrades, told next to a plain
 * model: the same answers, no row too many or too few; and told again without any collection, the same syscalls, byte for byte.
 */
import { collectGarbage } from './support/test-vat.ts';
import { startStoreVat, type Scope, type Store, type StoreVat } from './support/store-vat.ts';
import {
  defineDurable,
  defineDurableKit,
  defineKind,
  defineKit,
  makeHandle,
  type Cohort,
  type Context,
  type Maker,
  type Thing,
} from './support/kind-tools.ts';
import {
  isDurable,
  mayHold,
  ObjectModel,
  PLACES,
  step,
  type Held,
  type MapName,
  type Sort,
  type Step,
} from './support/object-model.ts';
import test from 'ava';
import { E } from '@endo/far';
import fc from 'fast-check';
import type { VatSyscall } from '@cooperage/protocol/worker-port';
import { auditVatstore } from '../src/stored/audit.ts';

const behavior = {
  getId: ({ state }: Context) => state['id'],
  getHeld: ({ state }: Context) => state['held'],
  hold: ({ state }: Context, held: unknown) => void (state['held'] = held),
};

/** What each incarnation sets up: the four sorts, maps, weak collections. Of a kit, a variable holds the first facet. */
const setUp = (scope: Scope): void => {
  const { baggage, heap, map, weakMap, WeakMap } = scope;
  const provide = (name: string, make: () => unknown): object => {
    if (!baggage.has(name)) baggage.init(name, make());
    return baggage.get(name) as object;
  };
  const init = (id: unknown, held: unknown) => ({ id, held });
  const facets = { a: behavior, b: {} };
  const toFirst = (make: Maker<Cohort>) => (id: unknown, held: unknown) => make(id, held)['a'];
  heap['makers'] = {
    virtual: defineKind(scope, 'virtual', init, behavior),
    'virtual kit': toFirst(defineKit(scope, 'virtual kit', init, facets)),
    durable: defineDurable(
      scope,
      provide('single', () => makeHandle(scope, 'durable')),
      init,
      behavior,
    ),
    'durable kit': toFirst(
      defineDurableKit(
        scope,
        provide('multi', () => makeHandle(scope, 'durable kit')),
        init,
        facets,
      ),
    ),
  };
  provide('map', () => map('durable', { durable: true }));
  heap['map'] = map('virtual');
  heap['marks'] = [new WeakMap(), weakMap('marks')];
};

const findMap = ({ baggage, heap }: Scope, name: MapName): Store =>
  (name === 'durable' ? baggage.get('map') : heap['map']) as Store;

/** What can be learnt from an object: its id, and those of what it holds, some way down; marks. */
const describeThing = (thing: unknown, marks: readonly Store[], depth = 5): unknown => {
  if (thing === undefined || depth === 0) return depth;
  const { getId, getHeld } = thing as Thing;
  if (getId === undefined) return String(thing);
  const marked = marks.map(mark => (mark.has(thing) ? mark.get(thing) : 'none'));
  return [getId.call(thing), marked, describeThing(getHeld?.call(thing), marks, depth - 1)];
};

const describeHeld = (held: Held, depth = 5): unknown => {
  if (held === undefined || depth === 0) return depth;
  if (typeof held === 'number') return `[object Alleged: presence o-${held}]`;
  const mark = held.isMarked ? held.id : 'none';
  return [held.id, [mark, mark], describeHeld(held.held, depth - 1)];
};

type Collector = {
  readonly betweenDeliveries: () => Promise<void>;
  readonly list: (vat: StoreVat) => Promise<readonly string[]>;
};

class Play {
  readonly syscalls: string[] = [];
  readonly #model = new ObjectModel();
  readonly #collector: Collector;
  #vat: StoreVat;
  #incarnation = 0;
  #lastImport = 50;

  constructor(vat: StoreVat, collector: Collector) {
    this.#vat = vat;
    this.#collector = collector;
  }

  static async run(steps: readonly Step[], collector: Collector): Promise<Play> {
    const { betweenDeliveries } = collector;
    const play = new Play(await startStoreVat({ betweenDeliveries }, setUp), collector);
    for (const next of steps) await play.#take(next);
    for (let at = 0; at < PLACES; at += 1) await play.#take({ type: 'ask', at });
    for (const type of ['collect', 'upgrade', 'drop', 'collect'] as const) await play.#take({ type });
    return play;
  }

  /** Runs vat code. The arguments are Presences. */
  async #in(act: (scope: Scope, ...args: unknown[]) => unknown, imports: readonly string[] = []): Promise<readonly VatSyscall[]> {
    const { syscalls } = await this.#vat.run(
      act,
      imports.map((_vref, i) => `$${i}`),
      [...imports],
    );
    this.#note(syscalls);
    return syscalls;
  }

  #note(syscalls: readonly VatSyscall[]): void {
    for (const syscall of syscalls) this.syscalls.push(JSON.stringify(syscall));
  }

  async #take(next: Step): Promise<void> {
    switch (next.type) {
      case 'make':
        return this.#make(next);
      case 'write':
      case 'follow':
        return this.#use(next);
      case 'keep':
      case 'unkeep':
      case 'fetch':
        return this.#useMap(next);
      case 'collect':
        return this.#collect();
      case 'drop':
        return this.#drop();
      case 'upgrade':
        return this.#upgrade();
      default:
        return this.#useVariable(next);
    }
  }

  async #make({ sort, to, holds }: Step & { type: 'make' }): Promise<void> {
    const { heap } = this.#model;
    const isAllowed = mayHold(sort, heap[holds]);
    const id = isAllowed ? (heap[to] = this.#model.make(sort, heap[holds])).id : 0;
    let isMade = true;
    await this.#in(({ heap: vars }) => {
      try {
        vars[to] = (vars['makers'] as Record<Sort, Maker<Thing>>)[sort](id, vars[holds]);
      } catch {
        isMade = false;
      }
    });
    if (isMade !== isAllowed) throw new Error(`making a ${sort} was ${isMade ? 'allowed' : 'refused'}`);
  }

  async #use(next: Step & { type: 'write' | 'follow' }): Promise<void> {
    const { heap } = this.#model;
    if (next.type === 'follow') {
      const { from, to } = next;
      const node = heap[from];
      if (typeof node !== 'object') return;
      heap[to] = node.held;
      await this.#in(({ heap: vars }) => void (vars[to] = (vars[from] as Thing)['getHeld']?.()));
      return;
    }
    const { to, holds } = next;
    const node = heap[to];
    if (typeof node !== 'object' || !mayHold(node.sort, heap[holds])) return;
    node.held = heap[holds];
    await this.#in(({ heap: vars }) => void (vars[to] as Thing)['hold']?.(vars[holds]));
  }

  async #useMap({ type, map, key, at }: Step & { type: 'keep' | 'unkeep' | 'fetch' }): Promise<void> {
    const { heap, maps } = this.#model;
    if (type === 'keep') {
      const held = heap[at];
      if (map === 'durable' && typeof held === 'object' && !isDurable(held.sort)) return;
      const method = maps[map].has(key) ? 'set' : 'init';
      maps[map].set(key, held);
      await this.#in(scope => findMap(scope, map)[method](key, scope.heap[at]));
    } else if (!maps[map].has(key)) return;
    else if (type === 'fetch') {
      heap[at] = maps[map].get(key);
      await this.#in(scope => void (scope.heap[at] = findMap(scope, map).get(key)));
    } else {
      maps[map].delete(key);
      await this.#in(scope => findMap(scope, map).delete(key));
    }
  }

  async #useVariable({ type, at }: Step & { type: 'forget' | 'mark' | 'export' | 'meet' | 'ask' }): Promise<void> {
    const { heap } = this.#model;
    const held = heap[at];
    if (type === 'forget') {
      heap[at] = undefined;
      await this.#in(({ heap: vars }) => void delete vars[at]);
    } else if (type === 'meet') {
      const number = (this.#lastImport += 1);
      heap[at] = number;
      await this.#in((scope, presence) => void (scope.heap[at] = presence), [`o-${number}`]);
    } else if (type === 'ask') await this.#ask(at);
    else if (typeof held !== 'object') return;
    else if (type === 'mark') {
      const method = held.isMarked ? 'set' : 'init';
      held.isMarked = true;
      await this.#in(({ heap: vars }) => {
        const [heapMap, store] = vars['marks'] as [WeakMap<object, unknown>, Store];
        heapMap.set(vars[at] as object, held.id);
        store[method](vars[at], held.id);
      });
    } else {
      const number = (this.#lastImport += 1);
      const syscalls = await this.#in(
        ({ heap: vars }, target) => void E(target as { take: (thing: unknown) => void }).take(vars[at]),
        [`o-${number}`],
      );
      const send = syscalls.find(syscall => syscall.type === 'send');
      held.vref = send?.message.methargs.slots[0];
    }
  }

  async #ask(at: number): Promise<void> {
    let answer: unknown;
    await this.#in(({ heap: vars }) => {
      answer = JSON.stringify(describeThing(vars[at], vars['marks'] as Store[]));
    });
    const expected = JSON.stringify(describeHeld(this.#model.heap[at]));
    if (answer !== expected) throw new Error(`variable ${at} is ${String(answer)}, and should be ${expected}`);
  }

  /** The kernel lets go of all that it was sent. */
  async #drop(): Promise<void> {
    const exported = [...this.#model.nodes].filter(({ vref }) => vref !== undefined);
    if (exported.length === 0) return;
    const refs = exported.map(({ vref }) => vref as string);
    for (const node of exported) node.vref = undefined;
    const half = refs.filter((_ref, i) => i % 2 === 0);
    for (const result of [await this.#vat.vat.gc('dropExports', ...refs), await this.#vat.vat.gc('retireExports', ...half)]) {
      if (result.outcome === 'fault') throw new Error(result.problem);
    }
    this.#note(this.#vat.vat.take());
  }

  /** Brings out the dead until none are left, and looks at the rows. */
  async #collect(): Promise<void> {
    const { vat } = this.#vat;
    for (;;) {
      const dead = await this.#collector.list(this.#vat);
      const result = await vat.deliver({ type: 'bringOutYourDead', dead });
      if (result.outcome === 'fault') throw new Error(result.problem);
      this.#note(vat.take());
      if (dead.length === 0 && result.unfinished !== true) break;
    }
    const findings = auditVatstore(vat.vatstore.rows);
    if (findings.length > 0) throw new Error(findings.join('\n'));
    this.#model.nodes = this.#model.listKept();
    const stored = vat.vatstore.keys('state.').map(key => {
      const { id } = JSON.parse(vat.vatstore.rows.get(key) ?? '') as { id: { body: string } };
      return Number(id.body.slice(1));
    });
    const kept = [...this.#model.nodes].map(({ id }) => id);
    const text = (ids: number[]): string => ids.sort((a, b) => a - b).join();
    if (text(stored) !== text(kept)) throw new Error(`stored are ${text(stored)}, and should be ${text(kept)}`);
  }

  async #upgrade(): Promise<void> {
    this.#incarnation += 1;
    this.#model.upgrade();
    const { betweenDeliveries } = this.#collector;
    this.#vat = await this.#vat.upgrade(this.#incarnation, setUp, { betweenDeliveries });
  }
}

test.serial('random programs get the answers of the model, keep what counting keeps, and do not see the collector', async t => {
  const steps = fc.array(step, { minLength: 10, maxLength: 50, size: 'max' });
  await fc.assert(
    fc.asyncProperty(steps, async program => {
      const lists: (readonly string[])[] = [];
      const first = await Play.run(program, {
        betweenDeliveries: collectGarbage,
        list: async ({ vat }) => {
          await collectGarbage();
          lists.push(vat.liveslots.harvest());
          return lists.at(-1) ?? [];
        },
      });
      const second = await Play.run(program, { betweenDeliveries: async () => {}, list: async () => lists.shift() ?? [] });
      t.deepEqual(second.syscalls, first.syscalls);
    }),
    { numRuns: 25, seed: Number(process.env['COOPERAGE_FUZZ_SEED'] ?? 1) },
  );
});
