/**
 * What a collection is: row `collection.<vref>` with its label and the shapes of its keys and values, as data. Shapes may cite objects,
 * which they keep.
 *
 * The row is read when something is added, set or refused, never because a handle was made; what was decoded is remembered until the
 * delivery ends.
 */
import { mustMatch, type Pattern } from '@endo/patterns';
import type { VRef } from '@cooperage/protocol/refs';
import type { VatSpace } from '../space.ts';
import type { StoredCapData } from '../stored/stored-data.ts';
import { BAGGAGE } from '../virtual/kinds.ts';
import { BAGGAGE_SCHEMA } from '../vat-data/baggage.ts';
import type { Collection, Schema } from './collections.ts';
import { describeKey, encodePrimitiveKey, isRemotableKey } from './key-codec.ts';

/** The row as JSON. */
export type SchemaRow = { readonly label: string; readonly keyShape?: StoredCapData; readonly valueShape?: StoredCapData };

export const COLLECTION_PREFIX = 'collection.';
export const schemaRowOf = (vref: VRef): string => `${COLLECTION_PREFIX}${vref}`;

const readRow = ({ rows }: VatSpace, vref: VRef): SchemaRow => {
  const text = rows.find(schemaRowOf(vref));
  if (text === undefined) throw new Error(`collection ${vref} has no row`);
  return JSON.parse(text) as SchemaRow;
};

export const getSchema = (space: VatSpace, { vref }: Collection): Schema => {
  if (vref === BAGGAGE) return BAGGAGE_SCHEMA;
  const { schemas } = space.collections;
  const known = schemas.get(vref);
  if (known !== undefined) return known;
  const { label, keyShape, valueShape } = readRow(space, vref);
  const schema: Schema = {
    label,
    ...(keyShape === undefined ? {} : { keyShape: space.storedData.decode(keyShape) as Pattern }),
    ...(valueShape === undefined ? {} : { valueShape: space.storedData.decode(valueShape) as Pattern }),
  };
  schemas.set(vref, schema);
  return schema;
};

/** What the shapes cite. */
export const listSchemaSlots = ({ keyShape, valueShape }: SchemaRow): readonly string[] => [
  ...(keyShape?.slots ?? []),
  ...(valueShape?.slots ?? []),
];

/** Ends a collection's schema; it may have none. */
export const deleteSchema = ({ rows, counts, collections }: VatSpace, vref: VRef): void => {
  collections.schemas.delete(vref);
  const text = rows.find(schemaRowOf(vref));
  if (text === undefined) return;
  rows.delete(schemaRowOf(vref));
  counts.remove(listSchemaSlots(JSON.parse(text) as SchemaRow));
};

const label = (schema: Schema): string => `collection ${JSON.stringify(schema.label)}`;

/** Throws if the collection cannot have this key. */
export const insistKey = (schema: Schema, key: unknown): void => {
  if (encodePrimitiveKey(key) === undefined && !isRemotableKey(key)) {
    throw new TypeError(
      `invalid key type for ${label(schema)}: ${describeKey(key)} is no scalar; keys are strings, numbers, bigints, booleans, null, ` +
        'undefined, passable symbols, and objects made with Far or as exos',
    );
  }
  if (schema.keyShape !== undefined) mustMatch(key, schema.keyShape, `invalid key type for ${label(schema)}`);
};

/** Throws if the collection cannot have this value. */
export const insistValue = (schema: Schema, value: unknown): void => {
  if (schema.valueShape !== undefined) mustMatch(value, schema.valueShape, `invalid value type for ${label(schema)}`);
};

/** For problems of a key. */
export const describePlace = (schema: Schema, key: unknown): string => `key ${describeKey(key)} in ${label(schema)}`;
export const describeCollection = label;
