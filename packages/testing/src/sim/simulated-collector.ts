/**
 * A collector for script vats that does what no real one can be made to do: at any moment any part of what is unreachable may be
 * gone, in any order, and the rest may stay; at a harvest all of it is gone. What is reachable it never takes.
 */
import type { CollectorTools } from '@cooperage/liveslots/gc/object-watch';
import type { Random } from './random.ts';
import { reachFrom, type IsNamedKey, type ScriptHeap, type Thing } from './script-heap.ts';

export type CollectorParts = {
  readonly heap: ScriptHeap;
  /** What liveslots itself holds. */
  readonly listHeld: () => readonly object[];
  readonly isNamedKey: IsNamedKey;
};

export class SimulatedCollector {
  readonly #collected = new WeakSet<object>();
  readonly #watched = new Set<object>();
  #parts: CollectorParts | undefined;

  /** What liveslots takes for the realm's own. */
  readonly tools: CollectorTools;

  constructor() {
    const collected = this.#collected;
    const watched = this.#watched;
    class SimulatedWeakRef {
      readonly #target: object;
      constructor(target: object) {
        this.#target = target;
        watched.add(target);
      }
      deref(): object | undefined {
        return collected.has(this.#target) ? undefined : this.#target;
      }
    }
    this.tools = { WeakRef: SimulatedWeakRef as unknown as CollectorTools['WeakRef'] };
  }

  attach(parts: CollectorParts): void {
    this.#parts = parts;
  }

  /** What was once watched and is not collected. */
  listRemembered(): Iterable<object> {
    return this.#watched;
  }

  isCollected(thing: object): boolean {
    return this.#collected.has(thing);
  }

  /** Everything that the vat or liveslots can still get at. */
  reach(more: readonly Thing[] = []): Set<Thing> {
    const { heap, listHeld, isNamedKey } = this.#parts as CollectorParts;
    return reachFrom(heap, [...heap.roots(), ...listHeld(), ...more], isNamedKey);
  }

  /** An organic collection: a random part of the garbage goes. What survives keeps what it refers to. */
  collectSome(random: Random): void {
    const live = this.reach();
    const garbage = [...this.#watched].filter(thing => !live.has(thing));
    if (garbage.length === 0) return;
    const survivors = this.reach(garbage.filter(() => random.chance(0.5)));
    this.#collect(garbage.filter(thing => !survivors.has(thing)));
  }

  /** A full collection: all of the garbage goes. */
  collectAll(): void {
    this.collectBut(this.reach());
  }

  /** Everything goes but these. */
  collectBut(live: ReadonlySet<object>): void {
    this.#collect([...this.#watched].filter(thing => !live.has(thing)));
  }

  #collect(things: readonly object[]): void {
    for (const thing of things) {
      this.#collected.add(thing);
      this.#watched.delete(thing);
    }
  }
}
