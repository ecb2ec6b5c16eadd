// @ts-check
/** The bar that says that everything shown is as it was after an earlier crank, and moves to another one. */
import { useAnswer } from './answers.js';
import { html } from './markup.js';
import { numberText } from './pieces.js';
import { goTo, pathTo } from './place.js';

/** @param {{ place: import('./place.js').Place }} props */
export const LookingBack = ({ place: { path, query } }) => {
  const { answer } = useAnswer(query['at'] === undefined ? null : 'history');
  if (query['at'] === undefined) return '';
  const [at, reach] = [Number(query['at']), answer?.reach];
  const go = (/** @type {number} */ crank) => goTo(pathTo(path, { ...query, at: crank }), { replace: true });
  const move = (/** @type {Event & { currentTarget: HTMLInputElement }} */ event) => go(Number(event.currentTarget.value));
  return html`<div class="past" role="region" aria-label="Looking back">
    <b>As it was after <a href=${`/crank/${at}`}>crank ${numberText(at)}</a></b>
    ${
      reach
        ? html`<button type="button" aria-label="one crank earlier" disabled=${at <= reach.first} onClick=${() => go(at - 1)}>−</button>
            <input type="range" min=${reach.first} max=${reach.last} value=${at} onChange=${move} aria-label="crank to look back to" />
            <button type="button" aria-label="one crank later" disabled=${at >= reach.last} onClick=${() => go(at + 1)}>+</button>`
        : ''
    }
    <a href=${`${pathTo(path, { ...query, at: undefined })}${Object.keys(query).length > 1 ? '&' : '?'}at=`}>Back to now</a>
  </div>`;
};

/**
 * A link to what was after a crank, where the history reaches it.
 * @param {{ crank: number, to: string }} props
 */
export const LookBack = ({ crank, to }) => {
  const { answer } = useAnswer('history');
  const reach = answer?.reach;
  if (!reach || crank < reach.first || crank > reach.last) return '';
  return html`<a href=${to}>What was after it</a>`;
};
