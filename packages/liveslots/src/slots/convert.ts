/**
 * Values to capdata and back, over `@endo/marshal` in smallcaps.
 *
 * Going out, everything is a draft first (`draft.ts`). Coming in, every slot is introduced, cited by the body or not and
 * decodable or not: the kernel already counts it as known here, so it must be known here to be dropped one day. Nothing about a
 * decoded value, but the identity of Presences that nobody kept, depends on what the collector has done.
 */
import { makeMarshal } from '@endo/marshal';
import { isCapDataShape, type CapData } from '@cooperage/protocol/capdata';
import { parseVRef, type VatId, type VRef } from '@cooperage/protocol/refs';
import type { ExportStatus } from '../stored/export-status.ts';
import type { Kinds } from '../virtual/kinds.ts';
import type { Counters } from './counters.ts';
import type { Devices } from './devices.ts';
import type { EncodingTurn } from './encoding-turn.ts';
import { Draft } from './draft.ts';
import { insistWithinLimits, unifyStackOverflow } from './excess.ts';
import type { Exports } from './exports.ts';
import type { Imports } from './imports.ts';
import { decodePlain, encodePlain } from './plain-data.ts';
import type { Promises } from './promises.ts';
import type { SlotTable } from './slot-table.ts';

export type ConvertParts = {
  readonly vat: VatId;
  readonly slots: SlotTable;
  readonly counters: Counters;
  readonly imports: Imports;
  readonly exports: Exports;
  readonly devices: Devices;
  readonly promises: Promises;
  readonly kinds: Kinds;
  readonly exportStatus: ExportStatus;
  readonly turn: EncodingTurn;
  /** Enters a promise that the kernel decides, and gives its local end. */
  readonly importPromise: (vpid: VRef) => Promise<unknown>;
  /** Where errors that leave the vat are shown to those who run it. */
  readonly logSentError: (error: Error) => void;
};

/** Error ids count from here: the first is `error:liveSlots:v1#70001`. */
const ERROR_ID_BASE = 70_000;

type Marshal = {
  readonly toCapData: (value: unknown) => CapData<VRef>;
  readonly fromCapData: (data: CapData<VRef>) => unknown;
};

export class Convert {
  readonly #parts: ConvertParts;
  readonly #marshal: Marshal;
  #draft: Draft | undefined;

  constructor(parts: ConvertParts) {
    this.#parts = parts;
    this.#marshal = makeMarshal<VRef>(
      value => this.#nameFor(value as object),
      (slot, iface) => this.#introduce(slot, iface) as never,
      {
        marshalName: `liveSlots:${parts.vat}`,
        errorIdNum: ERROR_ID_BASE,
        marshalSaveError: error => parts.logSentError(error),
        serializeBodyFormat: 'smallcaps',
      },
    ) as unknown as Marshal;
  }

  /** Runs `compose` with a draft: values encoded by it belong to one syscall or one batch. */
  draft<Result>(compose: (draft: Draft) => Result): Result {
    return this.#parts.turn.run(() => {
      const draft = new Draft({ ...this.#parts, toCapData: value => this.#toCapData(value) });
      this.#draft = draft;
      try {
        return compose(draft);
      } finally {
        this.#draft = undefined;
      }
    });
  }

  /** The value that `data` stands for. Throws if it stands for none; its slots are introduced all the same. */
  decode(data: CapData<VRef>): unknown {
    if (!isCapDataShape(data)) throw new TypeError('malformed capdata');
    try {
      insistWithinLimits([data]);
      if (!data.body.startsWith('#')) throw new TypeError('malformed capdata: the body is not smallcaps');
      const plain = decodePlain(data, (slot, iface) => this.#introduce(slot, iface));
      return plain === undefined ? this.#marshal.fromCapData(data) : plain.value;
    } catch (error) {
      throw unifyStackOverflow(error);
    } finally {
      this.introduceSlots(data.slots);
    }
  }

  /** Enters slots that no body could be decoded for. */
  introduceSlots(slots: readonly VRef[]): void {
    for (const slot of slots) {
      const parsed = parseVRef(slot);
      if (parsed?.allocatedBy === 'kernel') this.#introduce(slot, undefined);
    }
  }

  /** Encodes hardened data: what is plain at once, all else by the marshaller. */
  #toCapData(value: unknown): CapData<VRef> {
    return encodePlain(value, cited => this.#nameFor(cited)) ?? this.#marshal.toCapData(value);
  }

  #nameFor(value: object): VRef {
    if (this.#draft === undefined) throw new Error('data is encoded outside a draft');
    return this.#draft.nameFor(value);
  }

  #introduce(slot: VRef | undefined, iface: string | undefined): object {
    if (slot === undefined) throw new RangeError('malformed capdata: the body cites a slot that is not there');
    const { imports, exports, devices, promises, kinds, counters, importPromise } = this.#parts;
    const parsed = parseVRef(slot);
    switch (parsed?.kind) {
      case 'object': {
        if (parsed.allocatedBy === 'kernel') return imports.provide(slot, iface);
        const own = parsed.durability === 'ephemeral' ? exports.find(slot) : kinds.provide(slot);
        if (own === undefined) throw new Error(`this vat exports no ${slot}`);
        return own;
      }
      case 'promise': {
        const known = promises.find(slot);
        if (known !== undefined) return known.promise;
        if (parsed.allocatedBy === 'kernel' || counters.isOldPromise(parsed.id)) return importPromise(slot);
        throw new Error(`this vat knows no promise ${slot}`);
      }
      case 'device':
        if (parsed.allocatedBy === 'kernel') return devices.provide(slot, iface);
        throw new Error(`vats export no devices: ${slot}`);
      case undefined:
        throw new TypeError(`malformed capdata: ${JSON.stringify(slot)} is not a vref`);
    }
  }
}
