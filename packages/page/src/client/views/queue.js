// @ts-check
/** What waits: to run, for promises, and for the collector. */
import { useAnswer } from '../answers.js';
import { html } from '../markup.js';
import { countText, numberText, SkipPages, Table, Waiting } from '../pieces.js';
import { Line, Ref, Vat } from '../refs.js';

const messageColumns = [
  { title: 'message', cell: (/** @type {any} */ row) => html`<${Ref} to=${`m${row.message}`} />` },
  {
    title: 'call',
    kind: /** @type {const} */ ('wide'),
    cell: (/** @type {any} */ row) => html`<${Ref} to=${row.target} /><${Line} text=${row.call} />`,
  },
  { title: 'result', cell: (/** @type {any} */ row) => html`<${Ref} to=${row.result} />` },
];

const What = (/** @type {{ item: any }} */ { item: { kind, message, vat, promise } }) => {
  if (message !== null) return html`<${Ref} to=${message.target} /><${Line} text=${message.call} />`;
  return html`${kind === 'notify' ? 'tell ' : ''}${vat === null ? '' : html`<${Vat} vat=${vat} />`}${promise === null ? '' : html` of <${Ref} to=${promise} />`}`;
};

const Waits = (/** @type {{ gc: any }} */ { gc }) => {
  const lists = [
    ['will bring out their dead', gc.reaps],
    ['will go on with that', gc.unfinished],
    ['are being cleaned up', gc.cleanups],
  ].filter(([, vats]) => vats.length > 0);
  return html`<section>
    <h2>Garbage collection</h2>
    ${gc.total === 0 && lists.length === 0 ? html`<p class="note">nothing to do</p>` : ''}
    ${lists.map(([what, vats]) => html`<p key=${what}>${countText(vats.length, 'vat')} ${what}: ${vats.slice(0, 50).map((/** @type {string} */ vat) => html`<${Vat} key=${vat} vat=${vat} /> `)}</p>`)}
    ${
      gc.total === 0
        ? ''
        : html`<p class="note">
              ${countText(gc.total, 'action')} for vats${gc.more > 0 ? `, the first ${gc.rows.length} of them` : ''}
            </p>
            <${Table}
              rows=${gc.rows}
              columns=${[
                { title: 'vat', cell: row => html`<${Vat} vat=${row.vat} />` },
                { title: 'action', cell: row => row.action },
                { title: 'object', cell: row => html`<${Ref} to=${row.ref} />` },
              ]}
            />`
    }
  </section>`;
};

/** @param {{ query: Readonly<Record<string, string>> }} props */
export const Queue = ({ query }) => {
  const { answer, trouble } = useAnswer('queue', { skip: query['skip'] });
  const gc = useAnswer('gc');
  if (answer === undefined)
    return html`<h1>Queue</h1>
      <${Waiting} trouble=${trouble} />`;
  const { waiting } = answer;
  return html`
    <h1>Queue</h1>
    <section>
      <h2>To run, in this order</h2>
      <${SkipPages} page=${answer} things="items" />
      <${Table}
        caption="Run queue"
        rows=${answer.rows}
        keyOf=${row => row.position}
        empty="nothing waits to run"
        columns=${[
          { title: 'position', kind: 'number', less: true, cell: row => numberText(row.position) },
          { title: 'kind', less: true, cell: row => row.kind },
          { title: 'message', cell: row => (row.message === null ? '' : html`<${Ref} to=${`m${row.message.message}`} />`) },
          { title: 'what', kind: 'wide', cell: row => html`<${What} item=${row} />` },
          { title: 'result', cell: row => html`<${Ref} to=${row.message?.result} />` },
          { title: 'parked for', less: true, cell: row => (row.parkedFor === null ? '' : html`<${Vat} vat=${row.parkedFor} />`) },
        ]}
      />
    </section>
    <section>
      <h2>Messages that wait for promises</h2>
      ${waiting.more > 0 ? html`<p class="note">the first ${waiting.rows.length} of ${numberText(waiting.total)}</p>` : ''}
      <${Table}
        caption="Messages that wait for promises"
        rows=${waiting.rows}
        keyOf=${row => row.message}
        empty="no message waits for a promise"
        columns=${[{ title: 'promise', cell: row => html`<${Ref} to=${row.promise} />` }, ...messageColumns]}
      />
    </section>
    ${gc.answer === undefined ? html`<${Waiting} trouble=${gc.trouble} />` : html`<${Waits} gc=${gc.answer} />`}
  `;
};
