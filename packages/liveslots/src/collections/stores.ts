/**
 * Makes collections: the functions of `VatData` that do, and the kinds that make their handles anew.
 *
 * Durable collections are of built-in kinds. Virtual ones are of kinds that this incarnation numbers; the row `kind.v<id>`, written with
 * the first of them, says so to the incarnation that will have to delete them.
 */
import { assertPattern, type Pattern } from '@endo/patterns';
import { LIMITS } from '@cooperage/protocol/limits';
import type { VRef } from '@cooperage/protocol/refs';
import { harden } from '../harden.ts';
import type { VatSpace } from '../space.ts';
import type { StoredDraft } from '../stored/stored-data.ts';
import { BUILT_IN_KIND, type Incarnated } from '../virtual/kinds.ts';
import { COLLECTION_TYPES, type CollectionType } from './collections.ts';
import { deleteCollectionRows, setUpTally } from './entry-rows.ts';
import { makePrototype } from './prototypes.ts';
import { listSchemaSlots, schemaRowOf, type SchemaRow } from './schema.ts';

export type CollectionOptions = { readonly durable?: unknown; readonly keyShape?: unknown; readonly valueShape?: unknown };

const registerType = (space: VatSpace, type: CollectionType): void => {
  const { kinds, counters, collections } = space;
  const prototype = makePrototype(space, type);
  const register = (kind: number, isDurable: boolean): void =>
    kinds.register(kind, {
      tag: `${type}Store`,
      facets: undefined,
      reanimate: (vref: VRef): Incarnated => {
        const handle = harden(Object.create(prototype) as object);
        collections.enter(handle, { vref, type, isDurable, isStrong: type === 'map' || type === 'set' });
        return { watched: handle, facets: [] };
      },
      deleteSome: (vref, budget) => deleteCollectionRows(space, vref, budget),
    });
  register(BUILT_IN_KIND[type], true);
  const virtual = counters.nextKind();
  collections.setVirtualKind(type, virtual);
  register(virtual, false);
};

/** From now on this incarnation has collections. Called when the counters go on where the last incarnation stopped. */
export const registerCollectionKinds = (space: VatSpace): void => {
  for (const type of COLLECTION_TYPES) registerType(space, type);
};

/** A shape as data, if there is one. */
const encodeShape = (
  draft: StoredDraft,
  name: string,
  shape: unknown,
): Partial<Record<string, ReturnType<StoredDraft['encode']>>> => {
  if (shape === undefined) return {};
  assertPattern(harden(shape) as Pattern);
  return { [name]: draft.encode(shape) };
};

const insistDurableShapes = ({ storedData }: VatSpace, { label, keyShape, valueShape }: SchemaRow): void => {
  const where = `of collection ${JSON.stringify(label)}`;
  if (keyShape !== undefined) storedData.insistDurable(`keyShape ${where}`, keyShape);
  if (valueShape !== undefined) storedData.insistDurable(`valueShape ${where}`, valueShape);
};

const makeCollection = (space: VatSpace, type: CollectionType, label: string, options: CollectionOptions): object => {
  const { storedData, collections, counters, counts, kinds, rows } = space;
  const isDurable = Boolean(options.durable);
  return storedData.draft(draft => {
    const row: SchemaRow = {
      label,
      ...encodeShape(draft, 'keyShape', options.keyShape),
      ...encodeShape(draft, 'valueShape', options.valueShape),
    };
    if (isDurable) insistDurableShapes(space, row);
    const text = JSON.stringify(row);
    if (text.length > LIMITS.vatstoreValueLength)
      throw new Error(`the shapes of a collection are too large: ${text.length} characters`);
    draft.commit();
    const { kind, isFirst } = collections.useKind(type, isDurable);
    const vref = `o+${isDurable ? 'd' : 'v'}${kind}/${counters.nextCollection()}` as VRef;
    if (isFirst) rows.add(`kind.v${kind}`, JSON.stringify({ tag: `${type}Store`, collection: type }));
    rows.add(schemaRowOf(vref), text);
    setUpTally(space, vref);
    counts.begin(vref);
    counts.add(listSchemaSlots(row));
    return kinds.provide(vref);
  });
};

const insistOptions = (type: CollectionType, label: unknown, options: unknown): void => {
  if (typeof label !== 'string') throw new TypeError(`the label of a ${type}Store must be a string`);
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`the options of ${type}Store ${JSON.stringify(label)} must be a record`);
};

const makeMaker =
  (space: VatSpace, type: CollectionType) =>
  (label: string = type, options: CollectionOptions = {}): object => {
    insistOptions(type, label, options);
    return makeCollection(space, type, label, options);
  };

/** What `VatData` has of collections. */
export const makeCollectionFunctions = (space: VatSpace) => ({
  makeScalarBigMapStore: makeMaker(space, 'map'),
  makeScalarBigWeakMapStore: makeMaker(space, 'weakMap'),
  makeScalarBigSetStore: makeMaker(space, 'set'),
  makeScalarBigWeakSetStore: makeMaker(space, 'weakSet'),
});
