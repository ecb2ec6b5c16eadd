// @ts-check
/** Questions in SQL, for which no view was made. */
import { useRef, useState } from 'preact/hooks';
import { ask } from '../answers.js';
import { html } from '../markup.js';
import { countText, Table, Waiting } from '../pieces.js';
import { goTo, pathTo } from '../place.js';
import { Ref, refPath } from '../refs.js';

const EXAMPLES = [
  ['what keeps each thing', 'SELECT * FROM holders ORDER BY kref LIMIT 100'],
  [
    'objects that many import',
    `SELECT kref, count(*) AS importers FROM clists WHERE vref LIKE 'o-%' GROUP BY kref ORDER BY importers DESC LIMIT 20`,
  ],
  ['who exports what', 'SELECT * FROM objects_view LIMIT 100'],
  ['what will run', 'SELECT * FROM queue_view'],
  ['how big vats are', 'SELECT * FROM vat_sizes'],
  ['tables and views', `SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY type DESC, name`],
];

const cellOf = (/** @type {string | number | null} */ value) => {
  if (value === null) return html`<span class="none">NULL</span>`;
  if (typeof value === 'number') return String(value);
  return refPath(value) === undefined ? html`<bdi>${value}</bdi>` : html`<${Ref} to=${value} />`;
};

const Rows = (/** @type {{ answer: any }} */ { answer: { columns, rows, isCut } }) =>
  html`<p class="note" role="status">
      ${isCut ? `the first ${countText(rows.length, 'row')}; there are more` : countText(rows.length, 'row')}
    </p>
    <${Table}
      caption="Answer"
      rows=${rows}
      empty="no rows"
      columns=${columns.map((/** @type {string} */ title, /** @type {number} */ i) => ({
        title,
        kind: typeof rows[0]?.[i] === 'number' ? 'number' : 'text',
        cell: (/** @type {any} */ row) => cellOf(row[i]),
      }))}
    />`;

/** @param {{ query: Readonly<Record<string, string>> }} props */
export const Sql = ({ query }) => {
  const q = query['q'] ?? '';
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const [shown, setShown] = useState(/** @type {{ q: string, answer?: any, trouble?: any } | undefined} */ (undefined));
  const [asked, setAsked] = useState('');
  const run = async (/** @type {string} */ sql) => {
    setAsked(sql);
    setShown(undefined);
    try {
      setShown({ q: sql, answer: await ask('sql', { q: sql }) });
    } catch (trouble) {
      setShown({ q: sql, trouble });
    }
  };
  if (q !== '' && asked !== q) void run(q);
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const sql = box.current?.value.trim() ?? '';
    if (sql === q) void run(sql);
    else goTo(pathTo('/sql', { q: sql }));
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
  };
  return html`
    <h1>SQL</h1>
    <form class="sql" onSubmit=${submit}>
      <textarea
        key=${q}
        ref=${box}
        rows="5"
        spellcheck=${false}
        aria-label="Question in SQL"
        data-filter=${true}
        onKeyDown=${press}
        placeholder="SELECT …"
        defaultValue=${q}
      ></textarea>
      <p class="actions">
        <button type="submit">Ask</button>
        <span class="note">Ctrl+Enter. Reads only; at most 1000 rows and five seconds. The tables and views are those of schema.md.</span>
      </p>
    </form>
    ${
      q === ''
        ? html`<h2>For example</h2>
            <ul class="examples">
              ${EXAMPLES.map(([label, sql]) => html`<li key=${label} class="row"><a href=${pathTo('/sql', { q: sql })}>${label}</a> <code>${sql}</code></li>`)}
            </ul>`
        : shown?.q !== q
          ? html`<${Waiting} trouble=${undefined} what="Asking" />`
          : shown.trouble
            ? html`<${Waiting} trouble=${shown.trouble} />`
            : html`<${Rows} answer=${shown.answer} />`
    }
  `;
};
