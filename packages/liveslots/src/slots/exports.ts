/**
 * This vat's own objects that the kernel knows, `o+N`.
 *
 * While the kernel can reach an export, it is held strongly here. Once it was dropped it is only watched: the vat may still
 * use it, send it again (which makes it reachable again) or let it die, which retires it. A retired object that is still in use
 * gets a new number when it is next sent: ids are never used twice.
 */
import type { VRef } from '@cooperage/protocol/refs';
import type { ObjectWatch } from '../gc/object-watch.ts';
import type { SlotTable } from './slot-table.ts';

export type ExportStatus = 'reachable' | 'recognizable';
/** `held` is there exactly while the kernel can reach the object. */
type ExportRecord = { held: object | undefined };

export class Exports {
  readonly #records = new Map<VRef, ExportRecord>();
  readonly #slots: SlotTable;
  readonly #watch: ObjectWatch;

  constructor(slots: SlotTable, watch: ObjectWatch) {
    this.#slots = slots;
    this.#watch = watch;
  }

  /** The kernel is told about `vref`, for the first time or again. */
  reach(vref: VRef, value: object): void {
    const known = this.#records.get(vref);
    if (known !== undefined) {
      known.held = value;
      return;
    }
    this.#records.set(vref, { held: value });
    this.#slots.set(value, vref);
    this.#watch.watch(vref, value);
  }

  /** The object that the kernel means by `vref`. */
  find(vref: VRef): object | undefined {
    return this.#records.get(vref)?.held;
  }

  findStatus(vref: VRef): ExportStatus | undefined {
    const record = this.#records.get(vref);
    if (record === undefined) return undefined;
    return record.held === undefined ? 'recognizable' : 'reachable';
  }

  /** The kernel can no longer reach it. */
  drop(vref: VRef): void {
    const record = this.#records.get(vref);
    if (record?.held === undefined) throw new Error(`cannot drop export ${vref}: it is ${this.findStatus(vref) ?? 'unknown'}`);
    record.held = undefined;
  }

  /** The kernel can no longer recognize it, or is told that it is gone. */
  retire(vref: VRef): void {
    if (this.findStatus(vref) !== 'recognizable') {
      throw new Error(`cannot retire export ${vref}: it is ${this.findStatus(vref) ?? 'unknown'}`);
    }
    const left = this.#watch.find(vref);
    if (left !== undefined) this.#slots.release(left);
    this.#watch.forget(vref);
    this.#records.delete(vref);
  }

  /** The objects that are held for the kernel. */
  listHeld(): readonly object[] {
    return [...this.#records.values()].flatMap(({ held }) => (held === undefined ? [] : [held]));
  }

  get size(): number {
    return this.#records.size;
  }
}
