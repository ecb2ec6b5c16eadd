/**
 * The kinds of stored objects that this incarnation knows, by number, and their representatives: the objects in memory that stand for
 * them, at most one each at a time (for a kit: one cohort).
 *
 * A representative is made without looking at any row, so nothing tells whether it was made anew. That it is in memory is a pillar,
 * from the moment it is made until a BOYD's list names it, whatever the collector has done meanwhile.
 */
import { parseVRef, type ParsedVRef, type VRef } from '@cooperage/protocol/refs';
import type { ObjectWatch } from '../gc/object-watch.ts';
import type { Budget } from '../gc/budget.ts';
import type { SlotTable } from '../slots/slot-table.ts';

/** Numbers of the kinds that every vat has. The virtual collections get numbers of each incarnation's own. */
export const BUILT_IN_KIND = { handle: 1, map: 2, weakMap: 3, set: 4, weakSet: 5 } as const;

/** The durable map that every vat has from the start and keeps. */
export const BAGGAGE = `o+d${BUILT_IN_KIND.map}/1` as VRef;

export type StoredKind = {
  readonly tag: string;
  /** The object in memory for `baseRef`, made without reading rows: a representative, or a cohort with its facets in order. */
  readonly reanimate: (baseRef: VRef) => Incarnated;
  /** Names of the facets in order of their numbers; undefined for objects without facets. */
  readonly facets: readonly string[] | undefined;
  /** Deletes what is stored of an unreachable object, as far as the budget goes; true when nothing is left. */
  readonly deleteSome: (baseRef: VRef, budget: Budget) => boolean;
};

/** What is watched, and what the vrefs name: the thing itself, or its facets. */
export type Incarnated = { readonly watched: object; readonly facets: readonly object[] };

const facetRef = (baseRef: VRef, facet: number): VRef => `${baseRef}:${facet}` as VRef;

export class Kinds {
  readonly #kinds = new Map<number, StoredKind>();
  readonly #facets = new WeakMap<object, readonly object[]>();
  readonly #slots: SlotTable;
  readonly #watch: ObjectWatch;

  constructor(slots: SlotTable, watch: ObjectWatch) {
    this.#slots = slots;
    this.#watch = watch;
  }

  /** From now on this incarnation can make the kind's objects. */
  register(kind: number, definition: StoredKind): void {
    if (this.#kinds.has(kind)) throw new Error(`kind ${kind} is defined twice`);
    this.#kinds.set(kind, definition);
  }

  find(kind: number): StoredKind | undefined {
    return this.#kinds.get(kind);
  }

  list(): readonly (readonly [number, StoredKind])[] {
    return [...this.#kinds];
  }

  /** The object in memory for a virtual or durable vref: what is there, or made now. Throws for kinds that are not defined. */
  provide(vref: VRef): object {
    const parsed = parseVRef(vref);
    if (parsed === undefined || parsed.durability === 'ephemeral') throw new Error(`${vref} is no virtual or durable object`);
    const watched = this.#watch.find(parsed.baseRef) ?? this.#reanimate(parsed);
    return this.#pickFacet(watched, parsed, vref);
  }

  /** Enters a new object: what `reanimate` would make of it. */
  enter(baseRef: VRef, made: Incarnated, isFaceted: boolean): void {
    const { watched, facets } = made;
    if (isFaceted) {
      facets.forEach((facet, i) => this.#slots.set(facet, facetRef(baseRef, i)));
      this.#slots.setCompanion(watched, { vref: baseRef, role: 'cohort' });
    } else this.#slots.set(watched, baseRef);
    this.#facets.set(watched, facets);
    this.#watch.watch(baseRef, watched);
  }

  #reanimate({ id, baseRef }: ParsedVRef): object {
    const kind = this.#kinds.get(id);
    if (kind === undefined) {
      throw new Error(`failed to reanimate ${baseRef}: its kind is not defined, or not yet, in this incarnation`);
    }
    const made = kind.reanimate(baseRef);
    this.enter(baseRef, made, kind.facets !== undefined);
    return made.watched;
  }

  #pickFacet(watched: object, { id, facet }: ParsedVRef, vref: VRef): object {
    const isFaceted = this.#kinds.get(id)?.facets !== undefined;
    const found = isFaceted ? this.#facets.get(watched)?.[facet ?? -1] : facet === undefined ? watched : undefined;
    if (found === undefined) throw new Error(`failed to reanimate ${vref}: its kind has no such facet`);
    return found;
  }
}
