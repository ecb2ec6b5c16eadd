/**
 * A script vat: an ordinary vat over liveslots whose code is an interpreter of programs, so that its heap is known. Everything is
 * named: objects `alice7`, weak maps `alice#w3`, promises `alice#p2`; names are minted in the order of the vat's own deliveries, and each
 * incarnation goes on at another thousand.
 */
import { E, Far } from '@endo/far';
import type { LiveslotsGlobals } from '@cooperage/liveslots/vat-data/vat-data';
import { ScriptHeap, type PendingPromise, type Slots, type Thing, type WeakTable } from './script-heap.ts';
import { parseProgram, writeProgram, type ObjectKind, type Program, type ProgramText, type Step } from './script.ts';
import { StoredObjects } from './stored-objects.ts';

export type ScriptVatOptions = {
  readonly name: string;
  readonly incarnation: number;
  readonly globals: LiveslotsGlobals;
  /** Weak maps may have any value: cycles will be looked for. */
  readonly mayCycle: boolean;
  /** Keep what was put into weak maps for the walk. Not where the engine's own collector is to decide. */
  readonly shadow: boolean;
  /** What the vat's code sees, in its words. */
  readonly trace: (line: string) => void;
  /** The vat's code saw what it must never see. */
  readonly onWonder: (problem: string) => void;
  readonly onObject: (name: string, object: Thing) => void;
  /** An object that `onObject` was told of, if it is in memory. */
  readonly findObject: (name: string) => Thing | undefined;
  readonly exitVat: (info: unknown) => void;
  readonly exitVatWithFailure: (info: unknown) => void;
};

/** The name that an object was made with, as anybody sees it. */
export const nameOf = (thing: Thing): string =>
  String((thing as { [Symbol.toStringTag]?: string })[Symbol.toStringTag]).replace('Alleged: ', '');

export const isPromise = (thing: unknown): thing is Promise<unknown> => thing instanceof Promise;

/** Names that an incarnation may mint. */
export const NAMES_PER_INCARNATION = 1000;

type WeakStep = Exclude<Extract<Step, { op: `weak-${string}` }>, { op: 'weak-make' }>;
/** A Presence that was made again is the same key. */
const forgetNamesake = ({ shadow }: WeakTable, key: Thing): void => {
  for (const known of shadow?.keys() ?? []) if (nameOf(known) === nameOf(key)) shadow?.delete(known);
};

type Scope = {
  readonly fields: Slots;
  readonly args: readonly unknown[];
  /** Slots that are emptied at the end. */
  readonly passing: string[];
  answer: unknown;
};

export class ScriptVat {
  readonly heap = new ScriptHeap();
  readonly stored: StoredObjects;
  readonly #options: ScriptVatOptions;
  #minted: number;

  constructor(options: ScriptVatOptions) {
    this.#options = options;
    this.#minted = options.incarnation * NAMES_PER_INCARNATION;
    this.stored = new StoredObjects({
      VatData: options.globals.VatData,
      run: (slots, program, args) => this.#run(slots, parseProgram(program), args),
      nameOf,
      trace: options.trace,
    });
  }

  readonly buildRootObject = (baggage: unknown): object => {
    const { incarnation, trace } = this.#options;
    this.stored.begin(baggage, incarnation);
    trace(`incarnation ${incarnation}`);
    const root = Far(this.#options.name, {
      run: (program: ProgramText, ...args: unknown[]) => this.#run(this.heap.rootFields, parseProgram(program), args),
      /** Settles what the vat itself keeps, and what these of its objects do. */
      settleAll: (names: readonly string[] = []) => {
        const keepers = names.flatMap(name => this.#options.findObject(name) ?? []);
        for (const pending of [this.heap.pending, ...keepers.map(keeper => this.heap.keptBy(keeper))]) this.#settleAll(pending);
      },
      idle: () => {},
      /** Sends `idle` to everything that can be reached, to show that it can. */
      greetAll: () => this.#greetAll(),
    });
    this.heap.addRoot(root);
    return root;
  };

  #settleAll(pending: Map<string, PendingPromise>): void {
    for (const [name, { resolve }] of pending) {
      this.#options.trace(`settle ${name} at last`);
      resolve('settled at last');
    }
    pending.clear();
  }

  #mint(kind: '' | '#w' | '#p'): string {
    this.#minted += 1;
    return `${this.#options.name}${kind}${this.#minted}`;
  }

  #makeObject(kind: ObjectKind): Thing {
    const name = this.#mint('');
    if (kind !== 'heap') return this.stored.make(name, kind);
    const object: Thing = Far(name, {
      run: (program: ProgramText, ...args: unknown[]) => {
        const fields = this.heap.findFields(object);
        if (fields === undefined) throw Error(`${name} has no fields`);
        return this.#run(fields, parseProgram(program), args);
      },
      idle: () => name,
    });
    this.heap.addObject(object);
    this.#options.onObject(name, object);
    return object;
  }

  #run(fields: Slots, program: Program, args: readonly unknown[]): unknown {
    const scope: Scope = { fields, args, passing: [], answer: undefined };
    for (const step of program) this.#step(scope, step);
    for (const slot of scope.passing) fields.delete(slot);
    return scope.answer;
  }

  #put(fields: Slots, slot: string, value: unknown): void {
    const [thing] = this.heap.thingsIn(value);
    if (thing === undefined || (fields.inRows && !this.#isObject(thing))) return;
    if (isPromise(thing)) this.heap.follow(thing);
    fields.set(slot, thing);
  }

  /** Neither a promise nor a weak map. */
  #isObject(thing: Thing): boolean {
    return !isPromise(thing) && this.heap.findTable(thing) === undefined;
  }

  #describe(thing: Thing | undefined): string {
    if (thing === undefined) return 'nothing';
    if (isPromise(thing)) return 'a promise';
    return this.heap.findTable(thing)?.name ?? nameOf(thing);
  }

  #step(scope: Scope, step: Step): void {
    const { fields, args } = scope;
    const { trace } = this.#options;
    switch (step.op) {
      case 'make':
        fields.set(step.slot, this.#makeObject(step.as ?? 'heap'));
        return;
      case 'take':
        this.#put(fields, step.slot, args[step.arg]);
        trace(`take ${this.#describe(fields.get(step.slot))}`);
        return;
      case 'forget':
        fields.delete(step.slot);
        return;
      case 'copy':
        this.#put(fields, step.to, fields.get(step.from));
        return;
      case 'link': {
        const into = fields.get(step.into);
        const target = into && (this.heap.findFields(into) ?? this.#findStored(into));
        if (target !== undefined) this.#put(target, step.slot, fields.get(step.from));
        return;
      }
      case 'send':
        this.#send(fields, step);
        return;
      case 'pend':
        this.#pend(scope, step);
        return;
      case 'settle':
        this.#settle(fields, step);
        return;
      case 'store': {
        const thing = fields.get(step.from);
        if (thing !== undefined && this.#isObject(thing)) this.stored.store(step.name, thing);
        return;
      }
      case 'unstore':
        this.stored.unstore(step.name);
        return;
      case 'fetch':
        this.#put(fields, step.slot, this.stored.fetch(step.name));
        trace(`fetch ${this.#describe(fields.get(step.slot))}`);
        return;
      case 'throw':
        throw Error(`${this.#options.name} was told to throw`);
      case 'exit':
        this.#options.exitVat('done');
        return;
      case 'fail':
        this.#options.exitVatWithFailure('failed');
        return;
      case 'await':
        this.#await(fields, step);
        return;
      case 'return':
        scope.answer = this.#wrapPromise(fields.get(step.slot));
        return;
      default:
        this.#stepWeak(fields, step);
    }
  }

  #findStored(thing: Thing): Slots | undefined {
    return this.#isObject(thing) ? this.stored.findSlots(thing) : undefined;
  }

  #stepWeak(fields: Slots, step: Extract<Step, { op: `weak-${string}` }>): void {
    if (step.op === 'weak-make') {
      if (fields.inRows) return;
      const map = new this.#options.globals.WeakMap<object, Thing>();
      this.heap.addTable({ name: this.#mint('#w'), map, shadow: this.#options.shadow ? new Map() : undefined });
      fields.set(step.slot, map);
      return;
    }
    const map = fields.get(step.map);
    const key = fields.get(step.key);
    if (map === undefined || key === undefined || !this.#isObject(key)) return;
    const table = this.heap.findTable(map);
    if (table !== undefined) this.#stepTable(fields, step, { table, key });
    else if (this.#findStored(map) !== undefined) this.#stepStore(fields, step, { map, key });
  }

  #stepStore(fields: Slots, step: WeakStep, { map, key }: { readonly map: Thing; readonly key: Thing }): void {
    if (step.op === 'weak-set') {
      const value = fields.get(step.value);
      if (value !== undefined && this.#isObject(value)) this.stored.setWeak(map, key, value);
    } else if (step.op === 'weak-delete') {
      this.#options.trace(`delete ${nameOf(key)}: ${this.stored.deleteWeak(map, key)}`);
    } else {
      const value = this.stored.getWeak(map, key);
      this.#options.trace(`get ${nameOf(key)}: ${this.#describe(value as Thing | undefined)}`);
      this.#put(fields, step.slot, value);
    }
  }

  #stepTable(fields: Slots, step: WeakStep, { table, key }: { readonly table: WeakTable; readonly key: Thing }): void {
    if (step.op === 'weak-set') {
      const value = fields.get(step.value);
      if (value === undefined || value === key) return;
      // A value that leads back to its own import key keeps that until cycles are looked for.
      if (!this.#options.mayCycle && this.heap.findFields(value) === undefined) return;
      table.map.set(key, value);
      forgetNamesake(table, key);
      table.shadow?.set(key, value);
    } else if (step.op === 'weak-delete') {
      this.#options.trace(`delete ${nameOf(key)}: ${table.map.delete(key)}`);
      forgetNamesake(table, key);
    } else {
      const value = table.map.get(key);
      this.#options.trace(`get ${nameOf(key)}: ${this.#describe(value)}`);
      const isKnown = [...(table.shadow?.keys() ?? [])].some(known => nameOf(known) === nameOf(key));
      if (value === undefined && isKnown) this.#options.onWonder(`${table.name} has lost its entry for ${nameOf(key)}`);
      this.#put(fields, step.slot, value);
    }
  }

  #send(fields: Slots, { target, program, args, answer }: Extract<Step, { op: 'send' }>): void {
    const receiver = fields.get(target);
    const things = args.map(slot => fields.get(slot));
    if (receiver === undefined || this.heap.findTable(receiver) !== undefined) return;
    if (things.some(thing => thing !== undefined && this.heap.findTable(thing) !== undefined)) return;
    if (isPromise(receiver))
      this.heap.hold(
        receiver,
        things.filter(thing => thing !== undefined),
      );
    const callable = receiver as { run(program: ProgramText, ...args: unknown[]): unknown };
    const text = writeProgram(program);
    if (answer === 'only') {
      E.sendOnly(callable).run(text, ...things);
      return;
    }
    const promise = E(callable).run(text, ...things) as Promise<unknown>;
    promise.catch(() => {});
    if (answer !== 'none') this.#put(fields, answer, promise);
  }

  /** The reaction belongs to the promise; the fields that it goes on with are held by it until then. */
  #await(fields: Slots, { slot, program }: Extract<Step, { op: 'await' }>): void {
    const promise = fields.get(slot);
    if (!isPromise(promise)) return;
    this.heap.hold(promise, fields.keepers());
    // What a program that goes on later throws is nobody's answer.
    promise
      .then(value => {
        this.#put(fields, slot, value);
        this.#run(fields, program, []);
      })
      .catch(() => {});
  }

  #pend({ fields, passing }: Scope, { slot, keeper }: Extract<Step, { op: 'pend' }>): void {
    if (fields.inRows) return;
    const name = this.#mint('#p');
    const object = keeper === undefined ? undefined : fields.get(keeper);
    const isKeeper = object !== undefined && this.heap.findFields(object) !== undefined;
    const pending = isKeeper ? this.heap.keptBy(object) : this.heap.pending;
    if (isKeeper) passing.push(slot);
    let resolvers: { resolve: (value: unknown) => void; reject: (reason: unknown) => void } | undefined;
    const promise = new Promise<unknown>((resolve, reject) => {
      resolvers = { resolve, reject };
    });
    promise.catch(() => {});
    if (resolvers === undefined) throw Error('a promise did not run its executor');
    pending.set(name, { promise, ...resolvers });
    this.#put(fields, slot, harden(promise));
  }

  /** A promise that is settled with itself, by whatever detour, would keep eventual sends to it going round for ever. */
  #wrapPromise(thing: Thing | undefined): unknown {
    return isPromise(thing) ? harden({ wrapped: thing }) : thing;
  }

  /** Takes the resolver of a promise, as far as code with these slots can come by it. */
  #takePending(fields: Slots, promise: Thing | undefined): PendingPromise | undefined {
    const keepers = [...fields.values()].filter(thing => this.heap.findFields(thing) !== undefined);
    for (const among of [this.heap.pending, ...keepers.map(keeper => this.heap.keptBy(keeper))]) {
      for (const [name, pending] of among) {
        if (pending.promise !== promise) continue;
        among.delete(name);
        return pending;
      }
    }
    return undefined;
  }

  #settle(fields: Slots, { slot, from, how }: Extract<Step, { op: 'settle' }>): void {
    const value = fields.get(from);
    if (value !== undefined && this.heap.findTable(value) !== undefined) return;
    const pending = this.#takePending(fields, fields.get(slot));
    if (pending === undefined) return;
    const { resolve, reject } = pending;
    if (how === 'error') reject(Error('settled with an error'));
    else resolve(how === 'wrap' ? harden({ wrapped: value }) : this.#wrapPromise(value));
  }

  #greetAll(): unknown {
    const met = new Set<Thing>();
    const agenda: Thing[] = [...this.heap.roots(), ...this.stored.roots()];
    const greetings: unknown[] = [];
    for (let thing = agenda.pop(); thing !== undefined; thing = agenda.pop()) {
      if (met.has(thing)) continue;
      met.add(thing);
      agenda.push(...this.heap.edgesOf(thing));
      if (!this.#isObject(thing)) continue;
      agenda.push(...(this.stored.findSlots(thing)?.values() ?? []));
      const name = nameOf(thing);
      const answer = E(thing as { idle(): unknown }).idle() as Promise<unknown>;
      greetings.push(
        answer.then(
          () => undefined,
          reason => `${name}: ${(reason as Error).message}`,
        ),
      );
    }
    return Promise.all(greetings).then(results => harden(results.filter(result => result !== undefined)));
  }
}
