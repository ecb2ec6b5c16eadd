/**
 * One snapshot of the isolate in which the objects of several vats are known by name. What a look needs is put into an object of a
 * class of its own, whose name finds it in the snapshot, and dropped when the snapshot is taken.
 */
import type { HeapMarks } from '@cooperage/liveslots/gc/heap-marks';
import type { HeapSource } from '@cooperage/protocol/heap-look';
import type { VatId } from '@cooperage/protocol/refs';
import { HeapGraph } from './graph.ts';
import { takeSnapshot } from './snapshot.ts';

/** The objects of one vat, as nodes. */
export type MarkedVat = {
  readonly sources: readonly (HeapSource & { readonly node: number })[];
  readonly names: ReadonlyMap<string, number>;
  readonly walls: readonly number[];
};

export type MarkedHeap = {
  readonly graph: HeapGraph;
  readonly vats: ReadonlyMap<VatId, MarkedVat>;
  /** What all vats have in common. */
  readonly shared: readonly number[];
  /** The host's own way to everything. */
  readonly host: readonly number[];
  /** The marks themselves. */
  readonly marks: readonly number[];
};

/** What the compartments of all vats are given of this realm, by which the rest of it is reached. */
const listShared = (): object[] => {
  const { HandledPromise, Compartment, assert, harden } = globalThis as unknown as Readonly<Record<string, object>>;
  return [HandledPromise, Compartment, assert, harden, Object, Function, Promise].filter(thing => thing !== undefined);
};

class CooperageHeapMarks {
  readonly marked: readonly object[];
  constructor(marked: readonly object[]) {
    this.marked = marked;
  }
}

type Marked = { readonly nodes: Int32Array; readonly marks: readonly number[] };

/** The number of each marked object, in their order; marks of objects that the snapshot does not have are -1. */
const findMarked = (graph: HeapGraph, count: number): Marked => {
  const nodes = new Int32Array(count).fill(-1);
  const marks: number[] = [];
  for (let node = 0; node < graph.nodeCount; node += 1) {
    if (graph.nodeType(node) !== 'object' || graph.nodeName(node) !== CooperageHeapMarks.name) continue;
    const list = findTarget(graph, node, 'marked');
    if (list === undefined) continue;
    marks.push(node, list);
    for (let edge = graph.firstEdge(list); edge < graph.firstEdge(list + 1); edge += 1) {
      const index = graph.edgeName(edge);
      if (graph.edgeType(edge) === 'element' && typeof index === 'number') nodes[index] = graph.edgeTarget(edge);
    }
  }
  return { nodes, marks };
};

const findTarget = (graph: HeapGraph, node: number, property: string): number | undefined => {
  for (let edge = graph.firstEdge(node); edge < graph.firstEdge(node + 1); edge += 1) {
    if (graph.edgeType(edge) === 'property' && graph.edgeName(edge) === property) return graph.edgeTarget(edge);
  }
  return undefined;
};

const takeMarkedSnapshot = async (objects: readonly object[]): Promise<HeapGraph> => {
  const marks = new CooperageHeapMarks(objects);
  const snapshot = takeSnapshot();
  // The snapshot was taken by the call; until here the marks had to be there.
  if (marks.marked.length !== objects.length) throw new Error('marks were lost');
  return new HeapGraph(await snapshot);
};

export const markHeap = async (marks: ReadonlyMap<VatId, HeapMarks>): Promise<MarkedHeap> => {
  const objects: object[] = [];
  const enter = (object: object): number => objects.push(object) - 1;
  const places = [...marks].map(([vat, { sources, names, walls }]) => ({
    vat,
    sources: sources.map(({ kind, ref, object }) => ({ kind, ref, at: enter(object) })),
    names: names.map(({ ref, object }) => ({ ref, at: enter(object) })),
    walls: walls.map(enter),
  }));
  const [shared, host] = [listShared().map(enter), [globalThis, process].map(enter)];
  const graph = await takeMarkedSnapshot(objects);
  const { nodes, marks: ownNodes } = findMarked(graph, objects.length);
  const nodeAt = (at: number): number => nodes[at] ?? -1;
  const vats = places.map(({ vat, sources, names, walls }): [VatId, MarkedVat] => [
    vat,
    {
      sources: sources.map(({ kind, ref, at }) => ({ kind, ref, node: nodeAt(at) })).filter(({ node }) => node >= 0),
      names: new Map(names.map(({ ref, at }): [string, number] => [ref, nodeAt(at)]).filter(([, node]) => node >= 0)),
      walls: walls.map(nodeAt).filter(node => node >= 0),
    },
  ]);
  const isThere = (node: number): boolean => node >= 0;
  return {
    graph,
    vats: new Map(vats),
    shared: shared.map(nodeAt).filter(isThere),
    host: host.map(nodeAt).filter(isThere),
    marks: ownNodes,
  };
};
