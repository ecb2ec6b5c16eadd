/** Makes the tables of a vat's space and ties them to each other. Called once for each incarnation, by `liveslots.ts`. */
import { Collections } from './collections/collections.ts';
import { deleteWeakEntry } from './collections/entry-rows.ts';
import { DeliveryEnd } from './delivery-end.ts';
import { ObjectWatch, REALM_COLLECTOR } from './gc/object-watch.ts';
import { Suspects } from './gc/suspects.ts';
import type { LiveslotsOptions } from './options.ts';
import { importPromise, makePresenceMaker } from './outbound/send.ts';
import { Syscalls } from './outbound/syscalls.ts';
import { Convert } from './slots/convert.ts';
import { Counters } from './slots/counters.ts';
import { Devices } from './slots/devices.ts';
import { EncodingTurn } from './slots/encoding-turn.ts';
import { Exports } from './slots/exports.ts';
import { Imports } from './slots/imports.ts';
import { PresencePrototypes } from './slots/presence-prototypes.ts';
import { Promises } from './slots/promises.ts';
import { SlotTable } from './slots/slot-table.ts';
import type { VatSpace } from './space.ts';
import { StoredCounts } from './stored/counts.ts';
import { ExportStatus } from './stored/export-status.ts';
import { HeapPins } from './stored/heap-pins.ts';
import { StoredRows } from './stored/rows.ts';
import { StoredData } from './stored/stored-data.ts';
import { WeakKeys } from './stored/weak-keys.ts';
import { WatchTable } from './vat-data/watch-table.ts';
import { resumeWatches } from './vat-data/watched-promises.ts';
import { Contexts } from './virtual/contexts.ts';
import { DueSweep } from './virtual/due-sweep.ts';
import { registerKindHandles } from './virtual/kind-handles.ts';
import { Kinds } from './virtual/kinds.ts';
import { States } from './virtual/states.ts';
import { Recognizers } from './weak/recognizers.ts';
import { makeWeakGlobals, type WeakGlobals } from './weak/weak-globals.ts';

/** What stands on nothing but the way out and the collector. */
const makeFoundations = (options: LiveslotsOptions) => {
  const syscalls = new Syscalls(options.syscall);
  const rows = new StoredRows(syscalls);
  const collector = options.collector ?? REALM_COLLECTOR;
  const watch = new ObjectWatch(collector, options.releaseKept);
  return {
    ...{ syscalls, rows, collector, watch },
    deliveryEnd: new DeliveryEnd(),
    slots: new SlotTable(),
    counters: new Counters(),
    suspects: new Suspects(),
    dueSweep: new DueSweep(),
    collections: new Collections(),
    watches: new WatchTable(),
    prototypes: new PresencePrototypes(),
    turn: new EncodingTurn(),
  };
};

export const wireSpace = (
  options: LiveslotsOptions,
  fail: (error: unknown) => void,
): { readonly space: VatSpace; readonly weak: WeakGlobals } => {
  const base = makeFoundations(options);
  const { rows, collector, watch, slots, counters, suspects } = base;
  const weakKeys = new WeakKeys({
    rows,
    counters,
    suspects,
    deleteEntry: (collection, key) => deleteWeakEntry(space, collection, key),
  });
  const promises = new Promises(slots, collector);
  const exports = new Exports({ slots, watch, weakKeys });
  const devices = new Devices(slots);
  const kinds = new Kinds(slots, watch);
  const exportStatus = new ExportStatus(rows, suspects);
  const pins = new HeapPins(exports, collector);
  const counts = new StoredCounts({ rows, pins, suspects, counters });
  const imports = new Imports({ ...base, makePresence: makePresenceMaker(() => space) });
  const { globals, deleteEntry, loosenEntries } = makeWeakGlobals({ slots, collector, getRecognizers: () => recognizers });
  const recognizers = new Recognizers({ counters, watch, suspects, deleteEntry, loosenEntries });
  const tables = { ...base, weakKeys, promises, exports, devices, kinds, exportStatus, pins, counts, imports, recognizers };
  const storedData = new StoredData({ ...tables, relaxDurability: options.relaxDurability ?? false });
  const states = new States({ ...tables, storedData });
  const contexts = new Contexts(base.deliveryEnd);
  const convert = new Convert({
    ...tables,
    vat: options.vat,
    importPromise: vpid => {
      const promise = importPromise(space, vpid);
      resumeWatches(space, vpid, promise);
      return promise;
    },
    logSentError: options.logSentError ?? (() => {}),
  });
  const space: VatSpace = { ...tables, storedData, states, contexts, convert, fail };
  registerKindHandles(kinds);
  base.deliveryEnd.register(() => base.collections.schemas.clear());
  // Last of all, when every row that will be there is there.
  base.deliveryEnd.register(() => counters.reserve(rows));
  return { space, weak: globals };
};
