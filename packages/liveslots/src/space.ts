/**
 * A vat's space: all the tables that pair its objects with vrefs, and the way out to the kernel. One record, wired in
 * `liveslots.ts` and handed to the plain functions that act on it.
 */
import type { Collections } from './collections/collections.ts';
import type { DeliveryEnd } from './delivery-end.ts';
import type { ObjectWatch } from './gc/object-watch.ts';
import type { Suspects } from './gc/suspects.ts';
import type { Syscalls } from './outbound/syscalls.ts';
import type { Convert } from './slots/convert.ts';
import type { Counters } from './slots/counters.ts';
import type { Devices } from './slots/devices.ts';
import type { Exports } from './slots/exports.ts';
import type { Imports } from './slots/imports.ts';
import type { PresencePrototypes } from './slots/presence-prototypes.ts';
import type { Promises } from './slots/promises.ts';
import type { SlotTable } from './slots/slot-table.ts';
import type { StoredCounts } from './stored/counts.ts';
import type { ExportStatus } from './stored/export-status.ts';
import type { HeapPins } from './stored/heap-pins.ts';
import type { StoredRows } from './stored/rows.ts';
import type { StoredData } from './stored/stored-data.ts';
import type { WeakKeys } from './stored/weak-keys.ts';
import type { WatchTable } from './vat-data/watch-table.ts';
import type { Contexts } from './virtual/contexts.ts';
import type { DueSweep } from './virtual/due-sweep.ts';
import type { Kinds } from './virtual/kinds.ts';
import type { States } from './virtual/states.ts';
import type { Recognizers } from './weak/recognizers.ts';

export type VatSpace = {
  readonly deliveryEnd: DeliveryEnd;
  readonly slots: SlotTable;
  readonly counters: Counters;
  readonly watch: ObjectWatch;
  readonly prototypes: PresencePrototypes;
  readonly imports: Imports;
  readonly exports: Exports;
  readonly devices: Devices;
  readonly promises: Promises;
  readonly recognizers: Recognizers;
  readonly suspects: Suspects;
  readonly rows: StoredRows;
  readonly counts: StoredCounts;
  readonly pins: HeapPins;
  readonly exportStatus: ExportStatus;
  readonly weakKeys: WeakKeys;
  readonly kinds: Kinds;
  readonly states: States;
  readonly contexts: Contexts;
  readonly dueSweep: DueSweep;
  readonly collections: Collections;
  readonly watches: WatchTable;
  readonly storedData: StoredData;
  readonly convert: Convert;
  readonly syscalls: Syscalls;
  /** Reports a broken invariant of ours outside the delivery's own turn; the delivery ends as a fault. */
  readonly fail: (error: unknown) => void;
};
