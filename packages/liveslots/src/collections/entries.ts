/**
 * The operations on single entries. Everything that can fail, and everything that can run code of the vat, comes before the first
 * effect: a refused operation leaves no trace.
 *
 * An object that is a key of a strong collection is held by it and has an ordinal there; one that is a key of a weak collection is only
 * recognized.
 */
import { LIMITS } from '@cooperage/protocol/limits';
import type { VRef } from '@cooperage/protocol/refs';
import { harden } from '../harden.ts';
import type { VatSpace } from '../space.ts';
import type { StoredCapData, StoredDraft } from '../stored/stored-data.ts';
import type { Collection, Schema } from './collections.ts';
import { deleteEntryRows, entryPrefix, getTally, isRecognizable, listValueSlots, placeRowOf, setTally } from './entry-rows.ts';
import { describeKey, encodeOrderedKey, encodePrimitiveKey, encodeWeakKey, isRemotableKey } from './key-codec.ts';
import { describeCollection, describePlace, getSchema, insistKey, insistValue } from './schema.ts';

/** Where the entry of a key stands. */
const findRow = ({ rows, slots }: VatSpace, { vref, isStrong }: Collection, key: unknown): string | undefined => {
  const text = encodePrimitiveKey(key);
  if (text !== undefined) {
    const row = `${entryPrefix(vref)}${text}`;
    return row.length > LIMITS.vatstoreKeyLength ? undefined : row;
  }
  const keyRef = isRemotableKey(key) ? slots.find(key) : undefined;
  if (keyRef === undefined) return undefined;
  if (!isStrong) return `${entryPrefix(vref)}${encodeWeakKey(keyRef)}`;
  const ordinal = rows.find(placeRowOf(vref, keyRef));
  return ordinal === undefined ? undefined : `${entryPrefix(vref)}${encodeOrderedKey(Number(ordinal), keyRef)}`;
};

/** The entry of a key as it is stored. */
export const findEntry = (space: VatSpace, collection: Collection, key: unknown): readonly [string, string] | undefined => {
  const row = findRow(space, collection, key);
  const value = row === undefined ? undefined : space.rows.find(row);
  return row === undefined || value === undefined ? undefined : [row, value];
};

const getEntry = (space: VatSpace, collection: Collection, key: unknown): readonly [string, string] => {
  const entry = findEntry(space, collection, key);
  if (entry !== undefined) return entry;
  const schema = getSchema(space, collection);
  insistKey(schema, key);
  throw new Error(`key ${describeKey(key)} not found in ${describeCollection(schema)}`);
};

export const hasKey = (space: VatSpace, collection: Collection, key: unknown): boolean => {
  const row = findRow(space, collection, key);
  if (row === undefined) return false;
  // An object has a place exactly when it has an entry.
  return (collection.isStrong && isRemotableKey(key)) || space.rows.has(row);
};

export const decodeValue = ({ storedData }: VatSpace, text: string): unknown =>
  storedData.decode(JSON.parse(text) as StoredCapData);

export const getValue = (space: VatSpace, collection: Collection, key: unknown): unknown =>
  decodeValue(space, getEntry(space, collection, key)[1]);

type Encoded = { readonly text: string; readonly slots: readonly string[] };
type NewRow = { readonly row: string; readonly keyRef: VRef | undefined };

/** What is being written, before the first effect. */
type Writing = {
  readonly space: VatSpace;
  readonly collection: Collection;
  readonly schema: Schema;
  readonly draft: StoredDraft;
  readonly key: unknown;
};

/** A value as text, checked for all that may be wrong with it; the vat's own objects are named provisionally. */
const encodeValue = ({ space, collection, schema, draft, key }: Writing, value: unknown): Encoded => {
  const where = (): string => `value for ${describePlace(schema, key)}`;
  let data: StoredCapData;
  try {
    data = draft.encode(value);
  } catch (error) {
    throw new TypeError(`${where()} cannot be stored: ${error instanceof Error ? error.message : String(error)}`);
  }
  const text = JSON.stringify({ body: data.body, slots: data.slots });
  if (text.length > LIMITS.vatstoreValueLength) {
    throw new RangeError(
      `${where()} is too large: ${text.length} characters, at most ${LIMITS.vatstoreValueLength} can be stored`,
    );
  }
  if (collection.isDurable) space.storedData.insistDurable(`${describePlace(schema, key)}: value`, data);
  return { text, slots: data.slots };
};

/** Where a new entry will stand. Names the key provisionally if it is an object. */
const placeEntry = ({ space, collection, schema, draft, key }: Writing): NewRow => {
  const prefix = entryPrefix(collection.vref);
  const text = encodePrimitiveKey(key);
  if (text !== undefined) {
    const row = `${prefix}${text}`;
    if (row.length <= LIMITS.vatstoreKeyLength) return { row, keyRef: undefined };
    const most = LIMITS.vatstoreKeyLength - prefix.length;
    throw new RangeError(
      `key too large for ${describeCollection(schema)}: ${text.length} characters as it is stored, at most ${most} are possible`,
    );
  }
  const keyRef = draft.nameFor(key as object) as VRef;
  if (collection.isDurable) {
    const what = `key (${describeKey(key)}) of ${describeCollection(schema)}`;
    space.storedData.insistDurable(what, { body: '', slots: [keyRef] });
  }
  if (!collection.isStrong) return { row: `${prefix}${encodeWeakKey(keyRef)}`, keyRef };
  return { row: `${prefix}${encodeOrderedKey(getTally(space, collection.vref).ordinal, keyRef)}`, keyRef };
};

/** Writes what was checked. */
const enterEntry = (space: VatSpace, { vref, isStrong }: Collection, { row, keyRef }: NewRow, { text, slots }: Encoded): void => {
  const { rows, counts, weakKeys, collections } = space;
  rows.add(row, text);
  counts.add(slots);
  if (isStrong) {
    const { size, ordinal } = getTally(space, vref);
    setTally(space, vref, { size: size + 1, ordinal: keyRef === undefined ? ordinal : ordinal + 1 });
    if (keyRef !== undefined) {
      rows.add(placeRowOf(vref, keyRef), String(ordinal));
      counts.add([keyRef]);
    }
    collections.iterators.noteAddition(vref);
  } else if (keyRef !== undefined && isRecognizable(keyRef)) weakKeys.add(keyRef, vref);
};

/** Whether it is known to have no entries. */
const isEmpty = (space: VatSpace, { vref, isStrong }: Collection): boolean => isStrong && getTally(space, vref).size === 0;

type AnyValue = { readonly value: unknown };

/** Adds an entry if the key has none; says whether it did. Members of sets have no value. */
const addEntry = (space: VatSpace, collection: Collection, key: unknown, given: AnyValue | undefined): boolean => {
  const schema = getSchema(space, collection);
  insistKey(schema, key);
  if (given !== undefined) insistValue(schema, harden(given.value));
  return space.storedData.draft(draft => {
    const writing: Writing = { space, collection, schema, draft, key };
    const encoded = given === undefined ? { text: '', slots: [] } : encodeValue(writing, given.value);
    if (!isEmpty(space, collection) && hasKey(space, collection, key)) return false;
    const place = placeEntry(writing);
    draft.commit();
    enterEntry(space, collection, place, encoded);
    return true;
  });
};

/** A new entry of a map. */
export const initEntry = (space: VatSpace, collection: Collection, key: unknown, value: unknown): void => {
  if (addEntry(space, collection, key, { value })) return;
  const where = describeCollection(getSchema(space, collection));
  throw new Error(`key ${describeKey(key)} already registered in ${where}: use set to change its value`);
};

/** A member of a set, new or not. */
export const addMember = (space: VatSpace, collection: Collection, key: unknown): void => {
  addEntry(space, collection, key, undefined);
};

/** Another value for a key that is there. */
export const setValue = (space: VatSpace, collection: Collection, key: unknown, value: unknown): void => {
  const schema = getSchema(space, collection);
  insistValue(schema, harden(value));
  space.storedData.draft(draft => {
    const { text, slots } = encodeValue({ space, collection, schema, draft, key }, value);
    const [row, before] = getEntry(space, collection, key);
    draft.commit();
    space.rows.set(row, text);
    space.counts.replace(listValueSlots(before), slots);
  });
};

export const deleteEntry = (space: VatSpace, collection: Collection, key: unknown): void => {
  deleteEntryRows(space, collection.vref, getEntry(space, collection, key));
  if (!collection.isStrong) return;
  const { size, ordinal } = getTally(space, collection.vref);
  setTally(space, collection.vref, { size: size - 1, ordinal });
};

/** Sets or adds: what `addAll` does with each entry of a map. */
export const putEntry = (space: VatSpace, collection: Collection, key: unknown, value: unknown): void => {
  if (hasKey(space, collection, key)) setValue(space, collection, key, value);
  else initEntry(space, collection, key, value);
};
