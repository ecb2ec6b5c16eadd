// @ts-check
/** The kernel at a glance, and how it has grown while somebody looks. */
import { useState } from 'preact/hooks';
import { useAnswer } from '../answers.js';
import { html } from '../markup.js';
import { bytesText, Facts, numberText, State, Table, Waiting } from '../pieces.js';
import { pathTo } from '../place.js';
import { Vat } from '../refs.js';

const KEY = 'cooperage growth since';

/** @typedef {{ path: string, at: number, numbers: Record<string, number> }} Baseline */

/** @returns {Baseline | undefined} */
const loadBaseline = (/** @type {string} */ path) => {
  try {
    const baseline = JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
    return baseline?.path === path ? baseline : undefined;
  } catch {
    return undefined;
  }
};

const saveBaseline = (/** @type {Baseline} */ baseline) => {
  sessionStorage.setItem(KEY, JSON.stringify(baseline));
  return baseline;
};

const sum = (/** @type {Record<string, number>} */ counts) => Object.values(counts).reduce((all, one) => all + one, 0);

const parts = (/** @type {Record<string, number>} */ counts) =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${numberText(count)} ${name}`)
    .join(', ');

const tilesOf = (/** @type {any} */ { cranks, bytes, vats, objects, promises, queue, gc, rows }) => [
  { name: 'Cranks', to: '/timeline', value: cranks, detail: 'what the host put in included' },
  { name: 'Vats', to: '/vats', value: sum(vats), detail: parts(vats) },
  { name: 'Objects', to: '/objects', value: sum(objects), detail: parts(objects) },
  { name: 'Promises', to: '/promises', value: sum(promises), detail: parts(promises) },
  {
    name: 'Queue',
    to: '/queue',
    value: queue.ready + queue.parked + queue.waitingForPromises,
    detail: `${numberText(queue.ready)} ready, ${numberText(queue.parked)} parked, ${numberText(queue.waitingForPromises)} waiting for promises`,
  },
  {
    name: 'GC',
    to: '/queue',
    value: gc.actions + gc.reaps + gc.cleanups,
    detail: `${numberText(gc.actions)} actions, ${numberText(gc.reaps)} reaps, ${numberText(gc.cleanups)} cleanups to do`,
  },
  { name: 'C-list entries', value: rows.clists ?? 0, detail: 'names that vats have for things' },
  { name: 'Stored keys', value: rows.vatstore ?? 0, detail: 'rows of vatstores' },
  { name: 'Deliveries kept', value: rows.transcripts ?? 0, detail: 'rows of transcripts' },
  { name: 'Size', value: bytes, text: bytesText(bytes), detail: 'of the file, its log not counted' },
];

const Growth = (/** @type {{ now: number, then: number | undefined, isBytes: boolean }} */ { now, then, isBytes }) => {
  if (then === undefined || now === then) return '';
  const difference = Math.abs(now - then);
  const text = isBytes ? bytesText(difference) : numberText(difference);
  return html`<span class="growth ${now > then ? 'more' : 'fewer'}">${now > then ? '+' : '−'}${text}</span>`;
};

const Tile = (/** @type {{ tile: any, then: number | undefined }} */ { tile, then }) => {
  const { name, to, value, text, detail } = tile;
  return html`<li class="tile">
    <span class="name">${to === undefined ? name : html`<a href=${to}>${name}</a>`}</span>
    <span class="value">${text ?? numberText(value)}<${Growth} now=${value} then=${then} isBytes=${text !== undefined} /></span>
    <span class="detail">${detail || 'none'}</span>
  </li>`;
};

const Counters = (
  /** @type {{ title: string, counts: Record<string, number>, then?: Record<string, number> | undefined, prefix: string }} */ props,
) => {
  const { title, counts, then, prefix } = props;
  const rows = Object.entries(counts);
  return html`<section>
    <h2>${title}</h2>
    <${Table}
      caption=${title}
      rows=${rows}
      keyOf=${([name]) => name}
      columns=${[
        { title: 'name', cell: ([name]) => name },
        {
          title: 'count',
          kind: 'number',
          cell: ([name, count]) =>
            html`<${Growth} now=${count} then=${then?.[`${prefix}${name}`]} isBytes=${false} /> ${numberText(count)}`,
        },
      ]}
    />
  </section>`;
};

/** @returns {Record<string, number>} */
const numbersOf = (/** @type {any} */ answer) => ({
  ...Object.fromEntries(tilesOf(answer).map(({ name, value }) => [name, value])),
  ...Object.fromEntries(Object.entries(answer.statistics).map(([name, count]) => [`statistic ${name}`, count])),
  ...Object.fromEntries(Object.entries(answer.rows).map(([name, count]) => [`rows ${name}`, count])),
});

const Reach = (/** @type {{ history: any }} */ { history }) =>
  history === null
    ? html`<span class="note">not kept: the kernel keeps it when it is opened with the option history</span>`
    : html`cranks ${numberText(history.first)} to ${numberText(history.last)}, ${numberText(history.changes)} changed rows: <a href=${pathTo('/', { at: history.last })}>look back</a>`;

const Problems = (/** @type {{ problems: readonly any[] }} */ { problems }) =>
  html`<section>
    <h2>Vats in trouble, or gone</h2>
    <${Table}
      rows=${problems}
      keyOf=${row => row.vat}
      columns=${[
        { title: 'vat', cell: row => html`<${Vat} vat=${row.vat} name=${row.name} />` },
        { title: 'state', cell: row => html`<${State} state=${row.state} />` },
        { title: 'problem', kind: 'wide', cell: row => html`<bdi>${row.problem}</bdi>` },
      ]}
    />
  </section>`;

export const Overview = () => {
  const { answer, trouble } = useAnswer('overview');
  const [baseline, setBaseline] = useState(/** @type {Baseline | undefined} */ (undefined));
  if (answer === undefined)
    return html`<h1>Overview</h1>
      <${Waiting} trouble=${trouble} />`;
  const start = () => {
    const begun = saveBaseline({ path: answer.path, at: Date.now(), numbers: numbersOf(answer) });
    setBaseline(begun);
    return begun;
  };
  const known = baseline ?? loadBaseline(answer.path) ?? start();
  const then = known.numbers;
  const hasGrown = Object.entries(numbersOf(answer)).some(([name, value]) => then[name] !== undefined && then[name] !== value);
  return html`
    <h1>Overview</h1>
    <ul class="tiles">
      ${tilesOf(answer).map(tile => html`<${Tile} key=${tile.name} tile=${tile} then=${then[tile.name]} />`)}
    </ul>
    <p class="note growth-note">
      ${hasGrown ? 'Changes' : 'Nothing has changed'} since ${new Date(known.at).toLocaleTimeString()}, when this tab first
      looked. ${hasGrown ? html` <button type="button" class="plain" onClick=${start}>Count from now</button>` : ''}
    </p>
    ${answer.problems.length > 0 ? html`<${Problems} problems=${answer.problems} />` : ''}
    <section>
      <h2>Database</h2>
      <${Facts}
        of=${[
          ['file', html`<bdi class="path">${answer.path}</bdi>`],
          ['schema', `version ${answer.schemaVersion}`],
          ['activity', html`<code class="hash">${answer.activityHash || 'none yet'}</code>`],
          ['pins', parts(answer.pins) || 'none'],
          ['history', html`<${Reach} history=${answer.history} />`],
        ]}
      />
    </section>
    <div class="columns">
      <${Counters} title="Since the kernel was created" counts=${answer.statistics} then=${then} prefix="statistic " />
      <${Counters} title="Rows" counts=${answer.rows} then=${then} prefix="rows " />
    </div>
  `;
};
