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

const SEPARATOR = '|';
const prefixOf = (vref: string): string => `weak.${vref}${SEPARATOR}`;

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
    for (const _row of this.#parts.rows.scan(prefixOf(vref))) return true;
    return false;
  }

  /** The object is gone: deletes its entries, as far as the budget goes; true when none is left. */
  cease(vref: VRef, budget: Budget): boolean {
    if (this.#isNew(vref) && !this.#newKeys.has(vref)) return true;
    const prefix = prefixOf(vref);
    for (const [key] of this.#parts.rows.scan(prefix)) {
      if (budget.isSpent) return false;
      this.#parts.deleteEntry(key.slice(prefix.length) as VRef, vref);
      this.#parts.rows.delete(key);
      budget.spend(4);
    }
    this.#newKeys.delete(vref);
    return true;
  }
}
