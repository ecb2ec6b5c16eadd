/**
 * What is stored about kinds: `kind.d<id>` for a durable kind, from the making of its handle on, and `kind.v<id>` for a virtual kind of
 * which there is an object, so that what an incarnation leaves behind can be found.
 */
import type { StoredRows } from '../stored/rows.ts';
import type { StoredShape } from './state-shape.ts';

export type DurableKindRow = {
  readonly tag: string;
  /** Names of the facets in order of their numbers, none for objects without facets; absent until the kind is defined first. */
  readonly facets?: readonly string[];
  readonly stateShape?: StoredShape;
};

export type VirtualKindRow = {
  readonly tag: string;
  readonly facets?: readonly string[];
  /** Its objects are collections of this type. */
  readonly collection?: string;
};

type Letter = 'd' | 'v';
const prefixOf = (letter: Letter): string => `kind.${letter}`;
const rowOf = (letter: Letter, id: number): string => `${prefixOf(letter)}${id}`;

export const getDurableKind = (rows: StoredRows, id: number): DurableKindRow => {
  const text = rows.find(rowOf('d', id));
  if (text === undefined) throw new Error(`durable kind ${id} has no row`);
  return JSON.parse(text) as DurableKindRow;
};

/** The kind was never there before. */
export const addDurableKind = (rows: StoredRows, id: number, row: DurableKindRow): void =>
  rows.add(rowOf('d', id), JSON.stringify(row));

export const setDurableKind = (rows: StoredRows, id: number, row: DurableKindRow): void =>
  rows.set(rowOf('d', id), JSON.stringify(row));

export const deleteKindRow = (rows: StoredRows, letter: Letter, id: number): void => rows.delete(rowOf(letter, id));

export const addVirtualKind = (rows: StoredRows, id: number, row: VirtualKindRow): void =>
  rows.add(rowOf('v', id), JSON.stringify(row));

/** All durable kinds, by number. */
export const listDurableKinds = (rows: StoredRows): readonly (readonly [id: number, row: DurableKindRow])[] =>
  listKinds<DurableKindRow>(rows, 'd');

export const listVirtualKinds = (rows: StoredRows): readonly (readonly [id: number, row: VirtualKindRow])[] =>
  listKinds<VirtualKindRow>(rows, 'v');

const listKinds = <Row>(rows: StoredRows, letter: Letter): readonly (readonly [id: number, row: Row])[] =>
  [...rows.scan(prefixOf(letter))]
    .map(([key, text]) => [Number(key.slice(prefixOf(letter).length)), JSON.parse(text) as Row] as const)
    .sort(([a], [b]) => a - b);
