// @ts-check
/** All vats, in the order in which they were made. */
import { useEffect } from 'preact/hooks';
import { useAnswer } from '../answers.js';
import { html } from '../markup.js';
import { addressText, Filters, numberText, SkipPages, State, Table, Waiting } from '../pieces.js';
import { goTo } from '../place.js';
import { Vat } from '../refs.js';

const number = (/** @type {string} */ title, /** @type {string} */ field, less = false) => ({
  title,
  kind: /** @type {const} */ ('number'),
  less,
  cell: (/** @type {any} */ row) => numberText(row[field]),
});

const COLUMNS = [
  { title: 'vat', cell: (/** @type {any} */ row) => html`<${Vat} vat=${row.vat} name=${row.name} />` },
  { title: 'state', cell: (/** @type {any} */ row) => html`<${State} state=${row.state} />` },
  number('incarnation', 'incarnation', true),
  number('exports', 'exports'),
  number('imports', 'imports'),
  number('promises', 'promises'),
  number('keys', 'storedKeys', true),
  number('deliveries', 'deliveries'),
  {
    title: 'problem',
    kind: /** @type {const} */ ('wide'),
    cell: (/** @type {any} */ row) => html`<bdi>${row.problem ?? ''}</bdi>`,
  },
];

/** A vat's name, written into the box of the header. */
const Named = (/** @type {{ name: string }} */ { name }) => {
  const { answer, trouble } = useAnswer('vat', { vat: name });
  useEffect(() => {
    if (answer !== undefined) goTo(`/vats/${answer.vat}`, { replace: true });
  }, [answer]);
  return html`<h1>${addressText(name)}</h1>
    <${Waiting} trouble=${trouble} what="Looking for that vat" />`;
};

/** @param {{ query: Readonly<Record<string, string>> }} props */
export const Vats = ({ query }) => {
  const { named, state, skip } = query;
  const { answer, trouble } = useAnswer(named === undefined ? 'vats' : null, { state, skip });
  if (named !== undefined) return html`<${Named} name=${named} />`;
  return html`
    <h1>Vats</h1>
    <${Filters} fields=${[{ name: 'state', label: 'state', choices: ['starting', 'running', 'suspended', 'terminated'] }]} />
    ${
      answer === undefined
        ? html`<${Waiting} trouble=${trouble} />`
        : html`<${SkipPages} page=${answer} things="vats" /><${Table}
              caption="Vats"
              rows=${answer.rows}
              keyOf=${row => row.vat}
              columns=${COLUMNS}
              empty="no such vats"
            />`
    }
  `;
};
