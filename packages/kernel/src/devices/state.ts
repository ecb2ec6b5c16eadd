/** What devices remember. A row holds what its data cites, from `writeState` until the key is written again or deleted. */
import type { CapData } from '@cooperage/protocol/capdata';
import type { KRef } from '@cooperage/protocol/refs';
import type { Crank } from '../crank-state.ts';
import { releaseAll, takeAll } from '../refs/refcounts.ts';

const COUNTER = 'device_entry';
const FIRST_ENTRY = 1;

export type StateKey = { readonly device: string; readonly key: string };

export const readState = ({ tables }: Crank, { device, key }: StateKey): CapData<KRef> | undefined => {
  const row = tables.deviceState.find(device, key);
  return row === undefined ? undefined : { body: row.body, slots: tables.deviceStateSlots.get(row.entry) };
};

/** Null deletes. */
export const writeState = (crank: Crank, { device, key }: StateKey, data: CapData<KRef> | null): void => {
  const { deviceState, deviceStateSlots, counters } = crank.tables;
  const known = deviceState.find(device, key);
  const held = known === undefined ? [] : deviceStateSlots.get(known.entry);
  if (data === null) {
    if (known === undefined) return;
    deviceState.delete(device, key);
    deviceStateSlots.delete(known.entry);
  } else {
    const entry = known?.entry ?? counters.take(COUNTER, FIRST_ENTRY);
    takeAll(crank, data.slots);
    deviceState.put({ device, key, entry, body: data.body });
    deviceStateSlots.put(entry, data.slots);
  }
  releaseAll(crank, held);
};
