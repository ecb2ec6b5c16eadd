/**
 * Which stored weak collections have an object as key: row `weak.<vref>|<collection>`, empty. Such an object is recognizable: while
 * an import is, it is not retired, and when any object is gone its entries must go.
 */
import { isImportVRef, parseVRef, type VRef } from '@cooperage/protocol/refs';
import type { Budget } from '../gc/budget.ts';
import type { Suspects } from '../gc/suspects.ts';
import type { Counters } from '../slots/counters.ts';
import type { StoredRows } from './rows.ts';

export type WeakKeysParts = {
  readonly rows: StoredRows;
  readonly counters: Counters;
  readonly suspects: Suspects;
  /** Deletes what a collection stores under a key, and lets go of the value; the row that says so is deleted here. */
  readonly deleteEntry: (collection: VRef, key: VRef) => void;
};

const PREFIX = 'weak.';
const SEPARATOR = '|';
const prefixOf = (vref: string): string => `${PREFIX}${vref}${SEPARATOR}`;

export class WeakKeys {
  readonly #parts: WeakKeysParts;
  /** Imports and heap objects of this incarnation that were ever keys: of the others it is known without a look. */
  readonly #newKeys = new Set<string>();

  constructor(parts: WeakKeysParts) {
    this.#parts = parts;
  }

  add(vref: VRef, collection: VRef): void {
    if (this.#isNew(vref)) this.#newKeys.add(vref);
    this.#parts.rows.add(`${prefixOf(vref)}${collection}`, '');
  }

  /** Whether no earlier incarnation can have known it. */
  #isNew(vref: VRef): boolean {
    const parsed = parseVRef(vref);
    if (parsed === undefined || parsed.durability !== 'ephemeral') return false;
    return parsed.allocatedBy === 'vat' || this.#parts.counters.isNewImport(parsed.id);
  }

  remove(vref: VRef, collection: VRef): void {
    if (isImportVRef(vref)) this.#parts.suspects.add(vref, 'recognizable');
    this.#parts.rows.delete(`${prefixOf(vref)}${collection}`);
  }

  recognizes(vref: VRef): boolean {
    if (this.#isNew(vref) && !this.#newKeys.has(vref)) return false;
    return this.#parts.rows.hasAnyRare(prefixOf(vref));
  }

  /** The object is gone: deletes its entries, as far as the budget goes; true when none is left. */
  cease(vref: VRef, budget: Budget): boolean {
    if (this.#isNew(vref) && !this.#newKeys.has(vref)) return true;
    if (!this.#parts.rows.hasAnyRare(prefixOf(vref))) return true;
    const isDone = this.ceaseAll(`${vref}${SEPARATOR}`, budget);
    if (isDone) this.#newKeys.delete(vref);
    return isDone;
  }

  /** The same for all objects whose vrefs begin so. */
  ceaseAll(beginning: string, budget: Budget): boolean {
    for (const [key] of this.#parts.rows.scan(`${PREFIX}${beginning}`)) {
      if (budget.isSpent) return false;
      this.#deleteEntry(key);
      budget.spend(4);
    }
    return true;
  }

  /** The same for objects of earlier heaps, which can be keys that are left only where durability is relaxed. */
  ceaseOldHeap(budget: Budget): boolean {
    const { rows, counters } = this.#parts;
    for (const [key] of rows.scanRange(`${PREFIX}o+`, `${PREFIX}o+:`)) {
      if (budget.isSpent) return false;
      budget.spend();
      if (counters.isOldObject(Number(/\d+/.exec(key)?.[0]))) this.#deleteEntry(key);
    }
    return true;
  }

  #deleteEntry(key: string): void {
    const [vref, collection] = key.slice(PREFIX.length).split(SEPARATOR) as [VRef, VRef];
    this.#parts.deleteEntry(collection, vref);
    this.#parts.rows.delete(key);
  }
}
