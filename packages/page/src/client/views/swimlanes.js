// @ts-check
/** Cranks from left to right, one lane for each vat, a mark for each delivery and an arrow for each message. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { html } from '../markup.js';
import { hueOf, Vat } from '../refs.js';

const LANE = 38;
const TOP = 26;
const MARK = 5.5;
const LEAST_STEP = 14;
const STUB = 16;

/** @typedef {{ from: number, to: number, lanes: readonly { vat: string, name: string, state: string }[], deliveries: readonly any[], arrows: readonly any[] }} Timeline */

const KIND_WORDS = /** @type {Record<string, string>} */ ({
  message: 'message',
  notify: 'notify',
  startVat: 'start or end of an incarnation',
  bringOutYourDead: 'garbage collection',
});

/** @returns {string} one of the four shapes */
const shapeOf = (/** @type {string} */ kind) => {
  if (kind === 'message' || kind === 'notify') return kind;
  return kind === 'startVat' || kind === 'stopVat' ? 'startVat' : 'bringOutYourDead';
};

const Shape = (/** @type {{ kind: string }} */ { kind }) => {
  switch (shapeOf(kind)) {
    case 'message':
      return html`<circle r=${MARK} />`;
    case 'notify':
      return html`<circle class="hollow" r=${MARK - 0.75} />`;
    case 'startVat':
      return html`<rect x=${-MARK} y=${-MARK} width=${2 * MARK} height=${2 * MARK} />`;
    default:
      return html`<path d="M0 -6L6 0L0 6L-6 0z" class="hollow" />`;
  }
};

const Mark = (
  /** @type {{ delivery: any, x: number, y: number, isAt: boolean, point: (delivery: any) => void }} */ {
    delivery,
    x,
    y,
    isAt,
    point,
  },
) => {
  const { crank, vat, kind, text, outcome } = delivery;
  return html`<a
    href=${`/crank/${crank}`}
    class=${`mark ${hueOf(vat)} ${outcome === 'ok' ? '' : 'failed'} ${isAt ? 'at' : ''}`}
    transform=${`translate(${x} ${y})`}
    aria-label=${`crank ${crank}, ${vat}: ${text}`}
    onMouseOver=${() => point(delivery)}
    onFocus=${() => point(delivery)}
  >
    <rect class="target" x="-8" y=${-LANE / 2} width="16" height=${LANE} />
    <${Shape} kind=${kind} />
  </a>`;
};

/** From mark to mark: straight down to another lane, in a bow over its own. */
const arrowPath = (/** @type {{ x: number, y: number }} */ from, /** @type {{ x: number, y: number }} */ to) => {
  const gap = MARK + 2;
  if (from.y === to.y) {
    const height = Math.min(15, 7 + (to.x - from.x) / 12);
    return `M${from.x + 3} ${from.y - gap + 1}C${from.x + 8} ${from.y - height - 4} ${to.x - 8} ${to.y - height - 4} ${to.x - 2} ${to.y - gap}`;
  }
  const down = Math.sign(to.y - from.y);
  const bend = Math.min(40, Math.max(8, (to.x - from.x) / 2));
  return `M${from.x + 4} ${from.y + down * 4}C${from.x + bend} ${from.y + down * 8} ${to.x - bend} ${to.y - down * 8} ${to.x - gap + 1} ${to.y - down * 4}`;
};

/** @param {{ timeline: Timeline, width: number, at: number | undefined, point: (delivery: any) => void }} props */
export const Swimlanes = ({ timeline, width, at, point }) => {
  const { from, to, lanes, deliveries, arrows } = timeline;
  const count = to - from + 1;
  const step = Math.max(LEAST_STEP, Math.floor((width - 2 * STUB) / count));
  const [total, height] = [Math.max(width, count * step + 2 * STUB), TOP + lanes.length * LANE];
  const water = useRef(/** @type {HTMLElement | null} */ (null));
  // The latest cranks are what one comes for.
  useEffect(
    () => water.current?.scrollTo({ left: at === undefined ? total : STUB + (at - from) * step - width / 2 }),
    [from, to, at, total],
  );
  const picture = useMemo(() => {
    const rows = new Map(lanes.map(({ vat }, i) => [vat, TOP + (i + 0.5) * LANE]));
    const xOf = (/** @type {number} */ crank) => STUB + (crank - from + 0.5) * step;
    const placeOf = (/** @type {{ crank: number, vat: string } | null} */ end) => {
      const y = end === null ? undefined : rows.get(end.vat);
      return end === null || y === undefined || end.crank < from || end.crank > to ? undefined : { x: xOf(end.crank), y };
    };
    const paths = arrows.flatMap((arrow, i) => {
      const [start, end] = [placeOf(arrow.from), placeOf(arrow.to)];
      const known = start ?? end;
      if (known === undefined) return [];
      const outside = { x: end === undefined ? known.x + STUB : known.x - STUB, y: known.y - LANE / 2 + 6 };
      const path =
        start && end
          ? arrowPath(start, end)
          : end
            ? `M${outside.x} ${outside.y}L${end.x - MARK} ${end.y - 4}`
            : `M${known.x + 3} ${known.y - 5}L${outside.x} ${outside.y}`;
      const kind = start && end ? '' : 'stub';
      return [
        html`<path key=${i} class=${`hop ${kind} ${hueOf(arrow.from?.vat)}`} d=${path} marker-end="url(#message-head)"
          ><title>${arrow.call}</title></path
        >`,
      ];
    });
    const every = step >= 24 ? 5 : 10;
    const ticks = Array.from({ length: count }, (_, i) => from + i).filter(crank => crank % every === 0);
    return html`
      ${lanes.map(({ vat }, i) => html`<rect key=${vat} class=${`lane ${i % 2 === 0 ? 'even' : ''}`} x="0" y=${TOP + i * LANE} width=${total} height=${LANE} />`)}
      ${ticks.map(crank => html`<g key=${crank} class="tick"><path d=${`M${xOf(crank)} ${TOP - 5}V${height}`} /><text x=${xOf(crank)} y="14" text-anchor="middle">${crank}</text></g>`)}
      ${at === undefined || at < from || at > to ? '' : html`<path class="now" d=${`M${xOf(at)} ${TOP - 5}V${height}`} />`}
      ${paths}
      ${deliveries.map(delivery => html`<${Mark} key=${`${delivery.vat} ${delivery.position}`} delivery=${delivery} x=${xOf(delivery.crank)} y=${rows.get(delivery.vat) ?? 0} isAt=${delivery.crank === at} point=${point} />`)}
    `;
  }, [timeline, step, at]);
  return html`<div class="swimlanes">
    <ol class="lanes">
      ${lanes.map(({ vat, name }) => html`<li key=${vat}><${Vat} vat=${vat} name=${name} /></li>`)}
    </ol>
    <div class="water" ref=${water}>
      <svg width=${total} height=${height} role="group" aria-label="Deliveries by crank">
        <defs>
          <marker id="message-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto">
            <path d="M0 0L8 4L0 8z" />
          </marker>
        </defs>
        ${picture}
      </svg>
    </div>
  </div>`;
};

export const SwimlaneLegend = () =>
  html`<ul class="legend" aria-label="Legend">
    ${Object.entries(KIND_WORDS).map(
      ([kind, words]) =>
        html`<li key=${kind}>
          <svg width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true" class="mark hue-none">
            <${Shape} kind=${kind} />
          </svg>
          ${words}
        </li>`,
    )}
    <li>
      <svg width="30" height="12" aria-hidden="true">
        <path class="hop hue-none" d="M2 6L26 6" marker-end="url(#message-head)" />
      </svg>
      a message, from the crank that sent it to the crank that delivered it
    </li>
    <li>
      <span class="note"
        >Transcripts do not name messages: ends are joined by result where c-lists still know it, else by method, arguments and
        order. Short arrows have their other end elsewhere: with the host, a queue, or too far away.</span
      >
    </li>
  </ul>`;
