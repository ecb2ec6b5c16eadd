// @ts-check
/** Objects that the kernel knows, by number. */
import { useAnswer } from '../answers.js';
import { html } from '../markup.js';
import { Filters, numberText, State, Table, Waiting, WalkPages } from '../pieces.js';
import { Ref, Vat } from '../refs.js';

const FIELDS = [
  { name: 'owner', label: 'owner', hint: 'v3 or a name' },
  { name: 'importer', label: 'importer', hint: 'v3 or a name' },
  { name: 'state', label: 'state', choices: ['root', 'orphaned', 'reachable', 'recognizable', 'unreferenced'] },
  { name: 'vref', label: 'vref begins', hint: 'o+d' },
];
const IMPORTERS_SHOWN = 6;

const Importers = (/** @type {{ all: readonly string[] }} */ { all }) => {
  if (all.length === 0) return html`<span class="none">–</span>`;
  const more = all.length - IMPORTERS_SHOWN;
  return html`<span class="refs"
    >${all.slice(0, IMPORTERS_SHOWN).map(vat => html`<${Vat} key=${vat} vat=${vat} /> `)}${more > 0 ? `and ${more} more` : ''}</span
  >`;
};

/** @param {{ query: Readonly<Record<string, string>> }} props */
export const Objects = ({ query }) => {
  const { owner, importer, state, vref, after } = query;
  const { answer, trouble } = useAnswer('objects', { owner, importer, state, vref, after });
  return html`
    <h1>Objects</h1>
    <${Filters} fields=${FIELDS} />
    ${
      answer === undefined || trouble !== undefined
        ? html`<${Waiting} trouble=${trouble} />`
        : html`<${WalkPages} walk=${answer} things="objects" />
            <${Table}
              caption="Objects"
              rows=${answer.rows}
              keyOf=${row => row.ref}
              empty=${answer.next === null ? 'no such objects' : 'none among the refs that were looked at; the next page goes on'}
              columns=${[
                { title: 'object', cell: row => html`<${Ref} to=${row.ref} />` },
                { title: 'owner', cell: row => html`<${Vat} vat=${row.owner} name=${row.ownerName} />` },
                { title: 'vref', cell: row => html`<span class="ref">${row.vref ?? ''}</span>` },
                { title: 'state', cell: row => html`<${State} state=${row.state} />` },
                { title: 'reachable', kind: 'number', less: true, cell: row => numberText(row.reachable) },
                { title: 'recognizable', kind: 'number', less: true, cell: row => numberText(row.recognizable) },
                { title: 'importers', kind: 'wide', cell: row => html`<${Importers} all=${row.importers} />` },
              ]}
            />`
    }
  `;
};
