/**
 * Entries of collections as rows: where they stand, and how they end. Nothing here decodes a key or a value, so ending a collection
 * makes no objects.
 *
 * `entry.<vref>.<key>` is the value; `place.<vref>.<key vref>` the ordinal of an object that is a key of a strong collection;
 * `tally.<vref>` the size of a strong collection and the next ordinal, absent when it is empty. All rows of an entry go together.
 */
import type { VRef } from '@cooperage/protocol/refs';
import type { VatstoreEntry } from '@cooperage/protocol/syscall';
import type { Budget } from '../gc/budget.ts';
import type { VatSpace } from '../space.ts';
import { deleteSchema } from './schema.ts';
import { encodeWeakKey, parseObjectKey } from './key-codec.ts';

export type Tally = { readonly size: number; readonly ordinal: number };
/** What of an object as key is recognizable; devices never end. */
export const isRecognizable = (keyRef: VRef): boolean => keyRef.startsWith('o');

const EMPTY: Tally = { size: 0, ordinal: 1 };
const NO_SLOTS = '"slots":[]}';

export const entryPrefix = (collection: VRef): string => `entry.${collection}.`;
export const placeRowOf = (collection: VRef, keyRef: VRef): string => `place.${collection}.${keyRef}`;
const tallyRowOf = (collection: VRef): string => `tally.${collection}`;

export const getTally = ({ rows }: VatSpace, collection: VRef): Tally => {
  const text = rows.find(tallyRowOf(collection));
  return text === undefined ? EMPTY : (JSON.parse(text) as Tally);
};

export const setTally = ({ rows }: VatSpace, collection: VRef, { size, ordinal }: Tally): void => {
  if (size === 0) rows.delete(tallyRowOf(collection));
  else rows.set(tallyRowOf(collection), JSON.stringify({ size, ordinal }));
};

/** Of a new collection it is known, without a look, that it is empty. */
export const setUpTally = ({ rows }: VatSpace, collection: VRef): void => {
  rows.noteAbsent(tallyRowOf(collection));
};

/** What a stored value cites. */
export const listValueSlots = (value: string): readonly string[] =>
  value === '' || value.endsWith(NO_SLOTS) ? [] : (JSON.parse(value) as { readonly slots: readonly string[] }).slots;

/** Ends one entry, but for the tally; gives how many rows that touched. */
export const deleteEntryRows = (space: VatSpace, collection: VRef, [row, value]: VatstoreEntry): number => {
  const { rows, counts, weakKeys } = space;
  const objectKey = parseObjectKey(row.slice(entryPrefix(collection).length));
  const slots = listValueSlots(value);
  rows.delete(row);
  if (objectKey?.isOrdered === true) {
    rows.delete(placeRowOf(collection, objectKey.keyRef));
    counts.remove([objectKey.keyRef]);
  } else if (objectKey !== undefined && isRecognizable(objectKey.keyRef)) weakKeys.remove(objectKey.keyRef, collection);
  counts.remove(slots);
  return (objectKey === undefined ? 1 : 3) + slots.length;
};

/** Ends all entries of a collection. */
export const deleteAllEntries = (space: VatSpace, collection: VRef): void => {
  for (const entry of space.rows.scan(entryPrefix(collection))) deleteEntryRows(space, collection, entry);
  setTally(space, collection, EMPTY);
};

/** The key of an entry in a weak collection is gone, and with it the entry. The row that says that it was a key is the caller's. */
export const deleteWeakEntry = ({ rows, counts }: VatSpace, collection: VRef, keyRef: VRef): void => {
  const row = `${entryPrefix(collection)}${encodeWeakKey(keyRef)}`;
  const value = rows.find(row);
  if (value === undefined) return;
  rows.delete(row);
  counts.remove(listValueSlots(value));
};

/** Ends a collection that nothing reaches, as far as the budget goes; true when nothing of it is left. */
export const deleteCollectionRows = (space: VatSpace, collection: VRef, budget: Budget): boolean => {
  for (const entry of space.rows.scan(entryPrefix(collection))) {
    if (budget.isSpent) return false;
    budget.spend(deleteEntryRows(space, collection, entry));
  }
  setTally(space, collection, EMPTY);
  deleteSchema(space, collection);
  space.collections.iterators.forget(collection);
  budget.spend(2);
  return true;
};
