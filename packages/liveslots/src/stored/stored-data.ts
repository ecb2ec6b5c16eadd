/**
 * Values to stored capdata and back. Stored values cite what they refer to by the names that outlive a crank: vrefs, and `h<N>` for
 * promises (`heap-pins.ts`). Encoding is a draft: nothing is named or counted until all that belongs together has been encoded.
 */
import { makeMarshal } from '@endo/marshal';
import { passStyleOf } from '@endo/pass-style';
import type { CapData } from '@cooperage/protocol/capdata';
import { isImportVRef, parseVRef, ROOT_VREF, type VRef } from '@cooperage/protocol/refs';
import { harden } from '../harden.ts';
import type { Counters } from '../slots/counters.ts';
import type { Devices } from '../slots/devices.ts';
import type { EncodingTurn } from '../slots/encoding-turn.ts';
import { insistWithinLimits, unifyStackOverflow } from '../slots/excess.ts';
import type { Exports } from '../slots/exports.ts';
import type { Imports } from '../slots/imports.ts';
import type { SlotTable } from '../slots/slot-table.ts';
import type { Kinds } from '../virtual/kinds.ts';
import type { HeapPins } from './heap-pins.ts';
import { Relics } from './relics.ts';
import { decodeScalar, encodeScalar } from './scalar-data.ts';

/** Body and slots of one stored value. Slots are vrefs or names of stored promises. */
export type StoredCapData = CapData<string>;

export type StoredDataParts = {
  readonly slots: SlotTable;
  readonly counters: Counters;
  readonly imports: Imports;
  readonly exports: Exports;
  readonly kinds: Kinds;
  readonly pins: HeapPins;
  readonly devices: Devices;
  readonly turn: EncodingTurn;
  /** Durable data may cite what ends with the heap. */
  readonly relaxDurability: boolean;
};

type Marshal = {
  readonly toCapData: (value: unknown) => StoredCapData;
  readonly fromCapData: (data: StoredCapData) => unknown;
};

const isPromise = (value: object): value is Promise<unknown> =>
  (passStyleOf as (specimen: unknown) => string)(value) === 'promise';

/** Whether what a slot names is still there when the heap is not. */
export const isDurableSlot = (slot: string): boolean => {
  const parsed = parseVRef(slot);
  if (parsed === undefined || parsed.kind === 'promise') return false;
  return parsed.kind === 'device' || parsed.allocatedBy === 'kernel' || parsed.durability === 'durable';
};

const describeFleeting = (slot: string): string => {
  const parsed = parseVRef(slot);
  if (parsed === undefined) return 'a promise';
  return parsed.durability === 'virtual' ? 'a virtual object' : "an object of the vat's heap";
};

export class StoredData {
  readonly #parts: StoredDataParts;
  readonly #marshal: Marshal;
  readonly #relics = new Relics();
  readonly #reviveSlot = (slot: string, iface: string | undefined): object => this.#revive(slot, iface);
  #draft: StoredDraft | undefined;

  constructor(parts: StoredDataParts) {
    this.#parts = parts;
    this.#marshal = makeMarshal<string>(value => this.#nameFor(value as object), this.#reviveSlot as never, {
      marshalName: 'stored',
      errorTagging: 'off',
      serializeBodyFormat: 'smallcaps',
    }) as unknown as Marshal;
  }

  /** Runs `compose` with a draft; what it encodes and does not commit leaves no trace. */
  draft<Result>(compose: (draft: StoredDraft) => Result): Result {
    return this.#parts.turn.run(() => {
      const draft = new StoredDraft(this.#parts, this.#marshal.toCapData);
      const mark = this.#parts.counters.mark();
      this.#draft = draft;
      try {
        return compose(draft);
      } finally {
        if (!draft.isCommitted) this.#parts.counters.restore(mark);
        this.#draft = undefined;
      }
    });
  }

  /** Throws if durable data may not cite what `data` does; `what` says whose data it is, such as `value for "name"`. */
  insistDurable(what: string, { slots }: StoredCapData): void {
    if (this.#parts.relaxDurability) return;
    const i = slots.findIndex(slot => !isDurableSlot(slot));
    if (i >= 0)
      throw new TypeError(
        `${what} is not durable: slot ${i} is ${describeFleeting(slots[i] ?? '')}, which ends with this incarnation`,
      );
  }

  /** The value that stored data stands for. */
  decode(data: StoredCapData): unknown {
    const scalar = decodeScalar(data, this.#reviveSlot);
    return scalar === undefined ? this.#marshal.fromCapData(data) : scalar.value;
  }

  /** The object or promise that a slot names. */
  revive(slot: string): object {
    return this.#revive(slot, undefined);
  }

  #nameFor(value: object): string {
    if (this.#draft === undefined) throw new Error('data is encoded outside a draft');
    return this.#draft.nameFor(value);
  }

  #revive(slot: string, iface: string | undefined): object {
    const { imports, exports, kinds, pins, devices } = this.#parts;
    const parsed = parseVRef(slot);
    if (this.#hasEnded(slot)) return this.#relics.provide(slot, iface);
    let value: object | undefined;
    if (parsed === undefined) value = pins.findPromise(slot);
    else if (parsed.kind === 'device') value = devices.provide(slot as VRef, iface);
    else if (isImportVRef(slot as VRef)) value = imports.provide(slot as VRef, iface);
    else if (parsed.durability === 'ephemeral') value = exports.findStored(slot as VRef);
    else value = kinds.provide(slot as VRef);
    if (value === undefined) throw new Error(`stored data cites ${slot}, which is not there`);
    return value;
  }

  /** Whether it ended with an earlier incarnation. */
  #hasEnded(slot: string): boolean {
    const { counters } = this.#parts;
    const parsed = parseVRef(slot);
    if (parsed === undefined) return counters.isOldStoredPromise(Number(slot.slice(1)));
    if (parsed.durability === 'virtual') return counters.isOldKind(parsed.id);
    const isOwn = parsed.kind === 'object' && parsed.allocatedBy === 'vat' && parsed.durability === 'ephemeral';
    return isOwn && slot !== ROOT_VREF && counters.isOldObject(parsed.id);
  }
}

/** Values on their way into rows. */
export class StoredDraft {
  readonly #parts: StoredDataParts;
  readonly #toCapData: (value: unknown) => StoredCapData;
  /** Objects and promises that get their name by this draft. */
  readonly #provisional = new Map<object, string>();
  #isCommitted = false;

  constructor(parts: StoredDataParts, toCapData: (value: unknown) => StoredCapData) {
    this.#parts = parts;
    this.#toCapData = toCapData;
  }

  /** Encodes one value, which is hardened. Throws when it is not passable or too much. */
  encode(value: unknown): StoredCapData {
    try {
      harden(value);
      const vref = Object(value) === value ? this.#parts.slots.find(value as object) : undefined;
      const data = encodeScalar(value, vref) ?? this.#toCapData(value);
      insistWithinLimits([data]);
      return data;
    } catch (error) {
      throw unifyStackOverflow(error);
    }
  }

  /** The name of one object, as if it were cited. */
  nameFor(value: object): string {
    const { slots, counters, pins } = this.#parts;
    const provisional = this.#provisional.get(value);
    if (provisional !== undefined) return provisional;
    if (isPromise(value)) return pins.findName(value) ?? this.#provide(value, counters.nextStoredPromise());
    const vref = slots.find(value);
    if (vref !== undefined) return vref;
    if (slots.isForgotten(value)) throw new Error('an object is in use that was reported to be gone');
    return this.#provide(value, counters.nextObject());
  }

  #provide(value: object, name: string): string {
    this.#provisional.set(value, name);
    return name;
  }

  /** Enters the names that were handed out. The caller counts the citations next, or they are not held. */
  commit(): void {
    const { exports, pins } = this.#parts;
    this.#isCommitted = true;
    for (const [value, name] of this.#provisional) {
      if (isPromise(value)) pins.enterPromise(name, value);
      else exports.name(name as VRef, value);
    }
  }

  get isCommitted(): boolean {
    return this.#isCommitted;
  }
}
