/**
 * Which weak collections of the heap recognize what: for every import and every stored object that is a key, the names of those
 * collections.
 *
 * A collection gets its name `w<N>` when it first holds such a key; that is the vat's doing and so is the number. Here
 * stand names and vrefs only. The entries belong to the collection, which is watched, not held: its death is reported under its
 * name and takes effect in a BOYD.
 */
import { isImportVRef, type VRef } from '@cooperage/protocol/refs';
import type { Fasten, Links, LoosenEntries } from '../gc/links.ts';
import type { ObjectWatch } from '../gc/object-watch.ts';
import type { Suspects } from '../gc/suspects.ts';
import type { Counters } from '../slots/counters.ts';

export type RecognizersParts = {
  readonly counters: Counters;
  readonly watch: ObjectWatch;
  readonly suspects: Suspects;
  /** Removes the entries for an object from a collection. */
  readonly deleteEntry: (collection: object, vref: VRef) => void;
  readonly loosenEntries: LoosenEntries;
};

export class Recognizers {
  readonly #byName = new Map<string, Set<VRef>>();
  readonly #byKey = new Map<VRef, Set<string>>();
  readonly #parts: RecognizersParts;

  constructor(parts: RecognizersParts) {
    this.#parts = parts;
  }

  /** A collection is about to hold its first key that has a name. */
  enroll(collection: object): string {
    const name = this.#parts.counters.nextWeakCollection();
    this.#byName.set(name, new Set());
    this.#parts.watch.watch(name, collection);
    return name;
  }

  add(name: string, vref: VRef): void {
    this.#byName.get(name)?.add(vref);
    const names = this.#byKey.get(vref);
    if (names === undefined) this.#byKey.set(vref, new Set([name]));
    else names.add(name);
  }

  remove(name: string, vref: VRef): void {
    if (isImportVRef(vref)) this.#parts.suspects.add(vref, 'recognizable');
    this.#byName.get(name)?.delete(vref);
    const names = this.#byKey.get(vref);
    names?.delete(name);
    if (names?.size === 0) this.#byKey.delete(vref);
  }

  recognizes(vref: VRef): boolean {
    return this.#byKey.has(vref);
  }

  /** A collection is gone: what did it recognize? Unknown names give none. */
  dismiss(name: string): readonly VRef[] {
    const vrefs = [...(this.#byName.get(name) ?? [])];
    for (const vref of vrefs) this.remove(name, vref);
    this.#byName.delete(name);
    this.#parts.watch.forget(name);
    return vrefs;
  }

  /** An object is no more: its entries go from every collection. */
  endRecognition(vref: VRef): void {
    for (const name of [...(this.#byKey.get(vref) ?? [])]) {
      const collection = this.#parts.watch.find(name);
      if (collection !== undefined) this.#parts.deleteEntry(collection, vref);
      this.remove(name, vref);
    }
  }

  /** Lets the collector see the values of suspect keys as what they are: kept by table and key together. */
  loosenEntries(nodeOf: (vref: VRef) => number | undefined, links: Links): Fasten {
    const fastenings: Fasten[] = [];
    for (const name of this.#byName.keys()) {
      const collection = this.#parts.watch.find(name);
      const fasten = collection && this.#parts.loosenEntries(collection, nodeOf, links);
      if (fasten !== undefined) fastenings.push(fasten);
    }
    return isAlive => {
      for (const fasten of fastenings) fasten(isAlive);
    };
  }

  /** Entries of both tables. */
  get size(): number {
    return this.#byName.size + this.#byKey.size;
  }
}
