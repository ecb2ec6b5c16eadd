/**
 * The numbers that this vat hands out. They only grow, over all incarnations, except that a draft that was never sent gives back
 * what it took: an id is consumed by the syscall or the row that names it and by nothing else. Replay counts along.
 *
 * An incarnation that ends writes the row `counters`, and the next one goes on from there. It may end unasked, its heap being lost; so
 * from the first row on that the vat stores, the row `counters` runs ahead of what has been handed out.
 */
import { makeExportVRef, type VRef } from '@cooperage/protocol/refs';
import type { StoredRows } from '../stored/rows.ts';

const ROW = 'counters';
/** How far the row runs ahead. */
const AHEAD = 1_000;

/** `o+0` is the root object, so objects start at 1. Kinds below 10 are built in (`virtual/kinds.ts`). */
const FIRST = {
  object: 1,
  promise: 1,
  weakCollection: 1,
  storedPromise: 1,
  kind: 10,
  collection: 10,
  watch: 1,
  import: 0,
  importedPromise: 0,
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
  /** The same of promises. */
  readonly importedPromise: number;
  /** The next instance of each kind, by the number of the kind. */
  readonly instances: Readonly<Record<string, number>>;
};

type Simple = Exclude<keyof CounterValues, 'instances'>;

export type CounterMark = { readonly object: number; readonly promise: number; readonly storedPromise: number };

type SimpleValues = Record<Simple, number>;

export class Counters {
  #next: SimpleValues = { ...FIRST };
  #instances = new Map<number, number>();
  /** Where this incarnation began. */
  #first: SimpleValues = { ...FIRST };
  /** What the row says, while it runs ahead. */
  #reserved: SimpleValues | undefined;
  #reservedInstances = new Map<number, number>();

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
    return id >= this.#first.import;
  }

  /** An imported promise with this number was introduced. */
  noteImportedPromise(id: number): void {
    if (id >= this.#next.importedPromise) this.#next.importedPromise = id + 1;
  }

  /** Whether an earlier incarnation can have met the imported promise with this number. */
  isOldImportedPromise(id: number): boolean {
    return id < this.#first.importedPromise;
  }

  /** Whether an earlier incarnation handed out this number for a promise. */
  isOldPromise(id: number): boolean {
    return id < this.#first.promise;
  }

  /** Whether an earlier incarnation had a kind of this number; its virtual kinds ended with it. */
  isOldKind(id: number): boolean {
    return id < this.#first.kind;
  }

  /** Whether an object of the heap with this number was an earlier incarnation's. */
  isOldObject(id: number): boolean {
    return id < this.#first.object;
  }

  /** The same of a promise in stored data. */
  isOldStoredPromise(id: number): boolean {
    return id < this.#first.storedPromise;
  }

  mark(): CounterMark {
    const { object, promise, storedPromise } = this.#next;
    return { object, promise, storedPromise };
  }

  restore(mark: CounterMark): void {
    Object.assign(this.#next, mark);
  }

  /** Lets the row run ahead, once there are rows: this incarnation may end unasked. */
  reserve(rows: StoredRows): void {
    if (!rows.isInUse || this.#isReserved()) return;
    const ahead = Object.entries(this.#next).map(([name, value]) => [name, value + AHEAD]);
    this.#reserved = Object.fromEntries(ahead) as SimpleValues;
    this.#reservedInstances = new Map([...this.#instances].map(([kind, instance]) => [kind, instance + AHEAD]));
    this.#write(rows, this.#reserved, this.#reservedInstances);
  }

  /** The incarnation ends: the next one goes on counting. */
  save(rows: StoredRows): void {
    this.#reserved = { ...this.#next };
    this.#reservedInstances = new Map(this.#instances);
    this.#write(rows, this.#next, this.#instances);
  }

  /** Goes on where the last incarnation stopped. */
  load(rows: StoredRows): void {
    const text = rows.find(ROW);
    if (text === undefined) return;
    const { instances, ...next } = { ...FIRST, instances: {}, ...(JSON.parse(text) as Partial<CounterValues>) };
    this.#next = { ...next };
    this.#first = { ...next };
    this.#instances = new Map(Object.entries(instances).map(([kind, instance]) => [Number(kind), instance]));
  }

  #isReserved(): boolean {
    const reserved = this.#reserved;
    if (reserved === undefined) return false;
    for (const name of Object.keys(reserved) as Simple[]) if (this.#next[name] > reserved[name]) return false;
    for (const [kind, instance] of this.#instances) if (instance > (this.#reservedInstances.get(kind) ?? 0)) return false;
    return true;
  }

  #write(rows: StoredRows, next: SimpleValues, instances: ReadonlyMap<number, number>): void {
    rows.set(ROW, JSON.stringify({ ...next, instances: Object.fromEntries(instances) }));
  }

  #take(name: Simple): number {
    const value = this.#next[name];
    this.#next[name] = value + 1;
    return value;
  }
}
