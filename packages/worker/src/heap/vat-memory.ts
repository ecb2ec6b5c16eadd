/**
 * Which part of the isolate's memory is which vat's: what would be gone with that vat and nothing else. What several vats lead to, or the
 * host, belongs to none.
 */
import type { HeapSize } from '@cooperage/protocol/heap-look';
import type { VatId } from '@cooperage/protocol/refs';
import type { HeapGraph } from './graph.ts';
import type { MarkedHeap, MarkedVat } from './marked-heap.ts';
import { reach } from './reach.ts';
import { describeNode } from './step-names.ts';

const KINDS_TOLD = 20;

/** Held by the look itself: what it has on the stack, and WeakRefs that it read, whose targets live until the turn ends. */
const isOfLook = (graph: HeapGraph, from: number, edge: number): boolean =>
  graph.nodeName(from) === '(Stack roots)' || graph.edgeName(edge) === 'weak_refs_keep_during_job';

/** 1 at the number of each edge that holds nothing, or not for long. */
const findCuts = (graph: HeapGraph): Uint8Array => {
  const cuts = new Uint8Array(graph.edgeCount);
  for (let node = 0; node < graph.nodeCount; node += 1) {
    for (let edge = graph.firstEdge(node); edge < graph.firstEdge(node + 1); edge += 1) {
      if (graph.isWeak(edge) || isOfLook(graph, node, edge)) cuts[edge] = 1;
    }
  }
  return cuts;
};

/** By which a vat's memory hangs from the rest: its worker, and the tables of its liveslots. */
const entrancesOf = ({ walls, sources }: MarkedVat): readonly number[] => [...walls, ...sources.map(({ node }) => node)];

export class VatMemory {
  readonly graph: HeapGraph;
  readonly #heap: MarkedHeap;
  /** The number of the vat that alone leads there, in the order of `vats`, and 1 more; 0: nobody's. */
  readonly #owners: Uint32Array;
  readonly #vats: readonly VatId[];

  constructor(heap: MarkedHeap) {
    const { graph, vats, marks } = heap;
    this.graph = graph;
    this.#heap = heap;
    this.#vats = [...vats.keys()];
    const cuts = findCuts(graph);
    const walls = new Uint8Array(graph.nodeCount);
    for (const node of marks) walls[node] = 1;
    for (const vat of vats.values()) for (const node of entrancesOf(vat)) walls[node] = 1;
    const common = reach(graph, [0], { walls, cuts });
    this.#owners = new Uint32Array(graph.nodeCount);
    const others = Uint8Array.from(common);
    for (const node of marks) others[node] = 1;
    const isAlways = (table: number): boolean => common[table] === 1;
    const several = new Uint8Array(graph.nodeCount);
    [...vats.values()].forEach((vat, i) => {
      const reached = reach(graph, entrancesOf(vat), { walls: others, cuts, isAlways });
      for (let node = 0; node < graph.nodeCount; node += 1) {
        if (reached[node] !== 1) continue;
        if (this.#owners[node] !== 0) several[node] = 1;
        this.#owners[node] = i + 1;
      }
    });
    for (let node = 0; node < graph.nodeCount; node += 1) if (several[node] === 1) this.#owners[node] = 0;
  }

  /** What the vat alone keeps; undefined for vats that the snapshot does not have. */
  list(vat: VatId): readonly number[] | undefined {
    const number = this.#vats.indexOf(vat) + 1;
    if (number === 0) return undefined;
    const nodes: number[] = [];
    this.#owners.forEach((owner, node) => void (owner === number && nodes.push(node)));
    return nodes;
  }

  /** Where the vat's memory begins. */
  listEntrances(vat: VatId): readonly number[] {
    const marked = this.#heap.vats.get(vat);
    return marked === undefined ? [] : entrancesOf(marked);
  }

  measure(vat: VatId): HeapSize | undefined {
    const nodes = this.list(vat);
    if (nodes === undefined) return undefined;
    const kinds = new Map<string, { objects: number; bytes: number }>();
    let total = 0;
    for (const node of nodes) {
      const bytes = this.graph.selfSize(node);
      total += bytes;
      const kind = kindOf(this.graph, node);
      const sums = kinds.get(kind) ?? { objects: 0, bytes: 0 };
      kinds.set(kind, sums);
      sums.objects += 1;
      sums.bytes += bytes;
    }
    const largest = [...kinds]
      .map(([kind, sums]) => ({ kind, ...sums }))
      .sort((a, b) => b.bytes - a.bytes || (a.kind < b.kind ? -1 : 1))
      .slice(0, KINDS_TOLD);
    return { bytes: total, objects: nodes.length, largest };
  }
}

/** Strings by no content, functions by no name. */
const kindOf = (graph: HeapGraph, node: number): string => {
  const type = graph.nodeType(node);
  return type === 'object' || type === 'hidden' ? describeNode(graph, node) : type;
};
