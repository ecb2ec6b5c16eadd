/**
 * Collections in the database: of any size, and none of it in memory. Keys are scalars: strings, numbers, bigints, booleans, null,
 * undefined, symbols, and objects with methods. Virtual collections last as long as the incarnation, durable ones survive upgrades.
 */
import type { CopyMap, CopySet, Key, Pattern } from '@endo/patterns';
import { getVatFunction } from './vat-function.ts';

/** What all collections may be told. */
export type StoreOptions = {
  /** Survives upgrades; what it keeps must be durable then. Default false. */
  readonly durable?: boolean;
  /** What every key must match. */
  readonly keyShape?: Pattern;
};
/** What maps may be told. */
export type MapStoreOptions = StoreOptions & {
  /** What every value must match. */
  readonly valueShape?: Pattern;
};

/** From keys that nobody else may hold any more to values. An entry goes when its key does. */
export type WeakMapStore<K = unknown, V = unknown> = {
  readonly has: (key: K) => boolean;
  /** Throws when there is no such key. */
  readonly get: (key: K) => V;
  /** A new entry; throws when the key is there. */
  readonly init: (key: K, value: V) => void;
  /** Another value; throws when there is no such key. */
  readonly set: (key: K, value: V) => void;
  /** Throws when there is no such key. */
  readonly delete: (key: K) => void;
  /** Sets or adds each entry. */
  readonly addAll: (entries: Iterable<readonly [K, V]> | CopyMap) => void;
};

/**
 * From keys to values, in the order of the keys. Both may be asked for by pattern. Iteration reads as it goes: entries may be deleted
 * meanwhile; once one was added, the next step throws.
 */
export type MapStore<K = unknown, V = unknown> = WeakMapStore<K, V> & {
  readonly keys: (keyPattern?: Pattern, valuePattern?: Pattern) => Iterable<K>;
  readonly values: (keyPattern?: Pattern, valuePattern?: Pattern) => Iterable<V>;
  readonly entries: (keyPattern?: Pattern, valuePattern?: Pattern) => Iterable<[K, V]>;
  /** A copy, in memory, to pass on. */
  readonly snapshot: (keyPattern?: Pattern, valuePattern?: Pattern) => CopyMap<K extends Key ? K : Key>;
  readonly getSize: (keyPattern?: Pattern, valuePattern?: Pattern) => number;
  /** Deletes all entries, or those that match. */
  readonly clear: (keyPattern?: Pattern, valuePattern?: Pattern) => void;
};

/** Keys that nobody else may hold any more. They go when their object does. */
export type WeakSetStore<K = unknown> = {
  readonly has: (key: K) => boolean;
  readonly add: (key: K) => void;
  /** Throws when there is no such key. */
  readonly delete: (key: K) => void;
  readonly addAll: (keys: Iterable<K> | CopySet) => void;
};

/** Keys in their order. */
export type SetStore<K = unknown> = WeakSetStore<K> & {
  readonly keys: (keyPattern?: Pattern) => Iterable<K>;
  readonly values: (keyPattern?: Pattern) => Iterable<K>;
  readonly snapshot: (keyPattern?: Pattern) => CopySet<K extends Key ? K : Key>;
  readonly getSize: (keyPattern?: Pattern) => number;
  readonly clear: (keyPattern?: Pattern) => void;
};

export type MakeMapStore = <K = unknown, V = unknown>(label?: string, options?: MapStoreOptions) => MapStore<K, V>;
export type MakeWeakMapStore = <K = unknown, V = unknown>(label?: string, options?: MapStoreOptions) => WeakMapStore<K, V>;
export type MakeSetStore = <K = unknown>(label?: string, options?: StoreOptions) => SetStore<K>;
export type MakeWeakSetStore = <K = unknown>(label?: string, options?: StoreOptions) => WeakSetStore<K>;

/** A new map. The label names it in errors. */
export const makeScalarBigMapStore: MakeMapStore = (label, options) =>
  getVatFunction<MakeMapStore>('makeScalarBigMapStore')(label, options);

/** A new map that does not keep its keys. */
export const makeScalarBigWeakMapStore: MakeWeakMapStore = (label, options) =>
  getVatFunction<MakeWeakMapStore>('makeScalarBigWeakMapStore')(label, options);

/** A new set. */
export const makeScalarBigSetStore: MakeSetStore = (label, options) =>
  getVatFunction<MakeSetStore>('makeScalarBigSetStore')(label, options);

/** A new set that does not keep its members. */
export const makeScalarBigWeakSetStore: MakeWeakSetStore = (label, options) =>
  getVatFunction<MakeWeakSetStore>('makeScalarBigWeakSetStore')(label, options);
