/**
 * The numbers that this vat hands out. They only grow, over all incarnations, except that a draft that was never sent gives back
 * what it took: an id is consumed by the syscall or the row that names it and by nothing else. Replay counts along; row `counters`
 * is written when an incarnation ends.
 */
import { makeExportVRef, type VRef } from '@cooperage/protocol/refs';
import type { StoredRows } from '../stored/rows.ts';

const ROW = 'counters';

/** `o+0` is the root object, so objects start at 1. Kinds below 10 are built in (`virtual/kinds.ts`). */
const FIRST: CounterValues = {
  object: 1,
  promise: 1,
  weakCollection: 1,
  storedPromise: 1,
  kind: 10,
  collection: 10,
  watch: 1,
  import: 0,
  instances: {},
};

type CounterValues = {
  readonly object: number;
  readonly promise: number;
  readonly weakCollection: number;
  readonly storedPromise: number;
  readonly kind: number;
  readonly collection: number;
  readonly watch: number;
  /** Not handed out here: the first import that this incarnation is the first to meet. */
  readonly import: number;
  /** The next instance of each kind, by the number of the kind. */
  readonly instances: Readonly<Record<string, number>>;
};

type Simple = Exclude<keyof CounterValues, 'instances'>;

export type CounterMark = { readonly object: number; readonly promise: number; readonly storedPromise: number };

export class Counters {
  #next: { -readonly [Name in Simple]: number } = { ...FIRST };
  #instances = new Map<number, number>();
  #importMark: number = FIRST.import;
  #promiseMark: number = FIRST.promise;

  nextObject(): VRef {
    return makeExportVRef('object', this.#take('object'));
  }

  nextPromise(): VRef {
    return makeExportVRef('promise', this.#take('promise'));
  }

  /** `w<N>`: the name by which a weak collection of the heap is reported dead. */
  nextWeakCollection(): string {
    return `w${this.#take('weakCollection')}`;
  }

  /** `h<N>`: the name of a promise in stored data. */
  nextStoredPromise(): string {
    return `h${this.#take('storedPromise')}`;
  }

  nextKind(): number {
    return this.#take('kind');
  }

  /** Collections are numbered together, whatever their kind. */
  nextCollection(): number {
    return this.#take('collection');
  }

  nextWatch(): number {
    return this.#take('watch');
  }

  nextInstance(kind: number): number {
    const instance = this.#instances.get(kind) ?? 1;
    this.#instances.set(kind, instance + 1);
    return instance;
  }

  /** An import with this number was introduced. */
  noteImport(id: number): void {
    if (id >= this.#next.import) this.#next.import = id + 1;
  }

  /** Whether no earlier incarnation can have stored anything about the import with this number. */
  isNewImport(id: number): boolean {
    return id >= this.#importMark;
  }

  /** Whether an earlier incarnation handed out this number for a promise. */
  isOldPromise(id: number): boolean {
    return id < this.#promiseMark;
  }

  mark(): CounterMark {
    const { object, promise, storedPromise } = this.#next;
    return { object, promise, storedPromise };
  }

  restore(mark: CounterMark): void {
    Object.assign(this.#next, mark);
  }

  /** The incarnation ends: the next one goes on counting. */
  save(rows: StoredRows): void {
    rows.set(ROW, JSON.stringify({ ...this.#next, instances: Object.fromEntries(this.#instances) }));
  }

  /** Goes on where the last incarnation stopped. */
  load(rows: StoredRows): void {
    const text = rows.find(ROW);
    if (text === undefined) return;
    const { instances, ...next } = { ...FIRST, ...(JSON.parse(text) as Partial<CounterValues>) };
    this.#next = next;
    this.#importMark = next.import;
    this.#promiseMark = next.promise;
    this.#instances = new Map(Object.entries(instances).map(([kind, instance]) => [Number(kind), instance]));
  }

  #take(name: Simple): number {
    const value = this.#next[name];
    this.#next[name] = value + 1;
    return value;
  }
}
