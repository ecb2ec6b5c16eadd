/**
 * What a vat keeps from one incarnation to the next stands in baggage. Each function here finds something by its name, or makes it the
 * first time: an incarnation calls it in the same way whether it is the first or a later one.
 */
import type { DurableKindHandle } from './kinds.ts';
import { makeKindHandle } from './kinds.ts';
import type { MapStore, MapStoreOptions, SetStore, StoreOptions, WeakMapStore, WeakSetStore } from './stores.ts';
import { makeScalarBigMapStore, makeScalarBigSetStore, makeScalarBigWeakMapStore, makeScalarBigWeakSetStore } from './stores.ts';

/** The third argument of `buildRootObject`: a durable map that every vat has from the start. What stands in it survives upgrades. */
export type Baggage = MapStore<string>;

/** What `baggage` has under `key`; `makeValue` makes it the first time. */
export const provide = <Value>(baggage: Baggage, key: string, makeValue: (key: string) => Value): Value => {
  if (!baggage.has(key)) baggage.init(key, makeValue(key));
  return baggage.get(key) as Value;
};

/** The handle of the durable kind `kindName`, kept in baggage as `<kindName>_kindHandle`. */
export const provideKindHandle = (baggage: Baggage, kindName: string): DurableKindHandle =>
  provide(baggage, `${kindName}_kindHandle`, () => makeKindHandle(kindName));

type Durable<Options> = Omit<Options, 'durable'>;

/** The durable map that baggage has under `name`. */
export const provideDurableMapStore = <K = unknown, V = unknown>(
  baggage: Baggage,
  name: string,
  options: Durable<MapStoreOptions> = {},
): MapStore<K, V> => provide(baggage, name, () => makeScalarBigMapStore<K, V>(name, { ...options, durable: true }));

/** The durable weak map that baggage has under `name`. */
export const provideDurableWeakMapStore = <K = unknown, V = unknown>(
  baggage: Baggage,
  name: string,
  options: Durable<MapStoreOptions> = {},
): WeakMapStore<K, V> => provide(baggage, name, () => makeScalarBigWeakMapStore<K, V>(name, { ...options, durable: true }));

/** The durable set that baggage has under `name`. */
export const provideDurableSetStore = <K = unknown>(
  baggage: Baggage,
  name: string,
  options: Durable<StoreOptions> = {},
): SetStore<K> => provide(baggage, name, () => makeScalarBigSetStore<K>(name, { ...options, durable: true }));

/** The durable weak set that baggage has under `name`. */
export const provideDurableWeakSetStore = <K = unknown>(
  baggage: Baggage,
  name: string,
  options: Durable<StoreOptions> = {},
): WeakSetStore<K> => provide(baggage, name, () => makeScalarBigWeakSetStore<K>(name, { ...options, durable: true }));
