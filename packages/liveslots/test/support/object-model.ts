/** Objects of all four sorts that hold each other, as plain data: what a vat must answer, and what counting must keep. */
import fc from 'fast-check';

export type Sort = 'virtual' | 'virtual kit' | 'durable' | 'durable kit';
export const SORTS: readonly Sort[] = ['virtual', 'virtual kit', 'durable', 'durable kit'];
export const isDurable = (sort: Sort): boolean => sort.startsWith('durable');

/** How many variables the heap has, and how many keys each map. */
export const PLACES = 4;

export type MapName = 'durable' | 'virtual';
export type Step =
  | { readonly type: 'make'; readonly sort: Sort; readonly to: number; readonly holds: number }
  | { readonly type: 'write'; readonly to: number; readonly holds: number }
  | { readonly type: 'follow'; readonly from: number; readonly to: number }
  | { readonly type: 'keep' | 'unkeep' | 'fetch'; readonly map: MapName; readonly key: number; readonly at: number }
  | { readonly type: 'forget' | 'mark' | 'export' | 'meet' | 'ask'; readonly at: number }
  | { readonly type: 'drop' | 'collect' | 'upgrade' };

const place = fc.nat(PLACES - 1);
const only = <Type extends string>(...types: Type[]) => fc.constantFrom(...types);

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: only('make'), sort: only(...SORTS), to: place, holds: place }) },
  { weight: 4, arbitrary: fc.record({ type: only('write'), to: place, holds: place }) },
  { weight: 2, arbitrary: fc.record({ type: only('follow'), from: place, to: place }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: only('keep', 'unkeep', 'fetch'),
      map: only('durable', 'virtual'),
      key: place,
      at: place,
    }),
  },
  { weight: 8, arbitrary: fc.record({ type: only('forget', 'mark', 'export', 'meet', 'ask'), at: place }) },
  { weight: 1, arbitrary: fc.record({ type: only('drop') }) },
  { weight: 3, arbitrary: fc.record({ type: only('collect') }) },
  { weight: 1, arbitrary: fc.record({ type: only('upgrade') }) },
);

/** `vref`: how the kernel knows it, while it can reach it. */
export type Node = { readonly id: number; readonly sort: Sort; held: Held; isMarked: boolean; vref: string | undefined };
/** A number is an import. */
export type Held = Node | number | undefined;

export const mayHold = (sort: Sort, held: Held): boolean => !isDurable(sort) || typeof held !== 'object' || isDurable(held.sort);

export class ObjectModel {
  heap: Held[] = [];
  readonly maps: Record<MapName, Map<number, Held>> = { durable: new Map(), virtual: new Map() };
  nodes = new Set<Node>();
  #lastId = 0;

  make(sort: Sort, held: Held): Node {
    this.#lastId += 1;
    const node: Node = { id: this.#lastId, sort, held, isMarked: false, vref: undefined };
    this.nodes.add(node);
    return node;
  }

  /** What counting keeps: whatever the heap, a map, the kernel or something that is kept itself cites. Cycles are kept. */
  listKept(): Set<Node> {
    const kept = new Set(this.nodes);
    for (;;) {
      const cited = new Set<Held>([...this.heap, ...this.maps.durable.values(), ...this.maps.virtual.values()]);
      for (const node of kept) cited.add(node.held);
      const lost = [...kept].filter(node => !cited.has(node) && node.vref === undefined);
      if (lost.length === 0) return kept;
      for (const node of lost) kept.delete(node);
    }
  }

  /** The heap ends, and all virtual data with it. */
  upgrade(): void {
    this.nodes = this.listKept();
    this.heap = [];
    this.maps.virtual.clear();
    for (const node of this.nodes) {
      if (!isDurable(node.sort)) this.nodes.delete(node);
      node.isMarked = false;
    }
  }
}
