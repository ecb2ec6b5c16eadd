/**
 * The verdict of a simulated collector on several heaps and the kernel's suspects together: what the engine's own would find
 * (`liveslots/gc/engine-links.ts`), by walking the heaps of the script vats. All of the garbage goes, and nothing else.
 */
import type { Links } from '@cooperage/liveslots/gc/links';
import type { VatId } from '@cooperage/protocol/refs';
import { ALIVE, type DeadNodes, type SuspectWorld } from '@cooperage/protocol/suspect-world';
import type { Thing, WeakTable } from './script-heap.ts';
import { nameOf } from './script-vat.ts';
import type { Life } from './life.ts';

/** From `table` and the node `key` together. */
type Filed = { readonly table: object; readonly key: number; readonly value: object };

export type SimulatedLinksParts = {
  readonly world: SuspectWorld;
  /** The heaps that are asked. */
  readonly lives: ReadonlyMap<VatId, Life>;
  /** By which ref the vat knows the import of that name; undefined when it does not know it. */
  readonly findImport: (vat: VatId, name: string) => string | undefined;
};

/** What an object of liveslots' own leads to: who waits for a promise, the value of a filed entry. */
const insideOf = (value: object): readonly object[] => {
  const { promise, value: boxed } = value as { promise?: unknown; value?: unknown };
  return [promise, boxed].filter(inside => typeof inside === 'object' && inside !== null) as object[];
};

export class SimulatedLinks implements Links {
  readonly #parts: SimulatedLinksParts;
  readonly #leads = new Map<object, number[]>();
  readonly #holds = new Map<number, object[]>();
  readonly #filed: Filed[] = [];
  readonly #things = new Set<object>();
  readonly #nodes = new Set<number>();
  readonly #tables = new Map<WeakTable, VatId>();
  readonly #edges = new Map<number, number[]>();

  constructor(parts: SimulatedLinksParts) {
    const { world } = parts;
    this.#parts = parts;
    for (let i = 0; i < world.edges.length; i += 2) {
      const [from, to] = world.edges.subarray(i, i + 2) as unknown as [number, number];
      this.#edges.set(from, [...(this.#edges.get(from) ?? []), to]);
    }
  }

  readonly lead = (value: object, node: number): void => void this.#leads.set(value, [...(this.#leads.get(value) ?? []), node]);

  readonly hold = (node: number, value: object): void => void this.#holds.set(node, [...(this.#holds.get(node) ?? []), value]);

  readonly file = (table: object, key: number, value: object): void => void this.#filed.push({ table, key, value });

  isAlive(node: number): boolean {
    return node === ALIVE || this.#nodes.has(node);
  }

  listDead(): DeadNodes {
    return Uint8Array.from({ length: this.#parts.world.nodes }, (_, node) => (this.#nodes.has(node) ? 0 : 1));
  }

  /** Everything that nothing reaches is gone. */
  collect(): void {
    for (const { vat, liveslots } of this.#parts.lives.values()) this.#reach([...vat.heap.roots(), ...liveslots.listHeld()]);
    while (this.#reachByTwo());
    for (const { collector } of this.#parts.lives.values()) collector?.collectBut(this.#things);
  }

  #reach(things: readonly Thing[]): void {
    const agenda = [...things];
    for (let thing = agenda.pop(); thing !== undefined; thing = agenda.pop()) {
      if (this.#things.has(thing)) continue;
      this.#things.add(thing);
      for (const [id, { vat }] of this.#parts.lives) {
        agenda.push(...vat.heap.edgesOf(thing));
        const table = vat.heap.findTable(thing);
        if (table !== undefined) this.#tables.set(table, id);
      }
      agenda.push(...insideOf(thing));
      for (const node of this.#leads.get(thing) ?? []) agenda.push(...this.#reachNode(node));
    }
  }

  /** The objects that the node, and all nodes that it leads to, hold. */
  #reachNode(first: number): object[] {
    const held: object[] = [];
    const agenda = [first];
    for (let node = agenda.pop(); node !== undefined; node = agenda.pop()) {
      if (node === ALIVE || this.#nodes.has(node)) continue;
      this.#nodes.add(node);
      agenda.push(...(this.#edges.get(node) ?? []));
      held.push(...(this.#holds.get(node) ?? []));
    }
    return held;
  }

  /** What takes a table and a key. Returns whether anything was reached that was not before. */
  #reachByTwo(): boolean {
    const before = this.#things.size + this.#nodes.size;
    const { clauses } = this.#parts.world;
    for (let i = 0; i < clauses.length; i += 3) {
      const [table, key, value] = clauses.subarray(i, i + 3) as unknown as [number, number, number];
      if (this.isAlive(table) && this.isAlive(key)) this.#reach(this.#reachNode(value));
    }
    for (const { table, key, value } of this.#filed) if (this.#things.has(table) && this.isAlive(key)) this.#reach([value]);
    for (const [table, vat] of this.#tables) {
      for (const [key, value] of table.shadow ?? []) if (this.#keepsEntry(vat, table, key)) this.#reach([value]);
    }
    return this.#things.size + this.#nodes.size > before;
  }

  /** Whether a table that is reached keeps what it has under the key. What was filed with the collector it has no more. */
  #keepsEntry(vat: VatId, { map, shadow }: WeakTable, key: Thing): boolean {
    if (this.#isOwn(key)) return this.#things.has(key) && map.get(key) === shadow?.get(key);
    // What is filed by name is no ephemeron.
    if (map.get(key) === shadow?.get(key)) return true;
    // A replay takes Presences away that are still in memory, and by such a one nothing can be asked any more.
    const ref = this.#parts.findImport(vat, nameOf(key));
    return ref !== undefined && this.#parts.world.names.get(vat)?.some(name => name.ref === ref) !== true;
  }

  #isOwn(key: Thing): boolean {
    return [...this.#parts.lives.values()].some(({ vat }) => vat.heap.findFields(key) !== undefined);
  }
}
