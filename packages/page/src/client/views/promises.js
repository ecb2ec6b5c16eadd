// @ts-check
/** Promises that the kernel knows, by number. */
import { useAnswer } from '../answers.js';
import { html } from '../markup.js';
import { Filters, numberText, State, Table, Waiting, WalkPages } from '../pieces.js';
import { Line, Ref, Vat } from '../refs.js';

const FIELDS = [
  { name: 'state', label: 'state', choices: ['unresolved', 'fulfilled', 'rejected'] },
  { name: 'decider', label: 'decider', hint: 'v3 or a name' },
];

/** @param {{ query: Readonly<Record<string, string>> }} props */
export const Promises = ({ query }) => {
  const { state, decider, after } = query;
  const { answer, trouble } = useAnswer('promises', { state, decider, after });
  return html`
    <h1>Promises</h1>
    <${Filters} fields=${FIELDS} />
    ${
      answer === undefined || trouble !== undefined
        ? html`<${Waiting} trouble=${trouble} />`
        : html`<${WalkPages} walk=${answer} things="promises" />
            <${Table}
              caption="Promises"
              rows=${answer.rows}
              keyOf=${row => row.ref}
              empty=${answer.next === null ? 'no such promises' : 'none among the refs that were looked at; the next page goes on'}
              columns=${[
                { title: 'promise', cell: row => html`<${Ref} to=${row.ref} />` },
                { title: 'state', cell: row => html`<${State} state=${row.state} />` },
                { title: 'decider', cell: row => html`<${Vat} vat=${row.decider} />` },
                { title: 'waiting', kind: 'number', cell: row => numberText(row.waiting) },
                {
                  title: 'subscribers',
                  cell: row =>
                    html`${row.subscribers.map((/** @type {string} */ vat) => html`<${Vat} key=${vat} vat=${vat} /> `)}`,
                },
                { title: 'settled to', kind: 'wide', cell: row => (row.data === null ? '' : html`<${Line} text=${row.data} />`) },
              ]}
            />`
    }
  `;
};
