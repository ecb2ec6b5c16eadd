/**
 * The oracle of a complete collector: what can be reached, over all vats, their heaps and their rows, and nothing else. One least
 * fixpoint over names; knows no refs, no counts, no tables, and shares no code with the product.
 *
 * A promise that waits for somebody leads across vats too, and nobody can read off a heap where. So this is asked what must be there
 * at any time, and what is there exactly when everything that can be settled is settled.
 */
import type { VatView } from './oracle.ts';
import { reachFrom, type Thing } from './script-heap.ts';
import { isPromise, nameOf } from './script-vat.ts';
import type { StoredModel } from './stored-model.ts';

/** A vat that runs: its heap, and what it has in rows. */
export type CompleteView = VatView & { readonly stored: StoredModel };
export type WorldView = readonly CompleteView[];

type Reach = { readonly view: CompleteView; readonly things: ReadonlySet<Thing> };

/** What is reached: things of the heap by vat, and names of objects anywhere. */
export type Alive = { readonly names: ReadonlySet<string>; readonly heaps: readonly Reach[] };

const isObject = ({ heap }: CompleteView, thing: Thing): boolean => !isPromise(thing) && heap.findTable(thing) === undefined;

/** Whether the vat has the object of that name itself, in its heap or in rows. Its own of an earlier heap it has not. */
const isOwn = ({ name: vat, heap, findObject, stored }: CompleteView, name: string): boolean => {
  if (name === vat || stored.slots.has(name)) return true;
  const object = findObject(name);
  return object !== undefined && heap.findFields(object) !== undefined;
};

const reachIn = (view: CompleteView, names: ReadonlySet<string>): Set<Thing> => {
  const { heap } = view;
  const called = [...names].flatMap(name => view.findObject(name) ?? []);
  return reachFrom(heap, [...heap.roots(), ...called], key => heap.findFields(key) === undefined && names.has(nameOf(key)));
};

/** What the rows of a vat lead to from what is alive. */
const reachStored = ({ stored }: CompleteView, names: Set<string>): void => {
  for (const thing of stored.baggage.values()) names.add(thing);
  for (const [holder, slots] of stored.slots) if (names.has(holder)) for (const thing of slots.values()) names.add(thing);
  for (const [holder, entries] of stored.weak) {
    if (!names.has(holder)) continue;
    for (const [key, value] of entries) if (names.has(key)) names.add(value);
  }
};

/** `pinned`: names that something outside the vats holds. */
export const findAlive = (world: WorldView, pinned: ReadonlySet<string>): Alive => {
  const names = new Set([...pinned, ...world.map(({ name }) => name)]);
  for (;;) {
    const before = names.size;
    const heaps = world.map(view => ({ view, things: reachIn(view, names) }));
    for (const { view, things } of heaps) for (const thing of things) if (isObject(view, thing)) names.add(nameOf(thing));
    for (const view of world) reachStored(view, names);
    if (names.size === before) return { names, heaps };
  }
};

/** Names that a vat has of others: those that it reaches, and those that it could tell apart. */
const listForeign = ({ view, things }: Reach, names: ReadonlySet<string>): { reached: Set<string>; recognized: Set<string> } => {
  const { heap, stored } = view;
  const reached = new Set<string>();
  const recognized = new Set<string>();
  const note = (set: Set<string>, name: string): void => {
    if (!isOwn(view, name)) set.add(name);
  };
  for (const thing of things) {
    if (isObject(view, thing)) note(reached, nameOf(thing));
    for (const key of heap.findTable(thing)?.shadow?.keys() ?? []) if (names.has(nameOf(key))) note(recognized, nameOf(key));
  }
  for (const thing of stored.baggage.values()) note(reached, thing);
  for (const [holder, slots] of stored.slots) if (names.has(holder)) for (const thing of slots.values()) note(reached, thing);
  for (const [holder, entries] of stored.weak) {
    if (!names.has(holder)) continue;
    for (const [key, value] of entries) {
      if (!names.has(key)) continue;
      note(recognized, key);
      note(reached, value);
    }
  }
  return { reached, recognized };
};

export type CompleteExpectation = {
  /** Objects, other than roots, that the kernel must know. */
  readonly known: ReadonlySet<string>;
  /** Per vat, the objects of others that it reaches or recognizes. */
  readonly imports: ReadonlyMap<string, ReadonlySet<string>>;
  /** How many promises the heaps can still reach. */
  readonly promises: number;
};

/** What is left when everything that nothing reaches is gone, and nothing is on its way. */
export const expectComplete = (world: WorldView, pinned: ReadonlySet<string>): CompleteExpectation => {
  const { names, heaps } = findAlive(world, pinned);
  const known = new Set(pinned);
  const imports = new Map<string, Set<string>>();
  for (const heap of heaps) {
    const { reached, recognized } = listForeign(heap, names);
    imports.set(heap.view.name, new Set([...reached, ...recognized]));
    for (const name of [...reached, ...recognized]) known.add(name);
  }
  for (const { name } of world) known.delete(name);
  const promises = heaps.flatMap(({ things }) => [...things].filter(isPromise)).length;
  return { known, imports, promises };
};
