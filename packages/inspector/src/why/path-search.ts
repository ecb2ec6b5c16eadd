/**
 * The shortest path from a root to a node, searched backwards, level by level. The better a path proves that the node is kept the sooner
 * it is taken: one along which every holder keeps the next; one through entries of weak collections, which go with their keys; one from a
 * heap, where nothing else holds; one from a heap that may hold as well.
 */
import type { Doubt, Edge } from './edges.ts';
import { heapNode, type NodeName, parseNode } from './nodes.ts';
import type { RetentionGraph } from './retention-graph.ts';

/** From the root to the node; the holder of the first edge is a root, or a heap. */
export type Path = readonly Edge[];

export type FoundPath = {
  readonly path: Path;
  /** The greatest doubt along it. */
  readonly doubt: Doubt;
};

/** What may lie behind a heap. */
export type BehindHeaps = {
  /** From the node through heaps back to itself. */
  readonly ring: Path | undefined;
  /** From a root, through what vats export to what their heaps may hold for its sake. */
  readonly detour: Path | undefined;
  /** False: the search gave up. */
  readonly isComplete: boolean;
};

/** Edges that a search looks at before it gives up. */
const SEARCH_BUDGET = 1_000_000;
/** The same for a search through heaps, where each vat leads to all that it exports. */
const HEAP_SEARCH_BUDGET = 50_000;
/** Nodes that are asked about at once. */
const BATCH_NODES = 2_000;

type Verdict = 'follow' | 'root' | 'ring' | 'ignore';
type Search = { readonly judge: (edge: Edge) => Verdict; readonly budget: number };
type Outcome = { readonly root: Path | undefined; readonly ring: Path | undefined; readonly isComplete: boolean };

const RANK: Readonly<Record<Doubt, number>> = { none: 0, key: 1, heap: 2, perhaps: 3 };

const isFromHeap = ({ doubt }: Edge): boolean => RANK[doubt] >= RANK.heap;

export class PathSearch {
  readonly #graph: RetentionGraph;
  readonly #start: NodeName;
  #isComplete = true;

  constructor(graph: RetentionGraph, start: NodeName) {
    this.#graph = graph;
    this.#start = start;
  }

  /** False when a search gave up, so that there may be paths that it has not seen. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  findPath(): FoundPath | undefined {
    for (const most of ['none', 'key', 'heap', 'perhaps'] as const) {
      const judge = (edge: Edge): Verdict => {
        if (RANK[edge.doubt] > RANK[most]) return 'ignore';
        if (isFromHeap(edge)) return edge.doubt === most ? 'root' : 'ignore';
        return edge.from === null ? 'root' : 'follow';
      };
      const { root, isComplete } = this.#search({ judge, budget: SEARCH_BUDGET });
      if (!isComplete) this.#isComplete = false;
      if (root !== undefined) return { path: root, doubt: most };
    }
    return undefined;
  }

  findBehindHeaps(): BehindHeaps {
    const judge = ({ from }: Edge): Verdict => {
      if (from === null) return 'root';
      return from === this.#start || from === `${this.#start}!` ? 'ring' : 'follow';
    };
    const { root, ring, isComplete } = this.#search({ judge, budget: HEAP_SEARCH_BUDGET });
    return { ring, detour: root, isComplete };
  }

  #search({ judge, budget }: Search): Outcome {
    /** By which edge a node leads towards the start. */
    const onward = new Map<NodeName, Edge>();
    let ring: Path | undefined;
    let left = budget;
    for (let frontier = [this.#start]; frontier.length > 0;) {
      const next: NodeName[] = [];
      for (const batch of this.#splitLevel(frontier)) {
        const edges = this.#graph.edgesInto(batch).flat();
        for (const edge of edges) {
          const verdict = judge(edge);
          // Roots of one level are equally far, so the first will do.
          if (verdict === 'root') return { root: this.#retrace(edge, onward), ring, isComplete: true };
          if (verdict === 'ring') ring ??= this.#retrace(edge, onward);
          if (verdict !== 'follow' || edge.from === null || edge.from === this.#start || onward.has(edge.from)) continue;
          onward.set(edge.from, edge);
          next.push(edge.from);
        }
        left -= edges.length;
        if (left < 0) return { root: undefined, ring, isComplete: false };
      }
      frontier = next;
    }
    return { root: undefined, ring, isComplete: true };
  }

  /** Heaps one by one and last, for they are large; the one that may close a ring before the others. */
  #splitLevel(nodes: readonly NodeName[]): readonly (readonly NodeName[])[] {
    const start = parseNode(this.#start);
    const own = start.type === 'own' ? heapNode(start.vat) : undefined;
    const heaps = nodes.filter(node => parseNode(node).type === 'heap');
    const others = nodes.length === heaps.length ? [] : nodes.filter(node => parseNode(node).type !== 'heap');
    const batches: NodeName[][] = [];
    for (let i = 0; i < others.length; i += BATCH_NODES) batches.push(others.slice(i, i + BATCH_NODES));
    return [
      ...batches,
      ...heaps.filter(node => node === own).map(node => [node]),
      ...heaps.filter(node => node !== own).map(node => [node]),
    ];
  }

  #retrace(first: Edge, onward: ReadonlyMap<NodeName, Edge>): Path {
    const path = [first];
    for (let node = first.to; node !== this.#start;) {
      const edge = onward.get(node);
      if (edge === undefined) throw new Error(`the search lost its way at ${node}`);
      path.push(edge);
      node = edge.to;
    }
    return path;
  }
}
