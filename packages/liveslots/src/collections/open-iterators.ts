/**
 * What iterators over a collection must know: whether something was added since they began. The collection has the count, whichever
 * handle of it the iterator and the addition came through; there is one only while iterators are open.
 */
import type { VRef } from '@cooperage/protocol/refs';

type Openings = { iterators: number; additions: number };

export class OpenIterators {
  readonly #openings = new Map<VRef, Openings>();

  /** One iterator more; gives how many additions it knows of. */
  open(collection: VRef): number {
    const openings = this.#openings.get(collection) ?? { iterators: 0, additions: 0 };
    openings.iterators += 1;
    this.#openings.set(collection, openings);
    return openings.additions;
  }

  /** One iterator less. */
  close(collection: VRef): void {
    const openings = this.#openings.get(collection);
    if (openings === undefined) return;
    openings.iterators -= 1;
    if (openings.iterators === 0) this.#openings.delete(collection);
  }

  noteAddition(collection: VRef): void {
    const openings = this.#openings.get(collection);
    if (openings !== undefined) openings.additions += 1;
  }

  countAdditions(collection: VRef): number {
    return this.#openings.get(collection)?.additions ?? 0;
  }

  /** The collection is no more, and so are its iterators, finished or not. */
  forget(collection: VRef): void {
    this.#openings.delete(collection);
  }

  get size(): number {
    return this.#openings.size;
  }
}
