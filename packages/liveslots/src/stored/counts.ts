/**
 * How many stored values cite each object: row `count.<ref>`, a decimal, absent when there are none. Kits are counted as a whole,
 * so `ref` is the vref without its facet. Objects of the heap and promises are counted in memory and held there (`heap-pins.ts`):
 * no stored value that cites them outlives the heap.
 *
 * A reference that is weak (the key of a weak collection) is not counted.
 */
import { isImportVRef, parseVRef, type VRef } from '@cooperage/protocol/refs';
import type { Suspects } from '../gc/suspects.ts';
import type { Counters } from '../slots/counters.ts';
import type { HeapPins } from './heap-pins.ts';
import type { StoredRows } from './rows.ts';

export type StoredCountsParts = {
  readonly rows: StoredRows;
  readonly pins: HeapPins;
  readonly suspects: Suspects;
  readonly counters: Counters;
};

export const COUNT_PREFIX = 'count.';
const rowOf = (ref: string): string => `${COUNT_PREFIX}${ref}`;

/** What a slot of stored data is counted under; undefined for what is held in memory and for devices, which nobody counts. */
const countedRef = (slot: string): VRef | undefined => {
  const parsed = parseVRef(slot);
  if (parsed?.kind !== 'object') return undefined;
  return parsed.allocatedBy === 'kernel' || parsed.durability !== 'ephemeral' ? parsed.baseRef : undefined;
};

export class StoredCounts {
  readonly #parts: StoredCountsParts;
  /** Those imports of this incarnation that are cited: of the others it is known, without a look, that they are not. */
  readonly #newImports = new Set<string>();

  constructor(parts: StoredCountsParts) {
    this.#parts = parts;
  }

  has(ref: VRef): boolean {
    return this.#isNewImport(ref) ? this.#newImports.has(ref) : this.#parts.rows.has(rowOf(ref));
  }

  #isNewImport(ref: VRef): boolean {
    return isImportVRef(ref) && this.#parts.counters.isNewImport(parseVRef(ref)?.id ?? 0);
  }

  /** Of a new object it is known, without a look, that nothing cites it. */
  begin(baseRef: VRef): void {
    this.#parts.rows.noteAbsent(rowOf(baseRef));
  }

  /** One stored citation more of each slot. */
  add(slots: readonly string[]): void {
    for (const slot of slots) this.#change(slot, 1);
  }

  /** One stored citation less of each slot; what loses its last one is looked at by the next BOYD. */
  remove(slots: readonly string[]): void {
    for (const slot of slots) this.#change(slot, -1);
  }

  /** The citations of a value that replaces another: what both cite is not touched. */
  replace(before: readonly string[], after: readonly string[]): void {
    const staying = new Set(after);
    const kept = new Set(before.filter(slot => staying.has(slot)));
    this.add(after.filter(slot => !kept.has(slot)));
    this.remove(before.filter(slot => !kept.has(slot)));
  }

  /** Virtual objects of earlier incarnations are swept, whatever cites them. */
  #hasEnded(ref: VRef): boolean {
    const parsed = parseVRef(ref);
    return parsed?.durability === 'virtual' && this.#parts.counters.isOldKind(parsed.id);
  }

  #change(slot: string, by: 1 | -1): void {
    const { rows, pins, suspects } = this.#parts;
    const ref = countedRef(slot);
    if (ref === undefined) {
      pins.change(slot, by);
      return;
    }
    if (this.#hasEnded(ref)) return;
    const key = rowOf(ref);
    const isFirst = by > 0 && this.#isNewImport(ref) && !this.#newImports.has(ref);
    const stored = isFirst ? undefined : rows.find(key);
    const count = Number(stored ?? '0') + by;
    if (count < 0) throw new Error(`${ref} is cited less than never`);
    if (isImportVRef(ref) && stored === undefined) this.#newImports.add(ref);
    if (count > 0 && stored === undefined) rows.add(key, '1');
    else if (count > 0) rows.set(key, String(count));
    else {
      this.#newImports.delete(ref);
      rows.delete(key);
      suspects.add(ref);
    }
  }
}
