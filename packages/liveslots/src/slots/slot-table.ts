/**
 * From an object or promise of this vat to its vref. Weak in its keys: naming something does not keep it. The way back goes
 * through `imports`, `exports` and `promises`, which know what each vref means.
 */
import type { VRef } from '@cooperage/protocol/refs';

/**
 * What vat code can hold that lives as long as another object is in memory: the promise that `E.resolve` gives for a Presence, and
 * the cohort of a kit, under the vref without facet.
 */
export type Companion = { readonly vref: VRef; readonly role: 'promise' | 'cohort' };

export class SlotTable {
  readonly #vrefs = new WeakMap<object, VRef>();
  readonly #forgotten = new WeakSet<object>();
  readonly #companions = new WeakMap<object, Companion>();

  find(value: object): VRef | undefined {
    return this.#vrefs.get(value);
  }

  set(value: object, vref: VRef): void {
    this.#vrefs.set(value, vref);
  }

  /** `value` has no name of its own, and comes and goes with the object of that vref. */
  setCompanion(value: object, companion: Companion): void {
    this.#companions.set(value, companion);
  }

  findCompanion(value: object): Companion | undefined {
    return this.#companions.get(value);
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
