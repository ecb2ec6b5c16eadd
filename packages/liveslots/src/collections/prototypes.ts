/**
 * The methods of collections: one prototype for each type and incarnation, shared by durable and virtual ones. They find the collection
 * by `this`, so a method is the same function whichever handle it is taken from, and belongs in a call: `store.get(key)`.
 */
import { Far, type Passable } from '@endo/pass-style';
import {
  getCopyMapEntries,
  getCopySetKeys,
  isCopyMap,
  isCopySet,
  makeCopyMap,
  makeCopySet,
  type CopyMap,
  type CopySet,
  type Key,
} from '@endo/patterns';
import type { VatSpace } from '../space.ts';
import type { Collection, CollectionType } from './collections.ts';
import { addMember, deleteEntry, getValue, hasKey, initEntry, putEntry, setValue } from './entries.ts';
import { clearEntries, countEntries, iterateEntries, iterateKeys, iterateValues, makeQuery, type Query } from './iteration.ts';

const isTagged = <Tagged>(check: (value: unknown) => boolean, value: unknown): value is Tagged =>
  Object.isFrozen(value) && check(value);

const insistIterable = (items: unknown, what: string): Iterable<unknown> => {
  const isIterable = Object(items) === items && typeof (items as { [Symbol.iterator]?: unknown })[Symbol.iterator] === 'function';
  if (isIterable) return items as Iterable<unknown>;
  throw new TypeError(`addAll takes ${what}, or something to iterate over`);
};

const listEntries = (entries: unknown): Iterable<readonly [unknown, unknown]> =>
  isTagged<CopyMap<Key, Passable>>(isCopyMap as (value: unknown) => boolean, entries)
    ? (getCopyMapEntries(entries) as Iterable<readonly [unknown, unknown]>)
    : (insistIterable(entries, 'a copyMap') as Iterable<readonly [unknown, unknown]>);

const listMembers = (members: unknown): Iterable<unknown> =>
  isTagged<CopySet<Key>>(isCopySet as (value: unknown) => boolean, members)
    ? getCopySetKeys(members)
    : insistIterable(members, 'a copySet');

/** What the methods of one type need to know. */
type Methods = {
  readonly space: VatSpace;
  /** The collection that a method was called on. */
  readonly self: (handle: unknown, method: string) => Collection;
  readonly query: (handle: unknown, method: string, patterns: readonly unknown[]) => Query;
};

const makeMethods = (space: VatSpace, type: CollectionType): Methods => {
  const self = (handle: unknown, method: string): Collection => {
    const collection = space.collections.find(handle);
    if (collection?.type === type) return collection;
    throw new TypeError(`${method} is a method of a ${type}Store and must be called on one: store.${method}(...)`);
  };
  return {
    space,
    self,
    query: (handle, method, patterns) => makeQuery(handle as object, self(handle, method), patterns),
  };
};

const makeMapMethods = ({ space, self }: Methods) => ({
  has(key: unknown) {
    return hasKey(space, self(this, 'has'), key);
  },
  get(key: unknown) {
    return getValue(space, self(this, 'get'), key);
  },
  init(key: unknown, value: unknown) {
    initEntry(space, self(this, 'init'), key, value);
  },
  set(key: unknown, value: unknown) {
    setValue(space, self(this, 'set'), key, value);
  },
  delete(key: unknown) {
    deleteEntry(space, self(this, 'delete'), key);
  },
  addAll(entries: unknown) {
    const collection = self(this, 'addAll');
    for (const [key, value] of listEntries(entries)) putEntry(space, collection, key, value);
  },
});

const makeSetMethods = ({ space, self }: Methods) => ({
  has(key: unknown) {
    return hasKey(space, self(this, 'has'), key);
  },
  add(key: unknown) {
    addMember(space, self(this, 'add'), key);
  },
  delete(key: unknown) {
    deleteEntry(space, self(this, 'delete'), key);
  },
  addAll(members: unknown) {
    const collection = self(this, 'addAll');
    for (const key of listMembers(members)) addMember(space, collection, key);
  },
});

const makeStrongMapMethods = (methods: Methods) => {
  const { space, query } = methods;
  return {
    ...makeMapMethods(methods),
    keys(keyPattern?: unknown, valuePattern?: unknown) {
      return iterateKeys(space, query(this, 'keys', [keyPattern, valuePattern]));
    },
    values(keyPattern?: unknown, valuePattern?: unknown) {
      return iterateValues(space, query(this, 'values', [keyPattern, valuePattern]));
    },
    entries(keyPattern?: unknown, valuePattern?: unknown) {
      return iterateEntries(space, query(this, 'entries', [keyPattern, valuePattern]));
    },
    snapshot(keyPattern?: unknown, valuePattern?: unknown) {
      return makeCopyMap(iterateEntries(space, query(this, 'snapshot', [keyPattern, valuePattern])) as Iterable<[Key, Passable]>);
    },
    getSize(keyPattern?: unknown, valuePattern?: unknown) {
      return countEntries(space, query(this, 'getSize', [keyPattern, valuePattern]));
    },
    clear(keyPattern?: unknown, valuePattern?: unknown) {
      clearEntries(space, query(this, 'clear', [keyPattern, valuePattern]));
    },
  };
};

const makeStrongSetMethods = (methods: Methods) => {
  const { space, query } = methods;
  return {
    ...makeSetMethods(methods),
    keys(keyPattern?: unknown) {
      return iterateKeys(space, query(this, 'keys', [keyPattern]));
    },
    values(keyPattern?: unknown) {
      return iterateKeys(space, query(this, 'values', [keyPattern]));
    },
    snapshot(keyPattern?: unknown) {
      return makeCopySet(iterateKeys(space, query(this, 'snapshot', [keyPattern])) as Iterable<Key>);
    },
    getSize(keyPattern?: unknown) {
      return countEntries(space, query(this, 'getSize', [keyPattern]));
    },
    clear(keyPattern?: unknown) {
      clearEntries(space, query(this, 'clear', [keyPattern]));
    },
  };
};

const MAKERS = {
  map: makeStrongMapMethods,
  weakMap: makeMapMethods,
  set: makeStrongSetMethods,
  weakSet: makeSetMethods,
} as const;

export const makePrototype = (space: VatSpace, type: CollectionType): object =>
  Far(`${type}Store`, MAKERS[type](makeMethods(space, type)));
