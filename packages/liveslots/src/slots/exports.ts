/**
 * This vat's own objects that have a name, `o+N`: because the kernel knows them, or because stored data does.
 *
 * While the kernel can reach such an object, or a stored value cites it, it is held strongly here. Otherwise it is only watched: the
 * vat may still use it, send it again (which makes it reachable again) or let it die, which retires it. An object that lost its
 * name and is still in use gets a new number when it is next named: ids are never used twice.
 */
import type { VRef } from '@cooperage/protocol/refs';
import type { ObjectWatch } from '../gc/object-watch.ts';
import type { WeakKeys } from '../stored/weak-keys.ts';
import type { SlotTable } from './slot-table.ts';

export type ExportStatus = 'reachable' | 'recognizable';
/** `held` is there exactly while the kernel can reach the object or stored values cite it. */
type ExportRecord = { kernel: ExportStatus | undefined; citations: number; held: object | undefined };

export type ExportsParts = { readonly slots: SlotTable; readonly watch: ObjectWatch; readonly weakKeys: WeakKeys };

export class Exports {
  readonly #records = new Map<VRef, ExportRecord>();
  readonly #parts: ExportsParts;

  constructor(parts: ExportsParts) {
    this.#parts = parts;
  }

  /** The kernel is told about `vref`, for the first time or again. */
  reach(vref: VRef, value: object): void {
    const record = this.name(vref, value);
    record.kernel = 'reachable';
    record.held = value;
  }

  /** Gives `value` its name, which nothing outside knows yet. */
  name(vref: VRef, value: object): ExportRecord {
    const known = this.#records.get(vref);
    if (known !== undefined) return known;
    const record: ExportRecord = { kernel: undefined, citations: 0, held: undefined };
    this.#records.set(vref, record);
    this.#parts.slots.set(value, vref);
    this.#parts.watch.watch(vref, value);
    return record;
  }

  /** One stored citation more or less. The object must be in memory for the first one. */
  cite(vref: VRef, by: 1 | -1): void {
    const record = this.#records.get(vref);
    // Stored by an earlier incarnation: gone with its heap, and held by nobody.
    if (record === undefined) return;
    // What an earlier incarnation cited was never counted here; only the root goes on under its name.
    record.citations = Math.max(record.citations + by, 0);
    if (record.citations > 0) record.held ??= this.#parts.watch.find(vref);
    else if (record.kernel !== 'reachable') this.#loosen(vref, record);
  }

  /** The object that the kernel means by `vref`. */
  find(vref: VRef): object | undefined {
    const record = this.#records.get(vref);
    return record?.kernel === 'reachable' ? record.held : undefined;
  }

  /** The object that stored data means by `vref`: cited, or in use as a weak key. */
  findStored(vref: VRef): object | undefined {
    return this.#records.get(vref)?.held ?? (this.#records.has(vref) ? this.#parts.watch.find(vref) : undefined);
  }

  findStatus(vref: VRef): ExportStatus | undefined {
    return this.#records.get(vref)?.kernel;
  }

  /** Whether the name means anything here. */
  has(vref: VRef): boolean {
    return this.#records.has(vref);
  }

  /** The kernel can no longer reach it. */
  drop(vref: VRef): void {
    const record = this.#records.get(vref);
    if (record?.kernel !== 'reachable') throw new Error(`cannot drop export ${vref}: it is ${record?.kernel ?? 'unknown'}`);
    record.kernel = 'recognizable';
    if (record.citations === 0) record.held = undefined;
  }

  /** The kernel can no longer recognize it. */
  retire(vref: VRef): void {
    const record = this.#records.get(vref);
    if (record?.kernel !== 'recognizable') throw new Error(`cannot retire export ${vref}: it is ${record?.kernel ?? 'unknown'}`);
    record.kernel = undefined;
    if (record.citations === 0) this.#loosen(vref, record);
  }

  /** The object is gone. */
  forget(vref: VRef): void {
    const { slots, watch } = this.#parts;
    const left = watch.find(vref);
    if (left !== undefined) slots.release(left);
    watch.forget(vref);
    this.#records.delete(vref);
  }

  /** Nothing holds it any more. Its name stays while something outside could recognize it by that name. */
  #loosen(vref: VRef, record: ExportRecord): void {
    record.held = undefined;
    if (record.kernel === undefined && !this.#parts.weakKeys.recognizes(vref)) this.forget(vref);
  }

  isHeld(vref: VRef): boolean {
    return this.#records.get(vref)?.held !== undefined;
  }

  /** Whether others may still reach it, be it in memory or not: then it is too early to say that it is gone. */
  isWanted(vref: VRef): boolean {
    const record = this.#records.get(vref);
    return record !== undefined && (record.kernel === 'reachable' || record.citations > 0);
  }

  /** Stops holding the object, for the time of a collection. */
  loosen(vref: VRef): void {
    const record = this.#records.get(vref);
    if (record !== undefined) record.held = undefined;
  }

  /** Holds it again, if it is still in memory. */
  fasten(vref: VRef): void {
    const record = this.#records.get(vref);
    if (record !== undefined) record.held = this.#parts.watch.find(vref);
  }

  /** The objects that are held for the kernel and for stored data. */
  listHeld(): readonly object[] {
    return [...this.#records.values()].flatMap(({ held }) => (held === undefined ? [] : [held]));
  }

  /** The same, by name. */
  listHeldByName(): readonly (readonly [VRef, object])[] {
    return [...this.#records].flatMap(([vref, { held }]) => (held === undefined ? [] : [[vref, held] as const]));
  }

  get size(): number {
    return this.#records.size;
  }
}
