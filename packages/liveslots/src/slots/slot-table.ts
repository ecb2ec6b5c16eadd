/**
 * From an object or promise of this vat to its vref. Weak in its keys: naming something does not keep it. The way back goes
 * through `imports`, `exports` and `promises`, which know what each vref means.
 */
import type { VRef } from '@cooperage/protocol/refs';

export class SlotTable {
  readonly #vrefs = new WeakMap<object, VRef>();
  readonly #forgotten = new WeakSet<object>();
  readonly #presencePromises = new WeakMap<object, VRef>();

  find(value: object): VRef | undefined {
    return this.#vrefs.get(value);
  }

  set(value: object, vref: VRef): void {
    this.#vrefs.set(value, vref);
  }

  /** `promise` is the one that `E.resolve` gives for the Presence of `vref`. */
  setPresencePromise(promise: object, vref: VRef): void {
    this.#presencePromises.set(promise, vref);
  }

  /** The import whose Presence `promise` stands for. */
  findPresencePromise(promise: object): VRef | undefined {
    return this.#presencePromises.get(promise);
  }

  /** The value has no vref any more, and may get a new one. */
  release(value: object): void {
    this.#vrefs.delete(value);
  }

  /** The value was an import and is a fact of the past: whoever still uses it is told so. */
  forget(value: object): void {
    this.#vrefs.delete(value);
    this.#forgotten.add(value);
  }

  isForgotten(value: object): boolean {
    return this.#forgotten.has(value);
  }
}
