/**
 * Which promises this incarnation knows to be watched, for as long as they are not settled. The watches themselves are rows
 * (`watched-promises.ts`, the caller).
 */
import type { VRef } from '@cooperage/protocol/refs';

export class WatchTable {
  readonly #counts = new Map<VRef, number>();
  readonly #subscribed = new Set<VRef>();

  /** One watch of the promise more. */
  add(vpid: VRef): void {
    this.#counts.set(vpid, (this.#counts.get(vpid) ?? 0) + 1);
  }

  /** One watch of the promise less, because it is settled. */
  delete(vpid: VRef): void {
    const count = (this.#counts.get(vpid) ?? 0) - 1;
    if (count > 0) this.#counts.set(vpid, count);
    else {
      this.#counts.delete(vpid);
      this.#subscribed.delete(vpid);
    }
  }

  has(vpid: VRef): boolean {
    return this.#counts.has(vpid);
  }

  /** Of a promise that this vat decides: true the first time, when the kernel has to be asked to tell of it. */
  subscribe(vpid: VRef): boolean {
    if (this.#subscribed.has(vpid)) return false;
    this.#subscribed.add(vpid);
    return true;
  }

  /** How many promises are watched. */
  get size(): number {
    return this.#counts.size;
  }
}
