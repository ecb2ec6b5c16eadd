/**
 * The numbers that this vat hands out. They only grow, except that a draft that was never sent gives back what it took: an id
 * is consumed by the syscall that names it and by nothing else.
 */
import { makeExportVRef, type VRef } from '@cooperage/protocol/refs';

/** `o+0` is the root object, so objects start at 1. */
const FIRST = 1;

export type CounterMark = { readonly object: number; readonly promise: number };

export class Counters {
  #object = FIRST;
  #promise = FIRST;
  #weakCollection = FIRST;

  nextObject(): VRef {
    const vref = makeExportVRef('object', this.#object);
    this.#object += 1;
    return vref;
  }

  nextPromise(): VRef {
    const vref = makeExportVRef('promise', this.#promise);
    this.#promise += 1;
    return vref;
  }

  /** `w<N>`: the name by which a weak collection is reported dead. */
  nextWeakCollection(): string {
    const name = `w${this.#weakCollection}`;
    this.#weakCollection += 1;
    return name;
  }

  mark(): CounterMark {
    return { object: this.#object, promise: this.#promise };
  }

  restore(mark: CounterMark): void {
    this.#object = mark.object;
    this.#promise = mark.promise;
  }
}
