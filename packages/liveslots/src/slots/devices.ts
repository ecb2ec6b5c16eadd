/**
 * Device nodes, `d-N`: host code that a vat calls synchronously. A node is an opaque remotable that only `D` can use, and is pinned:
 * devices live as long as the kernel, so there is nothing to tell when one is forgotten, and its identity can never show.
 */
import { Remotable } from '@endo/pass-style';
import type { VRef } from '@cooperage/protocol/refs';
import type { SlotTable } from './slot-table.ts';

export class Devices {
  readonly #nodes = new Map<VRef, object>();
  readonly #slots: SlotTable;

  constructor(slots: SlotTable) {
    this.#slots = slots;
  }

  /** The one node for `vref`. */
  provide(vref: VRef, iface: string | undefined): object {
    const known = this.#nodes.get(vref);
    if (known !== undefined) return known;
    const node = Remotable<object, string>(iface ?? `Alleged: device ${vref}`, undefined, {});
    this.#nodes.set(vref, node);
    this.#slots.set(node, vref);
    return node;
  }

  /** The name of a node; undefined for everything else. */
  findRef(value: unknown): VRef | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    const vref = this.#slots.find(value);
    return vref !== undefined && this.#nodes.has(vref) ? vref : undefined;
  }

  get size(): number {
    return this.#nodes.size;
  }
}
