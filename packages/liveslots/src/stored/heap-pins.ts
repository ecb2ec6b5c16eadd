/**
 * What stored values cite and only the heap can hold: this vat's ephemeral objects (`o+N`) and promises. While anything cites them
 * they are held here. Virtual data may cite them, because it does not outlive the heap either; durable data may not.
 *
 * A promise has a name of its own in stored data, `h<N>`: its vpid ends when it is settled, and the stored value does not.
 */
import { isVRef } from '@cooperage/protocol/refs';
import type { CollectorTools } from '../gc/object-watch.ts';
import type { Exports } from '../slots/exports.ts';

type PinnedPromise = { readonly promise: Promise<unknown>; count: number };

/** In place of a promise that only rows cite which nothing can reach. */
const LOST = new Promise<never>(() => {});

export class HeapPins {
  readonly #exports: Exports;
  readonly #collector: CollectorTools;
  readonly #promises = new Map<string, PinnedPromise>();
  readonly #names = new WeakMap<Promise<unknown>, string>();

  constructor(exports: Exports, collector: CollectorTools) {
    this.#exports = exports;
    this.#collector = collector;
  }

  /** The stored name of a promise that something cites. */
  findName(promise: Promise<unknown>): string | undefined {
    return this.#names.get(promise);
  }

  findPromise(name: string): Promise<unknown> | undefined {
    return this.#promises.get(name)?.promise;
  }

  /** Enters a promise under a new name, cited by nothing yet. */
  enterPromise(name: string, promise: Promise<unknown>): void {
    this.#promises.set(name, { promise, count: 0 });
    this.#names.set(promise, name);
  }

  /** One citation more or less of an ephemeral object or a promise; other slots are nobody's to hold. */
  change(slot: string, by: 1 | -1): void {
    const pinned = this.#promises.get(slot);
    if (pinned === undefined) {
      if (isVRef(slot) && slot.startsWith('o+')) this.#exports.cite(slot, by);
      return;
    }
    pinned.count += by;
    if (pinned.count > 0) return;
    this.#promises.delete(slot);
    this.#names.delete(pinned.promise);
  }

  /** Stops holding the promise, for the time of a collection. */
  loosen(name: string): () => void {
    const pinned = this.#promises.get(name);
    if (pinned === undefined) return () => {};
    const left = new this.#collector.WeakRef(pinned.promise);
    this.#promises.delete(name);
    const { count } = pinned;
    return () => {
      const promise = left.deref() ?? LOST;
      this.#promises.set(name, { promise, count });
    };
  }

  listByName(): readonly (readonly [string, object])[] {
    return [...this.#promises].map(([name, { promise }]) => [name, promise]);
  }

  listHeld(): readonly object[] {
    return [...this.#promises.values()].map(({ promise }) => promise);
  }

  get size(): number {
    return this.#promises.size;
  }
}
