/**
 * The shape of a kind's state: which properties its objects have, and a pattern for each. A value is checked when it is written.
 *
 * The shape of a durable kind is stored, each pattern as data, and counts for what it cites. Its next incarnation may only add
 * properties that may be absent, because the objects that are there have no value for them.
 */
import { passStyleOf } from '@endo/pass-style';
import { assertPattern, matches, mustMatch, type Pattern } from '@endo/patterns';
import { harden } from '../harden.ts';
import type { StoredCapData } from '../stored/stored-data.ts';

export type StateShape = ReadonlyMap<string, Pattern>;
/** As it stands in a row. */
export type StoredShape = Readonly<Record<string, StoredCapData>>;

const quote = (names: readonly string[]): string => names.map(name => JSON.stringify(name)).join(', ');

/** Throws unless it is a record of patterns. */
export const makeStateShape = (tag: string, shape: unknown): StateShape | undefined => {
  if (shape === undefined) return undefined;
  const kind = `kind ${JSON.stringify(tag)}`;
  if ((passStyleOf as (specimen: unknown) => string)(harden(shape)) !== 'copyRecord') {
    throw new TypeError(`the stateShape of ${kind} must be a record of patterns`);
  }
  assertPattern(shape as Pattern);
  return new Map(Object.entries(shape as Readonly<Record<string, Pattern>>));
};

/** Throws if a property of this name must not exist or must not have this value. */
export const insistProperty = (tag: string, shape: StateShape | undefined, name: string, value: unknown): void => {
  if (shape === undefined) return;
  const pattern = shape.get(name);
  const kind = `kind ${JSON.stringify(tag)}`;
  if (pattern === undefined && !shape.has(name)) {
    throw new TypeError(`the stateShape of ${kind} has no property ${JSON.stringify(name)}, only ${quote([...shape.keys()])}`);
  }
  mustMatch(harden(value), pattern, `property ${JSON.stringify(name)} of the state of ${kind}`);
};

/** Throws if a property is absent that may not be. */
export const insistComplete = (tag: string, shape: StateShape | undefined, names: ReadonlySet<string>): void => {
  for (const [name, pattern] of shape ?? []) {
    if (names.has(name) || matches(undefined, pattern)) continue;
    throw new TypeError(`the initial state of kind ${JSON.stringify(tag)} must have the property ${JSON.stringify(name)}`);
  }
};

const isSame = (a: StoredCapData, b: StoredCapData): boolean =>
  a.body === b.body && a.slots.length === b.slots.length && a.slots.every((slot, i) => slot === b.slots[i]);

const describe = (data: StoredCapData | undefined): string => (data === undefined ? 'absent' : data.body.slice(1, 200));

type Evolution = { readonly tag: string; readonly before: StoredShape | undefined; readonly after: StoredShape | undefined };

/** Why objects with the earlier shape cannot go on with the later one; undefined when they can. */
export const findShapeConflict = ({ tag, before, after }: Evolution, shape: StateShape | undefined): string | undefined => {
  const kind = `kind ${JSON.stringify(tag)}`;
  if (before === undefined && after === undefined) return undefined;
  if (before === undefined) return `${kind} had no stateShape, and cannot be given one`;
  if (after === undefined) return `${kind} had a stateShape with ${quote(Object.keys(before))}, and now has none`;
  for (const [name, data] of Object.entries(before)) {
    const now = after[name];
    if (now !== undefined && isSame(data, now)) continue;
    return `the stateShape of ${kind} must keep property ${JSON.stringify(name)} as it was: it was ${describe(data)} and is ${describe(now)}`;
  }
  for (const [name, pattern] of shape ?? []) {
    if (Object.hasOwn(before, name) || matches(undefined, pattern)) continue;
    return `property ${JSON.stringify(name)} is new in the stateShape of ${kind}: it must allow undefined, which is what objects made before have, and is ${describe(after[name])}`;
  }
  return undefined;
};
