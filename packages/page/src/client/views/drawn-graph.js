// @ts-check
/** What a graph shows so far: it grows by neighbours and paths, up to a size at which a picture still says something. */

/** @typedef {'strong' | 'weak' | 'queued' | 'perhaps'} EdgeStyle */
/** @typedef {{ node: string, type: string, label: string, what: string, vat: string | null }} GraphNode */
/** @typedef {{ from: string, to: string, kind: string, detail: string, style: EdgeStyle, isOnPath?: boolean }} GraphEdge */
/** @typedef {{ holders: number, held: number, moreHolders: number | null, moreHeld: number | null }} Expansion how many neighbours were read, and how many are left; null: nobody looked yet */
/** @typedef {{ nodes: ReadonlyMap<string, GraphNode>, edges: ReadonlyMap<string, GraphEdge>, expansions: ReadonlyMap<string, Expansion>, left: number }} DrawnGraph `left`: nodes for which there was no room */

export const MOST_NODES = 150;

/** @type {DrawnGraph} */
export const EMPTY = { nodes: new Map(), edges: new Map(), expansions: new Map(), left: 0 };

/** @type {Expansion} */
export const UNEXPANDED = { holders: 0, held: 0, moreHolders: null, moreHeld: null };

/** An entry of a c-list is one edge, from whichever end it was found. */
const edgeKey = (/** @type {GraphEdge} */ { from, to, kind, detail }) =>
  JSON.stringify([from, to, from.startsWith('heap ') ? 'heap' : kind, detail]);

/**
 * @param {DrawnGraph} drawn
 * @param {{ nodes: readonly GraphNode[], edges: readonly GraphEdge[] }} found
 * @returns {DrawnGraph}
 */
export const addToGraph = (drawn, { nodes, edges }) => {
  const all = new Map(drawn.nodes);
  let left = drawn.left;
  for (const node of nodes) {
    if (all.has(node.node)) continue;
    if (all.size >= MOST_NODES) left += 1;
    else all.set(node.node, node);
  }
  const known = new Map(drawn.edges);
  for (const edge of edges) {
    const key = edgeKey(edge);
    if (all.has(edge.from) && all.has(edge.to)) known.set(key, edge.isOnPath ? edge : (known.get(key) ?? edge));
  }
  return { ...drawn, nodes: all, edges: known, left };
};

/**
 * @param {DrawnGraph} drawn
 * @param {string} node
 * @param {'holders' | 'held'} direction
 * @param {{ edges: readonly GraphEdge[], more: number }} found
 * @returns {DrawnGraph}
 */
export const noteExpansion = (drawn, node, direction, { edges, more }) => {
  const before = drawn.expansions.get(node) ?? UNEXPANDED;
  const after =
    direction === 'holders'
      ? { ...before, holders: before.holders + edges.length, moreHolders: more }
      : { ...before, held: before.held + edges.length, moreHeld: more };
  return { ...drawn, expansions: new Map(drawn.expansions).set(node, after) };
};

const typeOf = (/** @type {string} */ node) => {
  if (node.startsWith('heap ')) return 'heap';
  if (node.endsWith('!')) return 'settling';
  if (/^kp/.test(node)) return 'promise';
  if (/^kd/.test(node)) return 'device';
  return / o\+[vd]/.test(node) ? 'stored' : 'object';
};

/** Who holds, in a step of a path: a root stands for itself, a message for what waits. */
const holderOf = (/** @type {any} */ { from, what, how }) => {
  const { kind, holder, detail } = how;
  if (kind.startsWith('message ')) return { node: holder, type: 'message', label: holder, what: `message ${holder}`, vat: null };
  if (from === null) {
    const label = `${kind} ${holder}${detail === '' ? '' : ` ${detail}`}`;
    return { node: `root ${label}`, type: 'root', label, what: label, vat: null };
  }
  const krefs = /^(?:k[op]\d+ ?)+/.exec(what)?.[0].trim();
  const label = from.startsWith('heap ') ? what.replace(/^the heap of /, '') : (krefs ?? from);
  return { node: from, type: typeOf(from), label, what, vat: /^(?:heap )?(v\d+)\b/.exec(from)?.[1] ?? null };
};

/** @returns {EdgeStyle} */
const styleOf = (/** @type {any} */ { how, doubt }) => {
  if (how.kind.startsWith('message ')) return 'queued';
  return doubt === 'perhaps' ? 'perhaps' : 'strong';
};

/**
 * The steps of a path as nodes and edges.
 * @param {readonly any[] | null} steps
 * @param {GraphNode} end
 */
export const pathToGraph = (steps, end) => {
  const holders = (steps ?? []).map(holderOf);
  const edges = (steps ?? []).map((step, i) => {
    const { kind, detail } = step.how;
    return { from: holders[i]?.node ?? '', to: step.to, kind, detail, style: styleOf(step), isOnPath: true };
  });
  return { nodes: [end, ...holders], edges };
};
