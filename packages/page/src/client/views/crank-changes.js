// @ts-check
/** The rows that a crank changed, where the kernel keeps that. */
import { useAnswer } from '../answers.js';
import { html } from '../markup.js';
import { countText, numberText, Table, Waiting } from '../pieces.js';
import { Line } from '../refs.js';

/** @typedef {Readonly<Record<string, string | number | null>>} Row */

const LIMIT = 200;

const rowText = (/** @type {Row} */ row) =>
  Object.entries(row)
    .map(([column, value]) => `${column} ${valueText(value)}`)
    .join(', ');

/** Refs stand without quotes, so that they are links. */
const valueText = (/** @type {string | number | null} */ value) =>
  typeof value === 'string' && /^(?:k[opd]\d+|v\d+|[opd][-+][\w/:]+)$/.test(value) ? value : JSON.stringify(value);

/** Of a row that stays, the columns that differ. */
const changeText = (/** @type {{ before: readonly Row[], after: readonly Row[] }} */ { before, after }) => {
  const [was, is] = [before[0], after[0]];
  if (was === undefined) return `new: ${after.map(rowText).join('; ')}`;
  if (is === undefined) return `gone: ${before.map(rowText).join('; ')}`;
  if (before.length > 1 || after.length > 1) return `${before.map(rowText).join('; ')} → ${after.map(rowText).join('; ')}`;
  return Object.keys(is)
    .filter(column => was[column] !== is[column])
    .map(column => `${column} ${valueText(was[column] ?? null)} → ${valueText(is[column] ?? null)}`)
    .join(', ');
};

/** Names in a c-list or a vatstore are those of its vat. */
const vatOf = (/** @type {{ key: Row, after: readonly Row[], before: readonly Row[] }} */ { key, after, before }) =>
  String(key['vat'] ?? after[0]?.['vat'] ?? before[0]?.['vat'] ?? '');

const COLUMNS = [
  { title: 'table', cell: (/** @type {any} */ row) => row.table },
  {
    title: 'row',
    cell: (/** @type {any} */ row) => html`<${Line} text=${Object.values(row.key).join(' ')} vat=${vatOf(row)} />`,
  },
  {
    title: 'change',
    kind: /** @type {const} */ ('wide'),
    cell: (/** @type {any} */ row) => html`<${Line} text=${changeText(row)} vat=${vatOf(row)} />`,
  },
];

const NOT_KEPT = 'Not kept: what cranks change is remembered by a kernel that is opened with the option history.';

/** @param {{ crank: number }} props */
export const CrankChanges = ({ crank }) => {
  const { answer, trouble, isWaiting } = useAnswer('changes', { crank, limit: LIMIT });
  const isForgotten = answer?.remembered === null;
  return html`<section>
    <h2>Rows that it changed</h2>
    ${
      isForgotten
        ? html`<p class="note">${NOT_KEPT}</p>`
        : answer === undefined || isWaiting
          ? html`<${Waiting} trouble=${trouble} />`
          : html`
              <p class="note">${answer.remembered.kind}${answer.remembered.vat === null ? '' : ` for ${answer.remembered.vat}`}, ${countText(answer.changes.total, 'row')}</p>
              <${Table} caption="Rows that it changed" rows=${answer.changes.rows} columns=${COLUMNS} />
              ${answer.changes.more > 0 ? html`<p class="note">and ${numberText(answer.changes.more)} more</p>` : ''}
            `
    }
  </section>`;
};
