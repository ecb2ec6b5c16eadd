/**
 * Objects that lost a pillar and may be unreachable now: looked at by the next BOYD, in the order in which they became suspect. What
 * enters follows from deliveries (the harvest's list among them), so replay suspects the same.
 *
 * The list is not stored while the heap lives; an incarnation that ends leaves what it did not get to in the row `leftovers`.
 */
import type { VRef } from '@cooperage/protocol/refs';
import { AgedMap } from '../aged-map.ts';
import type { ImportStatus } from '../slots/imports.ts';
import type { StoredRows } from '../stored/rows.ts';

const ROW = 'leftovers';

/** `was`: of an import, what the kernel takes it for here, unless there is a record that knows better. */
export type Suspect = { readonly ref: VRef; readonly was: ImportStatus };

export class Suspects {
  readonly #refs = new AgedMap<VRef, ImportStatus>();
  readonly #condemned = new Set<VRef>();

  /** `was` matters for imports only: the kernel believed that this vat could reach it, or only recognize it. */
  add(ref: VRef, was: ImportStatus = 'reachable'): void {
    if (was === 'reachable' || !this.#refs.has(ref)) this.#refs.set(ref, was);
  }

  /** A stored object that nothing can reach, whatever cites it: what it cites in turn must go. */
  condemn(ref: VRef): void {
    this.add(ref);
    this.#condemned.add(ref);
  }

  isCondemned(ref: VRef): boolean {
    return this.#condemned.has(ref);
  }

  /** What a condemned object cited is gone. */
  emptied(ref: VRef): void {
    this.#condemned.delete(ref);
  }

  /** Cleared: it is gone for other reasons. */
  delete(ref: VRef): void {
    this.#refs.delete(ref);
  }

  /** The first one; it stays until it is deleted. */
  findFirst(): Suspect | undefined {
    const first = this.#refs.findOldest();
    return first === undefined ? undefined : { ref: first[0], was: first[1] };
  }

  /** The incarnation ends: the next one goes on. */
  save(rows: StoredRows): void {
    if (this.#refs.size > 0) rows.set(ROW, JSON.stringify([...this.#refs]));
  }

  /** Takes over what the last incarnation left. */
  load(rows: StoredRows): void {
    const text = rows.find(ROW);
    if (text === undefined) return;
    rows.delete(ROW);
    for (const [ref, was] of JSON.parse(text) as [VRef, ImportStatus][]) this.add(ref, was);
  }

  get size(): number {
    return this.#refs.size;
  }
}
