/**
 * A script vat: an ordinary vat over liveslots whose code is an interpreter of programs, so that its heap is known. Everything is
 * named: objects `alice7`, weak maps `alice#w3`, promises `alice#p2`; names are minted in the order of the vat's own deliveries.
 */
import { E, Far } from '@endo/far';
import type { WeakGlobals } from '@cooperage/liveslots/weak/weak-globals';
import { ScriptHeap, type Fields, type Thing } from './script-heap.ts';
import { parseProgram, writeProgram, type Program, type ProgramText, type Step } from './script.ts';

export type ScriptVatOptions = {
  readonly name: string;
  readonly weak: WeakGlobals;
  /** Keep what was put into weak maps for the walk. Not where the engine's own collector is to decide. */
  readonly shadow: boolean;
  /** What the vat's code sees, in its words. */
  readonly trace: (line: string) => void;
  /** The vat's code saw what it must never see. */
  readonly onWonder: (problem: string) => void;
  readonly onObject: (name: string, object: Thing) => void;
  readonly exitVat: (info: unknown) => void;
  readonly exitVatWithFailure: (info: unknown) => void;
};

/** The name that an object was made with, as anybody sees it. */
export const nameOf = (thing: Thing): string =>
  String((thing as { [Symbol.toStringTag]?: string })[Symbol.toStringTag]).replace('Alleged: ', '');

export const isPromise = (thing: unknown): thing is Promise<unknown> => thing instanceof Promise;

type Scope = { readonly fields: Fields; readonly args: readonly unknown[]; answer: unknown };

export class ScriptVat {
  readonly heap = new ScriptHeap();
  readonly #options: ScriptVatOptions;
  #minted = 0;

  constructor(options: ScriptVatOptions) {
    this.#options = options;
  }

  readonly buildRootObject = (): object => {
    const root = Far(this.#options.name, {
      run: (program: ProgramText, ...args: unknown[]) => this.#run(this.heap.rootFields, parseProgram(program), args),
      settleAll: () => {
        for (const [, { resolve }] of this.heap.pending) resolve('settled at last');
        this.heap.pending.clear();
      },
      idle: () => {},
      /** Sends `idle` to everything that can be reached, to show that it can. */
      greetAll: () => this.#greetAll(),
    });
    this.heap.addRoot(root);
    return root;
  };

  #mint(kind: '' | '#w' | '#p'): string {
    this.#minted += 1;
    return `${this.#options.name}${kind}${this.#minted}`;
  }

  #makeObject(): Thing {
    const name = this.#mint('');
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

  #run(fields: Fields, program: Program, args: readonly unknown[]): unknown {
    const scope: Scope = { fields, args, answer: undefined };
    for (const step of program) this.#step(scope, step);
    return scope.answer;
  }

  #put(fields: Fields, slot: string, value: unknown): void {
    const [thing] = this.heap.thingsIn(value);
    if (thing === undefined) return;
    if (isPromise(thing)) this.heap.follow(thing);
    fields.set(slot, thing);
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
        fields.set(step.slot, this.#makeObject());
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
        const target = into === undefined ? undefined : this.heap.findFields(into);
        if (target !== undefined) this.#put(target, step.slot, fields.get(step.from));
        return;
      }
      case 'send':
        this.#send(fields, step);
        return;
      case 'pend':
        this.#pend(fields, step.slot);
        return;
      case 'settle':
        this.#settle(fields, step);
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

  #stepWeak(fields: Fields, step: Extract<Step, { op: `weak-${string}` }>): void {
    if (step.op === 'weak-make') {
      const map = new this.#options.weak.WeakMap<object, Thing>();
      this.heap.addTable({ name: this.#mint('#w'), map, shadow: this.#options.shadow ? new Map() : undefined });
      fields.set(step.slot, map);
      return;
    }
    const map = fields.get(step.map);
    const key = fields.get(step.key);
    const table = map === undefined ? undefined : this.heap.findTable(map);
    if (table === undefined || key === undefined || isPromise(key) || this.heap.findTable(key) !== undefined) return;
    if (step.op === 'weak-set') {
      const value = fields.get(step.value);
      // A value that leads back to its own import key keeps it for ever: a limit that is known and tested elsewhere.
      if (value === undefined || this.heap.findFields(value) === undefined || value === key) return;
      table.map.set(key, value);
      table.shadow?.set(key, value);
    } else if (step.op === 'weak-delete') {
      this.#options.trace(`delete ${nameOf(key)}: ${table.map.delete(key)}`);
      table.shadow?.delete(key);
    } else {
      const value = table.map.get(key);
      this.#options.trace(`get ${nameOf(key)}: ${this.#describe(value)}`);
      const isKnown = [...(table.shadow?.keys() ?? [])].some(known => nameOf(known) === nameOf(key));
      if (value === undefined && isKnown) this.#options.onWonder(`${table.name} has lost its entry for ${nameOf(key)}`);
      this.#put(fields, step.slot, value);
    }
  }

  #send(fields: Fields, { target, program, args, answer }: Extract<Step, { op: 'send' }>): void {
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
  #await(fields: Fields, { slot, program }: Extract<Step, { op: 'await' }>): void {
    const promise = fields.get(slot);
    if (!isPromise(promise)) return;
    this.heap.hold(promise, [...fields.values()]);
    // What a program that goes on later throws is nobody's answer.
    promise
      .then(value => {
        this.#put(fields, slot, value);
        this.#run(fields, program, []);
      })
      .catch(() => {});
  }

  #pend(fields: Fields, slot: string): void {
    const name = this.#mint('#p');
    let resolvers: { resolve: (value: unknown) => void; reject: (reason: unknown) => void } | undefined;
    const promise = new Promise<unknown>((resolve, reject) => {
      resolvers = { resolve, reject };
    });
    promise.catch(() => {});
    if (resolvers === undefined) throw Error('a promise did not run its executor');
    this.heap.pending.set(name, { promise, ...resolvers });
    this.#put(fields, slot, harden(promise));
  }

  /** A promise that is settled with itself, by whatever detour, would keep eventual sends to it going round for ever. */
  #wrapPromise(thing: Thing | undefined): unknown {
    return isPromise(thing) ? harden({ wrapped: thing }) : thing;
  }

  #settle(fields: Fields, { slot, from, how }: Extract<Step, { op: 'settle' }>): void {
    const promise = fields.get(slot);
    const entry = [...this.heap.pending].find(([, pending]) => pending.promise === promise);
    const value = fields.get(from);
    if (entry === undefined || (value !== undefined && this.heap.findTable(value) !== undefined)) return;
    const [name, { resolve, reject }] = entry;
    this.heap.pending.delete(name);
    if (how === 'error') reject(Error('settled with an error'));
    else resolve(how === 'wrap' ? harden({ wrapped: value }) : this.#wrapPromise(value));
  }

  #greetAll(): unknown {
    const met = new Set<Thing>();
    const agenda: Thing[] = [...this.heap.roots()];
    const greetings: unknown[] = [];
    for (let thing = agenda.pop(); thing !== undefined; thing = agenda.pop()) {
      if (met.has(thing)) continue;
      met.add(thing);
      agenda.push(...this.heap.edgesOf(thing));
      if (isPromise(thing) || this.heap.findTable(thing) !== undefined) continue;
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
