/** What a vat finds as `globalThis.VatData`, for code that wants it whole. */
import type { DefineDurableKind, DefineDurableKindMulti, DefineKind, DefineKindMulti, MakeKindHandle } from './kinds.ts';
import type { MakeMapStore, MakeSetStore, MakeWeakMapStore, MakeWeakSetStore } from './stores.ts';
import { getVatFunction } from './vat-function.ts';
import type { ProvidePromiseWatcher, WatchPromise } from './watchers.ts';

/** The functions for stored data. */
export type VatData = {
  readonly makeKindHandle: MakeKindHandle;
  readonly defineKind: DefineKind;
  readonly defineKindMulti: DefineKindMulti;
  readonly defineDurableKind: DefineDurableKind;
  readonly defineDurableKindMulti: DefineDurableKindMulti;
  readonly makeScalarBigMapStore: MakeMapStore;
  readonly makeScalarBigWeakMapStore: MakeWeakMapStore;
  readonly makeScalarBigSetStore: MakeSetStore;
  readonly makeScalarBigWeakSetStore: MakeWeakSetStore;
  readonly watchPromise: WatchPromise;
  readonly providePromiseWatcher: ProvidePromiseWatcher;
  readonly canBeDurable: (value: unknown) => boolean;
};

/**
 * Whether `value` may be kept in durable data: it is passable, and everything that it refers to is durable, or an object of another
 * vat. Has no effects.
 */
export const canBeDurable: VatData['canBeDurable'] = value => getVatFunction<VatData['canBeDurable']>('canBeDurable')(value);
