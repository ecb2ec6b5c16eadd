/**
 * The collections of a vat as far as they are in memory: which collection each handle stands for, and what is open or remembered of
 * it. All else is rows.
 *
 * A handle is an empty object over the prototype of its type, whose methods find the collection by `this`. It is made without a look at
 * any row, and one made again differs in nothing from the one before.
 */
import type { Pattern } from '@endo/patterns';
import type { VRef } from '@cooperage/protocol/refs';
import { BUILT_IN_KIND } from '../virtual/kinds.ts';
import { OpenIterators } from './open-iterators.ts';

export type CollectionType = 'map' | 'weakMap' | 'set' | 'weakSet';
export const COLLECTION_TYPES: readonly CollectionType[] = ['map', 'weakMap', 'set', 'weakSet'];

export type Collection = {
  readonly vref: VRef;
  readonly type: CollectionType;
  /** Keeps its entries in order, counts them, and holds its keys. */
  readonly isStrong: boolean;
  readonly isDurable: boolean;
};

/** What a collection says of itself (`schema.ts`). */
export type Schema = { readonly label: string; readonly keyShape?: Pattern; readonly valueShape?: Pattern };

export class Collections {
  readonly iterators = new OpenIterators();
  /** Decoded, so for the time of one delivery only. */
  readonly schemas = new Map<VRef, Schema>();
  readonly #byHandle = new WeakMap<object, Collection>();
  readonly #held: object[] = [];
  readonly #virtualKinds = new Map<CollectionType, { readonly kind: number; isUsed: boolean }>();

  enter(handle: object, collection: Collection): void {
    this.#byHandle.set(handle, collection);
  }

  /** Keeps a handle in memory. */
  hold(handle: object): void {
    this.#held.push(handle);
  }

  listHeld(): readonly object[] {
    return this.#held;
  }

  find(handle: unknown): Collection | undefined {
    return typeof handle === 'object' && handle !== null ? this.#byHandle.get(handle) : undefined;
  }

  /** This incarnation's number for the virtual collections of a type. */
  setVirtualKind(type: CollectionType, kind: number): void {
    this.#virtualKinds.set(type, { kind, isUsed: false });
  }

  /** The kind of a new collection, and whether it is the first one of a virtual kind. */
  useKind(type: CollectionType, isDurable: boolean): { readonly kind: number; readonly isFirst: boolean } {
    if (isDurable) return { kind: BUILT_IN_KIND[type], isFirst: false };
    const virtual = this.#virtualKinds.get(type);
    if (virtual === undefined) throw new Error('collections are not to be had before the vat starts');
    const isFirst = !virtual.isUsed;
    virtual.isUsed = true;
    return { kind: virtual.kind, isFirst };
  }
}
