/**
 * Edges that lead from anything to anything, or hold nothing: weak ones, and what the engine keeps for itself beside each object, its
 * shape, its code, its realm, the stack where it was made. No object of a program is held by these alone.
 */
import type { HeapGraph } from './graph.ts';

const NAMES: ReadonlySet<string> = new Set([
  'map',
  'native_context',
  'shared',
  'feedback_cell',
  'code',
  'scope_info',
  'descriptors',
  'transition_info',
  'dependent_code',
  'initial_map',
  'script',
  'continuation_preserved_embedder_data',
  'error_stack_symbol',
  'stack_trace',
]);

const OFTEN = ['internal', 'hidden'];

const isOfEngine = (graph: HeapGraph, edge: number): boolean => {
  const name = graph.edgeName(edge);
  if (!OFTEN.includes(graph.edgeType(edge))) return name === 'error_stack_symbol';
  return NAMES.has(String(name)) || graph.nodeName(graph.edgeTarget(edge)).startsWith('system / NativeContext');
};

/** 1 at the number of each edge that is no edge of a program. */
export const findEngineEdges = (graph: HeapGraph): Uint8Array =>
  Uint8Array.from({ length: graph.edgeCount }, (_, edge) => (graph.isWeak(edge) || isOfEngine(graph, edge) ? 1 : 0));
