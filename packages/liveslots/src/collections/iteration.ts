/**
 * Walks over the entries of strong collections, in the order of their keys. Everything is read and decoded as the walk gets there. Entries
 * may be deleted meanwhile; after one was added, the next step throws, since it might have belonged before that step.
 */
import { matches, assertPattern, type Pattern } from '@endo/patterns';
import type { VRef } from '@cooperage/protocol/refs';
import type { VatstoreEntry } from '@cooperage/protocol/syscall';
import { harden } from '../harden.ts';
import type { VatSpace } from '../space.ts';
import type { Collection } from './collections.ts';
import { deleteEntry, decodeValue, findEntry } from './entries.ts';
import { deleteAllEntries, entryPrefix, getTally } from './entry-rows.ts';
import { decodePrimitiveKey, parseObjectKey } from './key-codec.ts';
import { findKeyRange } from './key-range.ts';
import { describeCollection, getSchema } from './schema.ts';

/** What is asked for: all entries whose key and value match. Absent patterns match everything. */
export type Query = {
  /** Held until the walk is over, so that the collection is not gone before. */
  readonly handle: object;
  readonly collection: Collection;
  readonly keyPattern: Pattern | undefined;
  readonly valuePattern: Pattern | undefined;
};

/** One entry, decoded as far as somebody looks. */
export type Found = { readonly getKey: () => unknown; readonly getValue: () => unknown };

export const makeQuery = (handle: object, collection: Collection, patterns: readonly unknown[]): Query => {
  const [keyPattern, valuePattern] = harden(patterns) as readonly (Pattern | undefined)[];
  if (keyPattern !== undefined) assertPattern(keyPattern);
  if (valuePattern !== undefined) assertPattern(valuePattern);
  return { handle, collection, keyPattern, valuePattern };
};

const decodeKey = ({ storedData }: VatSpace, text: string): unknown => {
  const object = parseObjectKey(text);
  return object === undefined ? decodePrimitiveKey(text) : storedData.revive(object.keyRef);
};

/** Calls once. */
const once = <Value>(make: () => Value): (() => Value) => {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
};

function* walkCandidates(space: VatSpace, { collection, keyPattern }: Query): Generator<VatstoreEntry, void, undefined> {
  const range = findKeyRange(keyPattern);
  if (range.type === 'none') return;
  if (range.type === 'one') {
    const entry = findEntry(space, collection, range.key);
    if (entry !== undefined) yield entry;
    return;
  }
  const prefix = entryPrefix(collection.vref);
  yield* space.rows.scanRange(`${prefix}${range.after}`, `${prefix}${range.before}`);
}

const insistNothingAdded = (space: VatSpace, collection: Collection, known: number): void => {
  if (space.collections.iterators.countAdditions(collection.vref) === known) return;
  const where = describeCollection(getSchema(space, collection));
  throw new Error(`an entry was added to ${where} during an iteration over it: add when it is over, or iterate over a snapshot`);
};

function* walk(space: VatSpace, query: Query): Generator<Found, void, undefined> {
  const { collection, keyPattern, valuePattern } = query;
  const { iterators } = space.collections;
  const prefixLength = entryPrefix(collection.vref).length;
  const known = iterators.open(collection.vref);
  try {
    for (const [row, value] of walkCandidates(space, query)) {
      const getKey = once(() => decodeKey(space, row.slice(prefixLength)));
      const getValue = once(() => decodeValue(space, value));
      if (keyPattern !== undefined && !matches(getKey(), keyPattern)) continue;
      if (valuePattern !== undefined && !matches(getValue(), valuePattern)) continue;
      yield { getKey, getValue };
      insistNothingAdded(space, collection, known);
    }
  } finally {
    iterators.close(collectionOf(space, query));
  }
}

/** By the handle: that keeps it in memory until the end of the walk, whatever the engine makes of a generator's variables. */
const collectionOf = ({ collections }: VatSpace, { handle }: Query): VRef => {
  const collection = collections.find(handle);
  if (collection === undefined) throw new Error('a collection lost its handle');
  return collection.vref;
};

/** Every vat of this realm meets these prototypes. */
harden(walk);
harden(walkCandidates);

function* pickEach<Item>(space: VatSpace, query: Query, pick: (found: Found) => Item): Generator<Item, void, undefined> {
  for (const found of walk(space, query)) yield pick(found);
}
harden(pickEach);

export const iterateKeys = (space: VatSpace, query: Query): Iterable<unknown> => pickEach(space, query, ({ getKey }) => getKey());

export const iterateValues = (space: VatSpace, query: Query): Iterable<unknown> =>
  pickEach(space, query, ({ getValue }) => getValue());

export const iterateEntries = (space: VatSpace, query: Query): Iterable<readonly [unknown, unknown]> =>
  pickEach(space, query, ({ getKey, getValue }) => harden([getKey(), getValue()] as const));

/** How many entries match. */
export const countEntries = (space: VatSpace, query: Query): number => {
  if (query.keyPattern === undefined && query.valuePattern === undefined) return getTally(space, query.collection.vref).size;
  let count = 0;
  for (const _found of walk(space, query)) count += 1;
  return count;
};

/** Deletes what matches. */
export const clearEntries = (space: VatSpace, query: Query): void => {
  const { collection, keyPattern, valuePattern } = query;
  if (keyPattern === undefined && valuePattern === undefined) deleteAllEntries(space, collection.vref);
  else for (const { getKey } of walk(space, query)) deleteEntry(space, collection, getKey());
};
