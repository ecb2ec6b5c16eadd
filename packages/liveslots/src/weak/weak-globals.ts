/**
 * The WeakMap and WeakSet of a vat's globals.
 *
 * A Presence or a representative that dies and is made again is the same key: such keys are filed by vref, in a table that belongs to
 * the collection itself, so a collection held only by one of its own values is collectable. All other keys go to a real weak
 * collection. An entry filed by vref lasts until the import is retired, the stored object is deleted or the collection is gone. No
 * engine offers an ephemeron whose key is a name, so a value that refers strongly to its own key keeps that key until the collector of
 * cycles looks (`gc/loosening.ts`).
 *
 * The classes do not extend the intrinsic ones: a vat that could reach `WeakMap.prototype.set` of the engine could file a
 * Presence by identity, and so see it die.
 */
import { isImportVRef, type VRef } from '@cooperage/protocol/refs';
import type { Fasten, Links, LoosenEntries } from '../gc/links.ts';
import type { CollectorTools } from '../gc/object-watch.ts';
import { harden } from '../harden.ts';
import type { SlotTable } from '../slots/slot-table.ts';
import type { Recognizers } from './recognizers.ts';

export type WeakGlobals = { readonly WeakMap: WeakMapConstructor; readonly WeakSet: WeakSetConstructor };
export type WeakGlobalsParts = {
  readonly slots: SlotTable;
  readonly collector: CollectorTools;
  readonly getRecognizers: () => Recognizers;
};
export type WeakGlobalsKit = {
  readonly globals: WeakGlobals;
  readonly deleteEntry: (collection: object, vref: VRef) => void;
  readonly loosenEntries: LoosenEntries;
};

/** How a key is filed that may be made again: an object by its vref, what comes and goes with it beside that. */
type NamedKey = { readonly vref: VRef; readonly entry: string };

/** An entry that was filed with a collector: under which key's node, and its value while something keeps that. */
type FiledEntry = { readonly entry: string; readonly key: number; readonly box: WeakRef<{ readonly value: unknown }> };

const ROLES = ['promise', 'cohort'] as const;
const companionEntry = (vref: VRef, role: (typeof ROLES)[number]): string => `${vref} ${role}`;

/** Whether the object of this vref may leave memory and come back. */
const comesBack = (vref: VRef): boolean => {
  if (isImportVRef(vref)) return vref.startsWith('o');
  return vref.startsWith('o+v') || vref.startsWith('o+d');
};

/** Entries by vref, for one collection. */
class NamedTable {
  readonly entries = new Map<string, unknown>();
  readonly #parts: WeakGlobalsParts;
  #name: string | undefined;

  constructor(parts: WeakGlobalsParts) {
    this.#parts = parts;
  }

  /** How `key` is filed here; undefined for keys that are filed by identity. */
  findKey(key: unknown): NamedKey | undefined {
    if ((typeof key !== 'object' && typeof key !== 'function') || key === null) return undefined;
    const { slots } = this.#parts;
    const vref = slots.find(key);
    if (vref !== undefined && comesBack(vref)) return { vref, entry: vref };
    const companion = slots.findCompanion(key);
    return companion && { vref: companion.vref, entry: companionEntry(companion.vref, companion.role) };
  }

  set(collection: object, { vref, entry }: NamedKey, value: unknown): void {
    const recognizers = this.#parts.getRecognizers();
    this.#name ??= recognizers.enroll(collection);
    recognizers.add(this.#name, vref);
    this.entries.set(entry, value);
  }

  delete({ vref, entry }: NamedKey): boolean {
    if (!this.entries.delete(entry)) return false;
    const isRecognized = this.entries.has(vref) || ROLES.some(role => this.entries.has(companionEntry(vref, role)));
    if (this.#name !== undefined && !isRecognized) this.#parts.getRecognizers().remove(this.#name, vref);
    return true;
  }

  /** Files the values of suspect keys with the collector instead, for the time of a collection. */
  loosen(collection: object, nodeOf: (vref: VRef) => number | undefined, links: Links): readonly FiledEntry[] {
    const filed: FiledEntry[] = [];
    for (const [entry, value] of this.entries) {
      const key = nodeOf(entry.split(' ', 1)[0] as VRef);
      if (key === undefined) continue;
      const box = { value };
      links.file(collection, key, box);
      filed.push({ entry, key, box: new this.#parts.collector.WeakRef(box) });
      this.entries.set(entry, undefined);
    }
    return filed;
  }

  fasten(filed: readonly FiledEntry[], isAlive: (node: number) => boolean): void {
    for (const { entry, key, box } of filed) if (isAlive(key)) this.entries.set(entry, box.deref()?.value);
  }

  deleteAll(vref: VRef): void {
    this.entries.delete(vref);
    for (const role of ROLES) this.entries.delete(companionEntry(vref, role));
  }
}

const makeWeakMap = (parts: WeakGlobalsParts, tables: WeakMap<object, NamedTable>) =>
  class WeakMap {
    readonly #others = new globalThis.WeakMap<WeakKey, unknown>();
    readonly #named = new NamedTable(parts);

    constructor(entries?: Iterable<readonly [WeakKey, unknown]> | null) {
      tables.set(this, this.#named);
      if (entries === undefined || entries === null) return;
      const adder = this.set as unknown;
      if (typeof adder !== 'function') throw new TypeError("'set' is not a function");
      for (const entry of entries) {
        if (Object(entry) !== entry) throw new TypeError('an iterator value is not an entry object');
        Reflect.apply(adder, this, [entry[0], entry[1]]);
      }
    }

    get(key: WeakKey): unknown {
      const filed = this.#named.findKey(key);
      return filed === undefined ? this.#others.get(key) : this.#named.entries.get(filed.entry);
    }

    has(key: WeakKey): boolean {
      const filed = this.#named.findKey(key);
      return filed === undefined ? this.#others.has(key) : this.#named.entries.has(filed.entry);
    }

    set(key: WeakKey, value: unknown): this {
      const filed = this.#named.findKey(key);
      if (filed === undefined) this.#others.set(key, value);
      else this.#named.set(this, filed, value);
      return this;
    }

    delete(key: WeakKey): boolean {
      const filed = this.#named.findKey(key);
      return filed === undefined ? this.#others.delete(key) : this.#named.delete(filed);
    }
  };

const makeWeakSet = (parts: WeakGlobalsParts, tables: WeakMap<object, NamedTable>) =>
  class WeakSet {
    readonly #others = new globalThis.WeakSet<WeakKey>();
    readonly #named = new NamedTable(parts);

    constructor(values?: Iterable<WeakKey> | null) {
      tables.set(this, this.#named);
      if (values === undefined || values === null) return;
      const adder = this.add as unknown;
      if (typeof adder !== 'function') throw new TypeError("'add' is not a function");
      for (const value of values) Reflect.apply(adder, this, [value]);
    }

    has(value: WeakKey): boolean {
      const filed = this.#named.findKey(value);
      return filed === undefined ? this.#others.has(value) : this.#named.entries.has(filed.entry);
    }

    add(value: WeakKey): this {
      const filed = this.#named.findKey(value);
      if (filed === undefined) this.#others.add(value);
      else this.#named.set(this, filed, undefined);
      return this;
    }

    delete(value: WeakKey): boolean {
      const filed = this.#named.findKey(value);
      return filed === undefined ? this.#others.delete(value) : this.#named.delete(filed);
    }
  };

const dressUp = (constructor: { readonly prototype: object; readonly name: string }): void => {
  Object.defineProperty(constructor, 'length', { value: 0 });
  Object.defineProperty(constructor.prototype, Symbol.toStringTag, { value: constructor.name });
  harden(constructor);
};

/** The collection, with what it has under keys that are alive, may be garbage itself: nothing of ours holds it meanwhile. */
const fastenLater =
  (left: WeakRef<object>, filed: readonly FiledEntry[], tables: WeakMap<object, NamedTable>): Fasten =>
  isAlive => {
    const collection = left.deref();
    if (collection !== undefined) tables.get(collection)?.fasten(filed, isAlive);
  };

export const makeWeakGlobals = (parts: WeakGlobalsParts): WeakGlobalsKit => {
  const tables = new WeakMap<object, NamedTable>();
  const VatWeakMap = makeWeakMap(parts, tables);
  const VatWeakSet = makeWeakSet(parts, tables);
  dressUp(VatWeakMap);
  dressUp(VatWeakSet);
  return {
    globals: { WeakMap: VatWeakMap, WeakSet: VatWeakSet } as unknown as WeakGlobals,
    deleteEntry: (collection, vref) => tables.get(collection)?.deleteAll(vref),
    loosenEntries: (collection, nodeOf, links) => {
      const filed = tables.get(collection)?.loosen(collection, nodeOf, links) ?? [];
      return filed.length === 0 ? undefined : fastenLater(new parts.collector.WeakRef(collection), filed, tables);
    },
  };
};
