// @ts-check
/** Who holds whom, from one ref on: a click on a node brings its neighbours. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ask } from '../answers.js';
import { html } from '../markup.js';
import { numberText, Table, Waiting } from '../pieces.js';
import { goTo, pathTo } from '../place.js';
import { Ref, refPath } from '../refs.js';
import { addToGraph, EMPTY, MOST_NODES, noteExpansion, pathToGraph, UNEXPANDED } from './drawn-graph.js';
import { ArrowHeads, GraphPicture } from './graph-picture.js';

/** @typedef {import('./drawn-graph.js').DrawnGraph} DrawnGraph */

const STEP = 12;
const SCALES = [0.4, 0.55, 0.75, 1, 1.3];

const STYLE_WORDS = /** @type {const} */ ([
  ['strong', 'keeps it'],
  ['weak', 'can only recognize it'],
  ['queued', 'a message or notify that waits'],
  ['perhaps', 'a heap may hold it; no table says so'],
]);

const Legend = () =>
  html`<ul class="legend" aria-label="Legend">
    ${STYLE_WORDS.map(
      ([style, words]) =>
        html`<li key=${style}>
          <svg width="46" height="12" aria-hidden="true">
            <${ArrowHeads} />
            <g class=${`edge ${style}`}><path d="M2 6L40 6" marker-end=${`url(#head-${style})`} /></g>
          </svg>
          <b>${style}</b> <span class="note">${words}</span>
        </li>`,
    )}
    <li><span class="note">The bar at the left of a node is the colour of its vat; its number stands in the node.</span></li>
  </ul>`;

const StartForm = (/** @type {{ start: string }} */ { start }) => {
  const submit = (/** @type {SubmitEvent & { currentTarget: HTMLFormElement }} */ event) => {
    event.preventDefault();
    const written = String(new FormData(event.currentTarget).get('ref') ?? '').trim();
    if (written !== '') goTo(pathTo('/graph', { ref: written }));
  };
  return html`<form class="filters" onSubmit=${submit}>
    <label
      ><span>start at</span
      ><input
        name="ref"
        value=${start}
        data-filter=${true}
        placeholder="ko20, v3, bob, v3 o+d12/5"
        spellcheck=${false}
        autocomplete="off"
    /></label>
    <button type="submit">Draw</button>
  </form>`;
};

const Neighbours = (/** @type {{ more: number | null, words: string, expand: () => void }} */ { more, words, expand }) => {
  if (more === 0) return html`<span class="note">${words}: all drawn</span>`;
  return html`<button type="button" onClick=${expand}>
    ${words}${more === null ? '' : `: ${numberText(Math.min(more, STEP))} of ${numberText(more)} more`}
  </button>`;
};

const Chosen = (
  /** @type {{ drawn: DrawnGraph, chosen: string, expand: (node: string, directions: readonly ('holders' | 'held')[]) => void, drawPath: (node: string) => void }} */ props,
) => {
  const { drawn, chosen, expand, drawPath } = props;
  const node = drawn.nodes.get(chosen);
  if (node === undefined) return '';
  const { moreHolders, moreHeld } = drawn.expansions.get(chosen) ?? UNEXPANDED;
  const isThing = ['object', 'stored', 'promise', 'device'].includes(node.type);
  return html`<div class="chosen-node" role="status">
    <p><bdi>${node.what}</bdi></p>
    <p class="actions">
      ${
        node.type === 'root'
          ? ''
          : html`<${Neighbours} more=${moreHolders} words="Holders" expand=${() => expand(chosen, ['holders'])} />
              <${Neighbours} more=${moreHeld} words="What it holds" expand=${() => expand(chosen, ['held'])} />`
      }
      ${isThing ? html`<button type="button" onClick=${() => drawPath(chosen)}>Why it is alive</button>` : ''}
      ${refPath(chosen) === undefined || node.type === 'message' ? '' : html`<a href=${refPath(chosen)}>${node.type === 'heap' ? 'The vat' : 'All about it'}</a>`}
      ${node.type === 'root' ? '' : html`<a href=${pathTo('/graph', { ref: chosen })}>Start here</a>`}
    </p>
  </div>`;
};

const Drawn = (/** @type {{ drawn: DrawnGraph }} */ { drawn }) => {
  const name = (/** @type {string} */ node) => html`<${Ref} to=${node}>${drawn.nodes.get(node)?.label ?? node}<//>`;
  return html`<details class="drawn">
    <summary>The same as a table: ${drawn.edges.size} edges</summary>
    <${Table}
      caption="Edges"
      rows=${[...drawn.edges.values()]}
      columns=${[
        { title: 'holder', cell: row => name(row.from) },
        { title: 'how', cell: row => html`<span class=${row.style}>${row.style}</span>` },
        { title: 'place', cell: row => html`${row.kind} <bdi class="ref">${row.detail}</bdi>` },
        { title: 'holds', cell: row => name(row.to) },
      ]}
    />
  </details>`;
};

/** What the picture shows, and how it grows. */
const useGraph = (/** @type {string} */ start) => {
  const [drawn, setDrawn] = useState(EMPTY);
  const [trouble, setTrouble] = useState(/** @type {any} */ (undefined));
  const current = useRef(EMPTY);
  const set = (/** @type {DrawnGraph} */ next) => {
    current.current = next;
    setDrawn(next);
  };
  const expand = async (/** @type {string} */ node, /** @type {readonly ('holders' | 'held')[]} */ directions) => {
    try {
      for (const direction of directions) {
        const before = current.current.expansions.get(node) ?? UNEXPANDED;
        if ((direction === 'holders' ? before.moreHolders : before.moreHeld) === 0) continue;
        const found = await ask('neighbours', { ref: node, direction, limit: STEP, skip: before[direction] });
        const first = found.nodes[0]?.node ?? node;
        set(noteExpansion(addToGraph(current.current, found), first, direction, found));
      }
      setTrouble(undefined);
    } catch (error) {
      setTrouble(error);
    }
  };
  const drawPath = async (/** @type {string} */ node) => {
    try {
      const why = await ask('why', { ref: node });
      const known = current.current.nodes.get(why.node) ?? {
        node: why.node,
        type: 'object',
        label: why.node,
        what: why.what,
        vat: null,
      };
      for (const steps of [why.path, why.detour, why.ring]) set(addToGraph(current.current, pathToGraph(steps, known)));
      setTrouble(undefined);
    } catch (error) {
      setTrouble(error);
    }
  };
  useEffect(() => {
    if (start !== '') void expand(start, ['holders', 'held']);
  }, [start]);
  return { drawn, trouble, expand, drawPath };
};

/** @param {{ query: Readonly<Record<string, string>> }} props */
export const Graph = ({ query }) => {
  const start = query['ref'] ?? '';
  const { drawn, trouble, expand, drawPath } = useGraph(start);
  const [chosen, setChosen] = useState(/** @type {string | undefined} */ (undefined));
  const [zoom, setZoom] = useState(3);
  const first = drawn.nodes.keys().next().value;
  const shown = chosen ?? first;
  const choose = (/** @type {string} */ node) => {
    setChosen(node);
    if (!node.startsWith('root ')) void expand(node, ['holders', 'held']);
  };
  const turn = (/** @type {number} */ step) => setZoom(Math.max(0, Math.min(SCALES.length - 1, zoom + step)));
  return html`
    <h1>Graph</h1>
    <${StartForm} start=${start} />
    ${trouble === undefined ? '' : html`<${Waiting} trouble=${trouble} />`}
    ${
      start === ''
        ? html`<p class="note">
            Write a ref, or a vat, to see what holds it and what it holds. A click on a node brings its neighbours.
          </p>`
        : drawn.nodes.size === 0
          ? trouble === undefined
            ? html`<${Waiting} trouble=${undefined} />`
            : ''
          : html`
              <div class="graph-bar">
                ${shown === undefined ? '' : html`<${Chosen} drawn=${drawn} chosen=${shown} expand=${expand} drawPath=${drawPath} />`}
                <div class="zoom" role="group" aria-label="zoom">
                  <button type="button" aria-label="smaller" onClick=${() => turn(-1)}>−</button>
                  <button type="button" aria-label="larger" onClick=${() => turn(1)}>+</button>
                </div>
              </div>
              <div class="canvas">
                <${GraphPicture} drawn=${drawn} chosen=${shown} choose=${choose} scale=${SCALES[zoom] ?? 1} />
              </div>
              <p class="note">
                ${drawn.nodes.size} nodes, ${STEP} more with each
                click${drawn.left > 0 ? html`; <b>${drawn.left} were left out, because a picture has at most ${MOST_NODES}: start at one of its nodes</b>` : ''}.
              </p>
              <${Legend} />
              <${Drawn} drawn=${drawn} />
            `
    }
  `;
};
