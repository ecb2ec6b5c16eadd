/**
 * Data on its way out. Numbers are handed out provisionally while values are encoded; only what is committed, because the syscall
 * that carries it is about to be made, enters the tables. A failed or discarded encoding leaves no trace and consumes no id.
 */
import { passStyleOf } from '@endo/pass-style';
import type { CapData } from '@cooperage/protocol/capdata';
import { isImportVRef, parseVRef, type VRef } from '@cooperage/protocol/refs';
import { harden } from '../harden.ts';
import type { ExportStatus } from '../stored/export-status.ts';
import type { CounterMark, Counters } from './counters.ts';
import { insistWithinLimits, unifyStackOverflow } from './excess.ts';
import type { Exports } from './exports.ts';
import type { Imports } from './imports.ts';
import type { SlotTable } from './slot-table.ts';

export type DraftParts = {
  readonly slots: SlotTable;
  readonly counters: Counters;
  readonly imports: Imports;
  readonly exports: Exports;
  readonly exportStatus: ExportStatus;
  readonly toCapData: (value: unknown) => CapData<VRef>;
};

export type CitedPromise = { readonly vpid: VRef; readonly promise: Promise<unknown> };

export class Draft {
  readonly #parts: DraftParts;
  readonly #provisional = new Map<object, VRef>();
  readonly #values = new Map<VRef, object>();
  #before: { readonly counters: CounterMark; readonly size: number };

  constructor(parts: DraftParts) {
    this.#parts = parts;
    this.#before = { counters: parts.counters.mark(), size: 0 };
  }

  /** Encodes one value. Throws, as if never asked, when it is not passable or is alone more than the limits allow. */
  encode(value: unknown): CapData<VRef> {
    this.#before = { counters: this.#parts.counters.mark(), size: this.#provisional.size };
    try {
      const data = this.#parts.toCapData(harden(value));
      insistWithinLimits([data]);
      return data;
    } catch (error) {
      this.discardLast();
      throw unifyStackOverflow(error);
    }
  }

  /** Takes back what the last `encode` handed out. */
  discardLast(): void {
    const { counters, size } = this.#before;
    for (const value of [...this.#provisional.keys()].slice(size)) this.#provisional.delete(value);
    this.#parts.counters.restore(counters);
  }

  /** The slot for a remotable or a promise: called back by the marshaller. */
  nameFor(value: object): VRef {
    const { slots, counters } = this.#parts;
    let vref = slots.find(value) ?? this.#provisional.get(value);
    if (vref === undefined) {
      if (slots.isForgotten(value)) throw new Error('an object is in use that was reported to be gone');
      vref = (passStyleOf as (specimen: unknown) => string)(value) === 'promise' ? counters.nextPromise() : counters.nextObject();
      this.#provisional.set(value, vref);
    }
    this.#values.set(vref, value);
    return vref;
  }

  /** Enters what `data` cites in the tables, and says which promises it cites, in order of first appearance. */
  commit(data: CapData<VRef>): readonly CitedPromise[] {
    const promises: CitedPromise[] = [];
    for (const slot of data.slots) {
      const value = this.#values.get(slot);
      if (value === undefined) throw new Error(`slot ${slot} was not encoded in this draft`);
      if (slot.startsWith('p')) promises.push({ vpid: slot, promise: value as Promise<unknown> });
      else if (slot.startsWith('d')) continue;
      else if (!isImportVRef(slot)) this.#export(slot, value);
      else if (this.#parts.imports.findStatus(slot) !== 'reachable') throw new Error(`import ${slot} is not reachable here`);
    }
    return promises;
  }

  #export(vref: VRef, value: object): void {
    if (parseVRef(vref)?.durability === 'ephemeral') this.#parts.exports.reach(vref, value);
    else this.#parts.exportStatus.set(vref, 'reachable');
  }
}
