// @ts-check
/** One object, promise or device node: what it is, who holds it, and why it is alive. */
import { useAnswer } from '../answers.js';
import { html } from '../markup.js';
import { addressText, countText, Facts, numberText, State, Table, Waiting } from '../pieces.js';
import { pathTo, usePlace } from '../place.js';
import { hueOf, Line, Ref, refPath, Refs, Vat } from '../refs.js';

const HOLDERS = 50;

const objectFacts = (/** @type {any} */ row, /** @type {boolean} */ isOneOfMany) => [
  [isOneOfMany ? row.ref : 'state', html`<${State} state=${row.state} />`],
  ['reachable', html`${numberText(row.reachable)} <span class="note">holds that can use it</span>`],
  ['recognizable', html`${numberText(row.recognizable)} <span class="note">that could tell it apart</span>`],
];

const promiseFacts = (/** @type {any} */ promise) => [
  ['state', html`<${State} state=${promise.state} />`],
  ['decider', promise.decider === null ? 'nobody' : html`<${Vat} vat=${promise.decider} />`],
  ['holds', numberText(promise.holds)],
  [
    'subscribers',
    promise.subscribers.length === 0
      ? 'none'
      : promise.subscribers.map((/** @type {string} */ vat) => html`<${Vat} key=${vat} vat=${vat} /> `),
  ],
  ['messages waiting', numberText(promise.waiting)],
  ...(promise.resultOf === null ? [] : [['result of', html`<${Ref} to=${`m${promise.resultOf}`} />, which waits`]]),
  ...(promise.data === null ? [] : [['settled to', html`<${Line} text=${promise.data} />`]]),
  ...(promise.slots.length === 0 ? [] : [['holds refs', html`<${Refs} all=${promise.slots} />`]]),
];

const DOUBTS = /** @type {Record<string, string>} */ ({
  none: '',
  key: 'as long as the key lives',
  heap: 'only the heap can',
  perhaps: 'the heap may',
});

const Step = (/** @type {{ step: any }} */ { step: { from, what, how, doubt } }) => {
  const path = from === null ? undefined : refPath(from);
  const place = how.kind === 'heap' ? '' : how.kind;
  return html`<li class="row step ${doubt === 'none' ? 'sure' : 'unsure'}">
    <span class="holder">
      ${path === undefined ? html`<bdi>${from === null ? rootText(how, what) : what}</bdi>` : html`<a href=${path}><bdi>${what}</bdi></a>`}
    </span>
    <span class="place">
      ${from === null ? 'a root' : html`${place} <bdi>${how.detail}</bdi>`}${DOUBTS[doubt] ? html` <em>${DOUBTS[doubt]}</em>` : ''}
    </span>
  </li>`;
};

const rootText = (/** @type {any} */ { kind, holder, detail }, /** @type {string} */ what) =>
  kind === 'pin' ? `pin “${holder}”` : `${kind} of ${what}${detail === '' ? '' : `: ${detail}`}`;

const Path = (/** @type {{ title: string, steps: readonly any[] | null, end: string }} */ { title, steps, end }) => {
  if (steps === null) return '';
  return html`<div class="path">
    <h3>${title}</h3>
    <ol class="steps">
      ${steps.map((step, i) => html`<${Step} key=${i} step=${step} />`)}
      <li class="step end"><bdi>${end}</bdi></li>
    </ol>
  </div>`;
};

const Why = (/** @type {{ why: any }} */ { why }) =>
  html`<section class="why">
    <h2>Why it is alive</h2>
    <p class="conclusion">${why.conclusion}</p>
    <div class="paths">
      <${Path} title="The shortest path from a root" steps=${why.path} end=${why.what} />
      <${Path} title="Through heaps, by what their vats export" steps=${why.detour} end=${why.what} />
      <${Path} title="The shortest ring" steps=${why.ring} end=${why.what} />
    </div>
    ${why.isComplete ? '' : html`<p class="note">The search gave up before it had seen everything: there may be better paths.</p>`}
  </section>`;

const Holders = (/** @type {{ holders: any, limit: number }} */ { holders, limit }) => {
  const { path, query } = usePlace();
  return html`<section>
    <h2>Held by</h2>
    <${Table}
      caption="Holders"
      rows=${holders.rows}
      empty=${holders.total === 0 ? 'no row' : ''}
      columns=${[
        { title: 'holder', cell: row => html`<${Ref} to=${row.holder} />` },
        { title: 'kind', cell: row => row.kind },
        { title: 'place', kind: 'wide', cell: row => html`<bdi>${row.detail}</bdi>` },
        { title: 'as', cell: row => html`<span class="ref">${row.ref}</span>` },
        { title: 'strength', cell: row => html`<span class=${row.strength}>${row.strength}</span>` },
      ]}
    />
    ${holders.more > 0 ? html`<p class="note">${numberText(holders.rows.length)} of ${numberText(holders.total)}; <a href=${pathTo(path, { ...query, holders: Math.min(10_000, limit * 10) })}>show more</a></p>` : ''}
  </section>`;
};

const Names = (/** @type {{ thing: any }} */ { thing: { names, moreNames } }) =>
  names.length === 0
    ? ''
    : html`<section>
        <h2>What vats call it</h2>
        <${Table}
          caption="Names"
          rows=${names}
          keyOf=${row => `${row.vat} ${row.kref}`}
          columns=${[
            { title: 'vat', cell: row => html`<${Vat} vat=${row.vat} name=${row.name} />` },
            { title: 'vref', cell: row => html`<span class="ref">${row.vref}</span>` },
            { title: 'kref', cell: row => html`<span class="ref">${row.kref}</span>` },
            { title: 'reachable', cell: row => (row.reachable ? 'yes' : 'no') },
          ]}
        />
        ${moreNames > 0 ? html`<p class="note">and ${countText(moreNames, 'more name')}</p>` : ''}
      </section>`;

/** @param {{ ref_: string, query: Readonly<Record<string, string>> }} props */
export const Thing = ({ ref_: ref, query }) => {
  const limit = Number(query['holders'] ?? HOLDERS);
  const { answer, trouble } = useAnswer('thing', { ref });
  const why = useAnswer(answer === undefined ? null : 'why', { ref, limit });
  if (answer === undefined)
    return html`<h1 class="ref">${addressText(ref)}</h1>
      <${Waiting} trouble=${trouble} />`;
  const { what, vat, objects, promise, krefs } = answer;
  return html`
    <div class="head">
      <h1 class="vat-title ${hueOf(vat)}"><span class="ref">${answer.ref}</span></h1>
      <nav class="tabs" aria-label="of this">
        <a href=${pathTo('/graph', { ref: answer.ref })}>Graph</a>
        ${vat === null ? '' : html`<${Vat} vat=${vat} />`}
      </nav>
    </div>
    <p class="lead"><bdi>${what}</bdi></p>
    <${Facts}
      of=${[
        ...objects.flatMap((/** @type {any} */ row) => objectFacts(row, objects.length > 1)),
        ...(promise === null ? [] : promiseFacts(promise)),
        ...(krefs.length === 0
          ? [['krefs', 'none: the kernel does not know it']]
          : krefs.length > 1
            ? [['krefs', html`<${Refs} all=${krefs} />`]]
            : []),
      ]}
    />
    ${
      why.answer === undefined
        ? html`<section class="why">
            <h2>Why it is alive</h2>
            <${Waiting} trouble=${why.trouble} what="Looking for paths" />
          </section>`
        : html`<${Why} why=${why.answer} /><${Holders} holders=${why.answer.holders} limit=${limit} />`
    }
    <${Names} thing=${answer} />
  `;
};
