/**
 * Durable kinds from one incarnation to the next: each has a number for ever, a handle that names it, and objects that must find their
 * kind again. So it must be defined again in each incarnation, and what it was must fit into what it is.
 */
import type { Pattern } from '@endo/patterns';
import type { VatSpace } from '../space.ts';
import type { StoredCapData } from '../stored/stored-data.ts';
import type { FacetNames } from './behavior.ts';
import { prepareKind, type Definition, type Maker } from './define-kind.ts';
import { findKindOfHandle, handleRefOf } from './kind-handles.ts';
import {
  addDurableKind,
  deleteKindRow,
  getDurableKind,
  listDurableKinds,
  setDurableKind,
  type DurableKindRow,
} from './kind-rows.ts';
import { findShapeConflict, type StoredShape } from './state-shape.ts';
import { STATE_PREFIX } from './states.ts';

export const makeKindHandle = ({ counters, rows, kinds }: VatSpace, tag: unknown): object => {
  if (typeof tag !== 'string') throw new TypeError('a kind handle needs a tag that is a text');
  const id = counters.nextKind();
  addDurableKind(rows, id, { tag });
  return kinds.provide(handleRefOf(id));
};

/** Names of the facets in order of their numbers: those that were there keep theirs. */
const alignFacets = (tag: string, before: readonly string[] | undefined, now: FacetNames): FacetNames => {
  const kind = `durable kind ${JSON.stringify(tag)}`;
  if (before === undefined) return now;
  if (before.length === 0 && now !== undefined) throw new Error(`${kind} was defined without facets, and cannot have any now`);
  if (before.length > 0 && now === undefined) throw new Error(`${kind} was defined with facets, and cannot be without now`);
  const missing = before.filter(name => now?.includes(name) !== true);
  if (missing.length > 0) {
    throw new Error(`${kind} must keep the facets that it had: ${missing.map(name => JSON.stringify(name)).join(', ')} missing`);
  }
  return now && [...before, ...now.filter(name => !before.includes(name))];
};

const listShapeSlots = (shape: StoredShape | undefined): readonly string[] => [
  ...new Set(Object.values(shape ?? {}).flatMap(({ slots }) => slots)),
];

/** The shape as data, entered in the tables and not yet counted. Throws when objects of the kind as it was would not fit. */
const storeShape = (space: VatSpace, row: DurableKindRow, { shape, options, tag }: Definition): StoredShape | undefined =>
  space.storedData.draft(draft => {
    const encode = ([name, pattern]: readonly [string, Pattern]): readonly [string, StoredCapData] => {
      const data = draft.encode(pattern);
      space.storedData.insistDurable(`property ${JSON.stringify(name)} of the stateShape of kind ${JSON.stringify(tag)}`, data);
      return [name, data];
    };
    const after = shape && Object.fromEntries([...shape].map(encode));
    const isBound = row.facets !== undefined && options.allowStateShapeChanges !== true;
    const conflict = isBound ? findShapeConflict({ tag, before: row.stateShape, after }, shape) : undefined;
    if (conflict !== undefined) throw new Error(conflict);
    draft.commit();
    return after;
  });

/** `describe` makes the definition, once the tag is known. */
export const defineDurableKind = (
  space: VatSpace,
  handle: unknown,
  describe: (tag: string) => Omit<Definition, 'isDurable'>,
): Maker => {
  const id = findKindOfHandle(space.slots, handle);
  if (id === undefined) throw new TypeError('unknown handle: a durable kind is defined with a handle from makeKindHandle');
  const row = getDurableKind(space.rows, id);
  if (space.kinds.find(id) !== undefined) {
    throw new Error(`redefinition of durable kind ${JSON.stringify(row.tag)}: it can be defined once in an incarnation`);
  }
  const given = describe(row.tag);
  const definition: Definition = { ...given, isDurable: true, facets: alignFacets(row.tag, row.facets, given.facets) };
  const kind = prepareKind(space, definition);
  const stateShape = storeShape(space, row, definition);
  space.counts.replace(listShapeSlots(row.stateShape), listShapeSlots(stateShape));
  setDurableKind(space.rows, id, {
    tag: row.tag,
    facets: definition.facets ?? [],
    ...(stateShape === undefined ? {} : { stateShape }),
  });
  return kind.register({ id, beforeFirst: () => {} });
};

/** Whether nothing can ever name the kind again, or needs it: no handle is kept, and there are no objects. */
const isGone = ({ counts, exportStatus, watch, rows }: VatSpace, id: number): boolean => {
  const handle = handleRefOf(id);
  if (watch.has(handle) || counts.has(handle) || exportStatus.isReachable(handle)) return false;
  for (const _row of rows.scan(`${STATE_PREFIX}o+d${id}/`)) return false;
  return true;
};

/**
 * A new incarnation has built its root: every durable kind that has objects, or may have, must be defined by now. Kinds that are gone
 * are forgotten. Throws an error that names all that are missing.
 */
export const insistKindsDefined = (space: VatSpace): void => {
  const missing: string[] = [];
  for (const [id, { tag, facets, stateShape }] of listDurableKinds(space.rows)) {
    if (space.kinds.find(id) !== undefined) continue;
    if (isGone(space, id)) {
      space.counts.remove(listShapeSlots(stateShape));
      deleteKindRow(space.rows, 'd', id);
    } else if (facets !== undefined) missing.push(`${JSON.stringify(tag)} (handle ${handleRefOf(id)})`);
  }
  if (missing.length === 0) return;
  throw new Error(
    `defineDurableKind not called for tags: [${missing.join(', ')}]: an incarnation must define again, before buildRootObject is done, every durable kind that has objects, with the handle that an earlier one kept in baggage`,
  );
};
