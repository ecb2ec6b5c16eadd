/**
 * The heap of one script vat, as it really is: the interpreter keeps everything that it holds in these fields and nowhere else, so
 * walking them says what is reachable. The edges are ordinary JavaScript references, so the engine's own collector sees the same.
 */

/** What a slot can hold: an object of this vat, a Presence, a promise or a weak map. */
export type Thing = object;
/** The slots of an object, in its heap or in rows. */
export type Slots = {
  readonly get: (slot: string) => Thing | undefined;
  /** Does nothing where the slot may not hold the thing. */
  readonly set: (slot: string, thing: Thing) => void;
  readonly delete: (slot: string) => void;
  readonly values: () => Iterable<Thing>;
  /** What a closure over these slots keeps in memory. */
  readonly keepers: () => readonly Thing[];
  /** Rows hold objects, and no promises or weak maps of the heap. */
  readonly inRows: boolean;
};

export class HeapSlots implements Slots {
  readonly inRows = false;
  readonly #things = new Map<string, Thing>();

  get(slot: string): Thing | undefined {
    return this.#things.get(slot);
  }

  set(slot: string, thing: Thing): void {
    this.#things.set(slot, thing);
  }

  delete(slot: string): void {
    this.#things.delete(slot);
  }

  values(): Iterable<Thing> {
    return this.#things.values();
  }

  keepers(): readonly Thing[] {
    return [...this.#things.values()];
  }
}
export type PendingPromise = {
  readonly promise: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
};

/** A weak map, and for the walk what was put into it; `shadow` is left out where the engine's collector must decide. */
export type WeakTable = {
  readonly name: string;
  readonly map: WeakMap<object, Thing>;
  readonly shadow: Map<object, Thing> | undefined;
};

export class ScriptHeap {
  readonly rootFields = new HeapSlots();
  #root: Thing | undefined;
  /** Promises that this vat has yet to settle. */
  readonly pending = new Map<string, PendingPromise>();
  /** Ephemerons all: knowing something about a thing does not keep it. */
  readonly #fields = new WeakMap<Thing, HeapSlots>();
  readonly #settled = new WeakMap<Thing, unknown>();
  readonly #tables = new WeakMap<Thing, WeakTable>();
  readonly #held = new WeakMap<Thing, Thing[]>();
  readonly #kept = new WeakMap<Thing, Map<string, PendingPromise>>();

  addObject(object: Thing): void {
    this.#fields.set(object, new HeapSlots());
  }

  /** The vat's root is an object like any other, but that it is always there: it is where the walk begins. */
  addRoot(root: Thing): void {
    this.#root = root;
    this.#fields.set(root, this.rootFields);
  }

  /** The slots of an object of this vat; undefined for everything else. */
  findFields(thing: Thing): HeapSlots | undefined {
    return this.#fields.get(thing);
  }

  addTable(table: WeakTable): void {
    this.#tables.set(table.map, table);
  }

  findTable(thing: Thing): WeakTable | undefined {
    return this.#tables.get(thing);
  }

  /** From now on the walk knows what the promise leads to, and the promises in there. Idempotent. */
  follow(promise: Promise<unknown>): void {
    if (this.#settled.has(promise)) return;
    this.#settled.set(promise, undefined);
    const remember = (value: unknown): void => {
      this.#settled.set(promise, value);
      for (const thing of this.thingsIn(value)) if (thing instanceof Promise) this.follow(thing);
    };
    promise.then(remember, remember);
  }

  /** Messages that wait for the promise hold these; until it settles. */
  hold(promise: Promise<unknown>, things: readonly Thing[]): void {
    this.#held.set(promise, [...(this.#held.get(promise) ?? []), ...things]);
    const letGo = (): void => void this.#held.delete(promise);
    promise.then(letGo, letGo);
  }

  /** The things that a value is or contains. */
  *thingsIn(value: unknown): Iterable<Thing> {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const item of value) yield* this.thingsIn(item);
    } else if ('wrapped' in value) yield* this.thingsIn((value as { wrapped: unknown }).wrapped);
    // Reasons for rejections are errors, or records that say why.
    else if (Symbol.toStringTag in value && !(value instanceof Error)) yield value;
  }

  /** Promises that nobody but this object of the heap can settle, by their names. */
  keptBy(keeper: Thing): Map<string, PendingPromise> {
    let kept = this.#kept.get(keeper);
    if (kept === undefined) this.#kept.set(keeper, (kept = new Map()));
    return kept;
  }

  /** Strong edges of a thing, weak tables left aside. */
  *edgesOf(thing: Thing): Iterable<Thing> {
    for (const { promise } of this.#kept.get(thing)?.values() ?? []) yield promise;
    yield* this.#fields.get(thing)?.values() ?? [];
    yield* this.thingsIn(this.#settled.get(thing));
    yield* this.#held.get(thing) ?? [];
  }

  /** What the vat's own code can reach by itself. */
  *roots(): Iterable<Thing> {
    if (this.#root !== undefined) yield this.#root;
    yield* this.rootFields.values();
    for (const { promise } of this.pending.values()) yield promise;
  }
}

/** Whether a weak map files the key by what it names rather than by identity, so that its value outlives the Presence. */
export type IsNamedKey = (key: Thing) => boolean;

/** Everything that can be reached from `roots`: strong edges, and ephemerons whose map and key are both reached. */
export const reachFrom = (heap: ScriptHeap, roots: Iterable<Thing>, isNamedKey: IsNamedKey): Set<Thing> => {
  const reached = new Set<Thing>();
  const tables = new Set<WeakTable>();
  const agenda = [...roots];
  const visit = (): void => {
    for (let thing = agenda.pop(); thing !== undefined; thing = agenda.pop()) {
      if (reached.has(thing)) continue;
      reached.add(thing);
      agenda.push(...heap.edgesOf(thing));
      const table = heap.findTable(thing);
      if (table !== undefined) tables.add(table);
    }
  };
  visit();
  for (let grew = true; grew;) {
    grew = false;
    for (const { shadow } of tables) {
      for (const [key, value] of shadow ?? []) {
        if (reached.has(value) || !(reached.has(key) || isNamedKey(key))) continue;
        agenda.push(value);
        grew = true;
      }
    }
    visit();
  }
  return reached;
};
