// @ts-check
/** Cranks in swimlanes: the latest ones, or those up to one that somebody chose. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { useAnswer } from '../answers.js';
import { html } from '../markup.js';
import { numberText, Pages, Waiting } from '../pieces.js';
import { goTo, pathTo } from '../place.js';
import { Line } from '../refs.js';
import { SwimlaneLegend, Swimlanes } from './swimlanes.js';

const COUNTS = [30, 60, 120, 300];
const DEFAULT_COUNT = 60;
const LABELS_WIDTH = 150;

/** The room that there is for the picture, now and when the window changes. */
const useWidth = () => {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (box.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return /** @type {const} */ ([box, width]);
};

const Window = (
  /** @type {{ answer: any, query: Readonly<Record<string, string>>, count: number }} */ { answer, query, count },
) => {
  const move = (/** @type {Event & { currentTarget: HTMLInputElement }} */ event) => {
    const to = Number(event.currentTarget.value);
    goTo(pathTo('/timeline', { ...query, to: to >= answer.last ? undefined : to }), { replace: true });
  };
  const jump = (/** @type {SubmitEvent & { currentTarget: HTMLFormElement }} */ event) => {
    event.preventDefault();
    const crank = Number(new FormData(event.currentTarget).get('crank'));
    goTo(pathTo('/timeline', { ...query, to: Math.min(answer.last, crank + Math.floor(count / 2)), crank }));
  };
  return html`<form class="filters window" onSubmit=${jump}>
    <label
      ><span>crank</span
      ><input
        name="crank"
        inputmode="numeric"
        pattern="[0-9]+"
        size="8"
        value=${query['crank'] ?? ''}
        placeholder=${String(answer.to)}
        data-filter=${true}
        autocomplete="off"
    /></label>
    <label>
      <span>cranks shown</span>
      <select
        onChange=${(/** @type {Event & { currentTarget: HTMLSelectElement }} */ event) => goTo(pathTo('/timeline', { ...query, count: event.currentTarget.value }))}
      >
        ${COUNTS.map(choice => html`<option key=${choice} value=${choice} selected=${choice === count}>${choice}</option>`)}
      </select>
    </label>
    ${
      answer.last < count
        ? ''
        : html`<label class="slide">
          <span>up to</span>
          <input type="range" min=${count - 1} max=${answer.last} value=${answer.to} onChange=${move} aria-label="last crank that is shown" />
        </label>`
    }
  </form>`;
};

const Pointed = (/** @type {{ delivery: any }} */ { delivery }) =>
  delivery === undefined
    ? html`<p class="pointed note">Point at a mark, or go there with Tab, to read what was delivered.</p>`
    : html`<p class="pointed">
        <a class="ref" href=${`/crank/${delivery.crank}`}>crank ${numberText(delivery.crank)}</a>
        <${Line}
          text=${`${delivery.vat} ${delivery.text}`}
          vat=${delivery.vat}
        />${delivery.outcome === 'ok' ? '' : html` <b class="problem">${delivery.outcome}</b>`}
      </p>`;

/** @param {{ query: Readonly<Record<string, string>> }} props */
export const Timeline = ({ query }) => {
  const count = Number(query['count'] ?? DEFAULT_COUNT);
  const { answer, trouble } = useAnswer('timeline', { to: query['to'], count });
  const [box, width] = useWidth();
  const [pointed, point] = useState(/** @type {any} */ (undefined));
  const at = query['crank'] === undefined ? undefined : Number(query['crank']);
  const to = (/** @type {number | undefined} */ crank) => pathTo('/timeline', { ...query, crank: undefined, to: crank });
  return html`
    <h1>Timeline</h1>
    <div ref=${box}>
      ${
        answer === undefined || trouble !== undefined
          ? html`<${Waiting} trouble=${trouble} />`
          : html`
              <${Window} answer=${answer} query=${query} count=${count} />
              <${Pages}
                first=${answer.from > 0 ? to(count - 1) : undefined}
                previous=${answer.from > 0 ? to(answer.previous ?? answer.from) : undefined}
                next=${answer.to < answer.last ? to(answer.to + count >= answer.last ? undefined : answer.to + count) : undefined}
                last=${answer.to < answer.last ? to(undefined) : undefined}
              >
                cranks ${numberText(answer.from)} to ${numberText(answer.to)} of ${numberText(answer.last)}
              <//>
              ${
                answer.deliveries.length === 0
                  ? html`<p class="note">no deliveries in these cranks</p>`
                  : html`<${Swimlanes}
                        timeline=${answer}
                        width=${Math.max(0, width - (width < 600 ? 72 : LABELS_WIDTH))}
                        at=${at}
                        point=${point}
                      /><${Pointed} delivery=${pointed} />`
              }
              <${SwimlaneLegend} />
            `
      }
    </div>
  `;
};
