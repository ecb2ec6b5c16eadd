/**
 * Paths through the memory of one vat: from what its memory hangs from to what it has under a name. They go along the vat's own objects:
 * neither through the tables of liveslots, nor through what the engine keeps beside each object (its shape, its code, its realm), which
 * lead from anything to anything.
 */
import type { HeapLook, HeapPath, HeapSource } from '@cooperage/protocol/heap-look';
import type { VatId } from '@cooperage/protocol/refs';
import { findEngineEdges } from './engine-edges.ts';
import type { HeapGraph } from './graph.ts';
import type { MarkedHeap } from './marked-heap.ts';
import { reach } from './reach.ts';
import { describeNode, describeSteps, type RawStep } from './step-names.ts';

/** A step backwards; its edge as in `RawStep`. */
type Back = { readonly from: number; readonly edge: number; readonly key: number | undefined };

type Backs = ReadonlyMap<number, readonly Back[]>;
type Search = {
  readonly target: number;
  /** By which edge, and to what, each node leads towards the target. */
  readonly onward: ReadonlyMap<number, { readonly back: Back; readonly to: number }>;
  readonly backs: Backs;
};

/** What all paths through one snapshot have in common. */
type Ground = { readonly heap: MarkedHeap; readonly cuts: Uint8Array; readonly shared: Uint8Array };

/** All that vats have in common is no vat's own, and leads to no vat's own but by weak tables, as those of promises. */
const surveyGround = (heap: MarkedHeap): Ground => {
  const { graph, vats, shared, host } = heap;
  const cuts = findEngineEdges(graph);
  const walls = new Uint8Array(graph.nodeCount);
  for (const { sources, names, walls: tables } of vats.values()) {
    for (const node of [...sources.map(source => source.node), ...names.values(), ...tables]) walls[node] = 1;
  }
  for (const node of host) walls[node] = 1;
  return { heap, cuts, shared: reach(graph, shared, { walls, cuts }) };
};

class VatPaths {
  readonly #ground: Ground;
  readonly #graph: HeapGraph;
  readonly #sources = new Map<number, HeapSource>();
  readonly #names: ReadonlyMap<string, number>;
  readonly #walls: Uint8Array;

  constructor(ground: Ground, vat: VatId) {
    const { graph, vats, host } = ground.heap;
    const marked = vats.get(vat);
    if (marked === undefined) throw new Error(`the memory of ${vat} is not in the snapshot`);
    this.#ground = ground;
    this.#graph = graph;
    this.#names = marked.names;
    this.#walls = Uint8Array.from(ground.shared);
    for (const [other, { walls, names }] of vats) {
      for (const node of walls) this.#walls[node] = 1;
      if (other !== vat) for (const node of names.values()) this.#walls[node] = 1;
    }
    for (const node of host) this.#walls[node] = 1;
    for (const { kind, ref, node } of marked.sources) this.#sources.set(node, { kind, ref });
    for (const node of this.#sources.keys()) this.#walls[node] = 0;
  }

  /** Searched backwards, level by level; beyond a source nothing is asked. */
  find(ref: string): readonly HeapPath[] {
    const target = this.#names.get(ref);
    if (target === undefined) return [];
    const backs = this.#drawBackwards(target);
    const onward = new Map<number, { readonly back: Back; readonly to: number }>();
    const search: Search = { target, onward, backs };
    const paths: HeapPath[] = [];
    for (let frontier = [target]; frontier.length > 0;) {
      const next: number[] = [];
      for (const node of frontier) {
        const source = node === target ? undefined : this.#sources.get(node);
        if (source !== undefined) paths.push(this.#tell(node, source, search));
        else {
          for (const back of backs.get(node) ?? []) {
            if (back.from === target || onward.has(back.from)) continue;
            onward.set(back.from, { back, to: node });
            next.push(back.from);
          }
        }
      }
      frontier = next;
    }
    return paths;
  }

  /** The edges that lead to each node, of those that the vat reaches without passing the target. */
  #drawBackwards(target: number): Backs {
    const graph = this.#graph;
    const { cuts, shared } = this.#ground;
    const walls = Uint8Array.from(this.#walls);
    walls[target] = 1;
    const isAlways = (table: number): boolean => shared[table] === 1;
    const reached = reach(graph, this.#sources.keys(), { walls, cuts, isAlways });
    const backs = new Map<number, Back[]>();
    const lead = (to: number, back: Back): void => {
      const list = backs.get(to);
      if (list === undefined) backs.set(to, [back]);
      else list.push(back);
    };
    for (let node = 0; node < graph.nodeCount; node += 1) {
      if (reached[node] !== 1) continue;
      for (let edge = graph.firstEdge(node); edge < graph.firstEdge(node + 1); edge += 1) {
        const to = graph.edgeTarget(edge);
        if (cuts[edge] === 0 && (reached[to] === 1 || to === target)) lead(to, { from: node, edge, key: undefined });
      }
      for (const { table, key, value } of graph.ephemeronsOf(node)) {
        if (table === node && reached[key] === 1) lead(value, { from: node, edge: -1, key });
        if (key === node && isAlways(table)) lead(value, { from: node, edge: -2, key: undefined });
      }
    }
    return backs;
  }

  #tell(start: number, source: HeapSource, { target, onward, backs }: Search): HeapPath {
    const raw: RawStep[] = [];
    for (let node = start; node !== target;) {
      const step = onward.get(node);
      if (step === undefined) throw new Error('a path through a heap has lost its way');
      const { edge, key } = step.back;
      raw.push({ from: node, edge, key, keyFrom: undefined, to: step.to });
      node = step.to;
    }
    const graph = this.#graph;
    const describe = () => {
      const steps = raw.map(step => (step.key === undefined ? step : { ...step, keyFrom: this.#findHolder(step.key, backs) }));
      return { from: describeNode(graph, start), steps: describeSteps(graph, steps) };
    };
    return { source, needsKey: raw.some(({ key }) => key !== undefined), describe };
  }

  /** The nearest source that leads to a node. */
  #findHolder(node: number, backs: Backs): string | undefined {
    const seen = new Set([node]);
    // A set goes on with what is added to it meanwhile.
    for (const next of seen) {
      const source = this.#sources.get(next);
      if (source !== undefined) return `${source.kind} ${source.ref}`;
      for (const { from } of backs.get(next) ?? []) seen.add(from);
    }
    return undefined;
  }
}

export const makePathFinder = (heap: MarkedHeap): HeapLook['findPaths'] => {
  const ground = surveyGround(heap);
  const paths = new Map<VatId, VatPaths>();
  const provide = (vat: VatId): VatPaths => {
    const known = paths.get(vat) ?? new VatPaths(ground, vat);
    paths.set(vat, known);
    return known;
  };
  return (vat, ref) => (heap.vats.has(vat) ? provide(vat).find(ref) : undefined);
};
