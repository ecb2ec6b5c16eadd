// @ts-check
/** The graph as a picture: holders stand left of what they hold. */
import { graphlib, layout } from '@dagrejs/dagre';
import { useMemo } from 'preact/hooks';
import { html } from '../markup.js';
import { hueOf } from '../refs.js';
import { UNEXPANDED } from './drawn-graph.js';

/** @typedef {import('./drawn-graph.js').DrawnGraph} DrawnGraph */

const LABEL_LENGTH = 26;
const CHARACTER = 7.3;
const HEIGHT = 40;
const MOST_LABELS = 60;

const cut = (/** @type {string} */ text, length = LABEL_LENGTH) =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;

const KINDS = /** @type {Record<string, string>} */ ({
  object: 'object',
  stored: 'stored object',
  promise: 'promise',
  device: 'device node',
  heap: 'heap',
  settling: 'settling',
  message: 'message',
  root: 'root',
});

const underline = (/** @type {import('./drawn-graph.js').GraphNode} */ { type, vat, what }) => {
  const kind = KINDS[type] ?? type;
  if (type === 'stored') return cut(/kind ("[^"]*")/.exec(what)?.[1] ?? kind);
  return vat === null || type === 'heap' ? kind : cut(/\((.*)\)$/.test(what) ? `${kind} of ${vat}` : kind);
};

/** @param {DrawnGraph} drawn */
const place = ({ nodes, edges }) => {
  const graph = new graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: 46, edgesep: 8, marginx: 12, marginy: 12 });
  for (const { node, label } of nodes.values()) {
    graph.setNode(node, { width: Math.max(96, cut(label).length * CHARACTER + 44), height: HEIGHT });
  }
  for (const [key, edge] of edges) {
    const text = edges.size > MOST_LABELS ? '' : cut(edge.detail || edge.kind, 18);
    graph.setEdge(edge.from, edge.to, { width: text.length * 6, height: text === '' ? 0 : 12, labelpos: 'c', text }, key);
  }
  layout(graph);
  return graph;
};

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */
/** @typedef {{ x: number, y: number }} Point */

/** From the right side of one node to the left side of the other, level at both ends; a way back goes as it was laid. */
const lineBetween = (/** @type {Box} */ from, /** @type {Box} */ to, /** @type {readonly Point[]} */ laid) => {
  const isForward = from.x + from.width / 2 < to.x - to.width / 2;
  const inner = laid.slice(1, -1);
  const ends = { start: { x: from.x + from.width / 2, y: from.y }, end: { x: to.x - to.width / 2, y: to.y } };
  const points = isForward ? [ends.start, ...inner, ends.end] : laid;
  return points
    .map(({ x, y }, i) => {
      const before = points[i - 1];
      if (before === undefined) return `M${x.toFixed(1)} ${y.toFixed(1)}`;
      const middle = ((before.x + x) / 2).toFixed(1);
      return `C${middle} ${before.y.toFixed(1)} ${middle} ${y.toFixed(1)} ${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
};

const STYLES = /** @type {const} */ (['strong', 'weak', 'queued', 'perhaps']);

/** Heads of arrows: a different one for each style, because colour and dashes may not be seen. */
export const ArrowHeads = () =>
  html`<defs>
    ${STYLES.map(
      style =>
        html`<marker
          key=${style}
          id=${`head-${style}`}
          class=${`head ${style}`}
          viewBox="0 0 12 12"
          refX="11"
          refY="6"
          markerUnits="userSpaceOnUse"
          markerWidth="11"
          markerHeight="11"
          orient="auto-start-reverse"
        >
          ${
            style === 'strong'
              ? html`<path d="M1 1L11 6L1 11z" />`
              : style === 'queued'
                ? html`<path d="M1 6L6 1L11 6L6 11z" />`
                : html`<path class="open" d="M1 1L11 6L1 11" />`
          }
        </marker>`,
    )}
  </defs>`;

const Edge = (
  /** @type {{ edge: import('./drawn-graph.js').GraphEdge, placed: any, from: Box, to: Box }} */ { edge, placed, from, to },
) => {
  const { style, kind, detail, isOnPath = false } = edge;
  return html`<g class=${`edge ${style} ${isOnPath ? 'on-path' : ''}`}>
    <path d=${lineBetween(from, to, placed.points)} marker-end=${`url(#head-${style})`} />
    ${placed.text ? html`<text x=${placed.x} y=${placed.y + 4} text-anchor="middle">${placed.text}</text>` : ''}
    <title>${`${edge.from} holds ${edge.to}: ${kind} ${detail} (${style})`}</title>
  </g>`;
};

const Node = (
  /** @type {{ node: import('./drawn-graph.js').GraphNode, placed: any, expansion: import('./drawn-graph.js').Expansion, isChosen: boolean, choose: (node: string) => void }} */ props,
) => {
  const { node, placed, expansion, isChosen, choose } = props;
  const { x, y, width, height } = placed;
  const isOpen = node.type === 'root' || (expansion.moreHolders === 0 && expansion.moreHeld === 0);
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    choose(node.node);
  };
  return html`<g
    class=${`node ${node.type} ${hueOf(node.vat)} ${isChosen ? 'chosen' : ''}`}
    transform=${`translate(${(x - width / 2).toFixed(1)} ${(y - height / 2).toFixed(1)})`}
    tabindex="0"
    role="button"
    aria-pressed=${isChosen}
    aria-label=${`${node.what}; expand`}
    data-node=${node.node}
    onClick=${() => choose(node.node)}
    onKeyDown=${press}
  >
    <rect
      width=${width}
      height=${height}
      rx=${node.type === 'heap' ? 20 : node.type === 'promise' || node.type === 'settling' ? 12 : 4}
    />
    <rect class="swatch" x="8" y="9" width="4" height=${height - 18} rx="2" />
    <text x="20" y="17" class="label">${cut(node.label)}</text>
    <text x="20" y="32" class="under">${underline(node)}</text>
    ${isOpen ? '' : html`<text x=${width - 13} y="17" class="plus" text-anchor="middle">+</text>`}
    <title>${node.what}</title>
  </g>`;
};

/** @param {{ drawn: DrawnGraph, chosen: string | undefined, choose: (node: string) => void, scale: number }} props */
export const GraphPicture = ({ drawn, chosen, choose, scale }) => {
  const graph = useMemo(() => place(drawn), [drawn.nodes, drawn.edges]);
  const { width = 0, height = 0 } = /** @type {{ width?: number, height?: number }} */ (graph.graph());
  return html`<svg
    class="graph"
    width=${Math.ceil(width * scale)}
    height=${Math.ceil(height * scale)}
    viewBox=${`0 0 ${Math.ceil(width)} ${Math.ceil(height)}`}
    role="group"
    aria-label="Who holds whom"
  >
    <${ArrowHeads} />
    ${[...drawn.edges].map(([key, edge]) => html`<${Edge} key=${key} edge=${edge} placed=${graph.edge(edge.from, edge.to, key)} from=${graph.node(edge.from)} to=${graph.node(edge.to)} />`)}
    ${[...drawn.nodes.values()].map(
      node =>
        html`<${Node}
          key=${node.node}
          node=${node}
          placed=${graph.node(node.node)}
          expansion=${drawn.expansions.get(node.node) ?? UNEXPANDED}
          isChosen=${chosen === node.node}
          choose=${choose}
        />`,
    )}
  </svg>`;
};
