/**
 * Objects of other vats: for each `o-N` its interface, its status, and its Presence while that is in memory.
 *
 * The status is this vat's own copy of what the kernel's c-list says: reachable from introduction to drop, then recognizable
 * until retirement. It changes by deliveries alone, so no drop or retirement can be sent twice. The interface is that of the
 * first introduction and holds until retirement, so that a Presence made anew is named on the wire as before. There is no record
 * of an import that only data stored by an earlier incarnation names: what loses it there says what it was (`gc/suspects.ts`).
 */
import { parseVRef, type VRef } from '@cooperage/protocol/refs';
import type { ObjectWatch } from '../gc/object-watch.ts';
import type { Counters } from './counters.ts';
import type { PresencePrototypes } from './presence-prototypes.ts';
import type { SlotTable } from './slot-table.ts';

export type ImportStatus = 'reachable' | 'recognizable';
type ImportRecord = { readonly iface: string; status: ImportStatus };

export type ImportsParts = {
  readonly slots: SlotTable;
  readonly watch: ObjectWatch;
  readonly prototypes: PresencePrototypes;
  readonly counters: Counters;
  /** Makes a Presence that sends what it is told. */
  readonly makePresence: (vref: VRef, prototype: object) => object;
};

export class Imports {
  readonly #records = new Map<VRef, ImportRecord>();
  readonly #parts: ImportsParts;

  constructor(parts: ImportsParts) {
    this.#parts = parts;
  }

  /** The Presence for `vref`: the one in memory, or a new one. */
  provide(vref: VRef, iface: string | undefined): object {
    const { slots, watch, prototypes, counters, makePresence } = this.#parts;
    const known = this.#records.get(vref);
    if (known !== undefined) {
      const alive = watch.find(vref);
      if (alive !== undefined) return alive;
    } else counters.noteImport(parseVRef(vref)?.id ?? 0);
    const record: ImportRecord = known ?? { iface: iface ?? `Alleged: presence ${vref}`, status: 'reachable' };
    const prototype = known === undefined ? prototypes.take(record.iface) : prototypes.get(record.iface);
    record.status = 'reachable';
    this.#records.set(vref, record);
    const presence = makePresence(vref, prototype);
    slots.set(presence, vref);
    watch.watch(vref, presence);
    return presence;
  }

  findStatus(vref: VRef): ImportStatus | undefined {
    return this.#records.get(vref)?.status;
  }

  /** The Presence is gone, or is from now on as good as gone. Stored data may still reach the import. */
  losePresence(vref: VRef): void {
    const { slots, watch } = this.#parts;
    const left = watch.find(vref);
    if (left !== undefined) slots.forget(left);
    watch.forget(vref);
  }

  /** Nothing here can reach it any more. */
  drop(vref: VRef): void {
    const record = this.#records.get(vref);
    if (record !== undefined) record.status = 'recognizable';
  }

  /** The kernel says that it is no more, which it only says of imports that were dropped. */
  retire(vref: VRef): void {
    const status = this.findStatus(vref);
    const isOld = status === undefined && !this.#parts.counters.isNewImport(parseVRef(vref)?.id ?? 0);
    if (status !== 'recognizable' && !isOld) throw new Error(`cannot retire import ${vref}: it is ${status ?? 'unknown'}`);
    this.forget(vref);
  }

  /** Nothing here knows it any more. */
  forget(vref: VRef): void {
    const record = this.#records.get(vref);
    if (record === undefined) return;
    this.#records.delete(vref);
    this.#parts.prototypes.release(record.iface);
  }

  get size(): number {
    return this.#records.size;
  }
}
