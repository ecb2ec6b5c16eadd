/** What is reached from some nodes of a heap, entries of WeakMaps included: such an edge holds once its table and its key are reached. */
import type { HeapGraph } from './graph.ts';

export type Bounds = {
  /** 1 at the number of each node that nothing reaches. */
  readonly walls: Uint8Array;
  /** 1 at the number of each edge that is not followed. */
  readonly cuts: Uint8Array;
  /** Whether a table of weak entries counts as reached without being so. */
  readonly isAlways?: (table: number) => boolean;
};

/** 1 at the number of each node that is reached. */
export const reach = (graph: HeapGraph, from: Iterable<number>, bounds: Bounds): Uint8Array => {
  const { walls, cuts, isAlways = () => false } = bounds;
  const reached = new Uint8Array(graph.nodeCount);
  const stack: number[] = [];
  const visit = (node: number): void => {
    if (reached[node] === 1 || walls[node] === 1) return;
    reached[node] = 1;
    stack.push(node);
  };
  for (const node of from) visit(node);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const end = graph.firstEdge(node + 1);
    for (let edge = graph.firstEdge(node); edge < end; edge += 1) if (cuts[edge] === 0) visit(graph.edgeTarget(edge));
    for (const { table, key, value } of graph.ephemeronsOf(node)) {
      if (reached[key] === 1 && (reached[table] === 1 || isAlways(table))) visit(value);
    }
  }
  return reached;
};
