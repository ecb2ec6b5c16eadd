// @ts-check
/** What several views are made of: tables, facts, filters, pages, and what is said while there is nothing to show. */
import { html } from './markup.js';
import { goTo, pathTo, usePlace } from './place.js';

const GROUPS = /\B(?=(\d{3})+(?!\d))/g;

/** @param {number | null | undefined} number */
export const numberText = number => (number === null || number === undefined ? '?' : String(number).replace(GROUPS, '\u202f'));

/**
 * What somebody put into the address, which may be a link from anywhere: what is invisible in it is made visible. The server does it for answers.
 * @param {string} text
 */
export const addressText = text =>
  text.replace(/[\p{C}\u2028\u2029]/gu, char => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);

/** @param {number} bytes */
export const bytesText = bytes => {
  if (bytes < 1000) return `${bytes} bytes`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(1)} ${units[unit]}`;
};

/**
 * @param {number} count
 * @param {string} thing
 * @param {string} [things]
 */
export const countText = (count, thing, things = `${thing}s`) => `${numberText(count)} ${count === 1 ? thing : things}`;

/**
 * @template Row
 * @typedef {{ readonly title: string, readonly cell: (row: Row) => unknown, readonly kind?: 'number' | 'text' | 'wide', readonly less?: boolean }} Column
 * `less`: left out where there is little room
 */

/**
 * @param {{ columns: readonly Column<any>[], rows: readonly any[], keyOf?: (row: any, i: number) => string | number, empty?: string, caption?: string }} props
 */
export const Table = ({ columns, rows, keyOf = (_row, i) => i, empty = 'none', caption }) => {
  if (rows.length === 0) return html`<p class="note">${empty}</p>`;
  const classOf = (/** @type {Column<any>} */ { kind, less = false }) => `${kind ?? ''} ${less ? 'less' : ''}`;
  return html`<div class="scroll">
    <table aria-label=${caption}>
      <thead>
        <tr>
          ${columns.map(column => html`<th key=${column.title} scope="col" class=${classOf(column)}>${column.title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row, i) =>
            html`<tr key=${keyOf(row, i)}>
              ${columns.map(column => html`<td key=${column.title} class=${classOf(column)}>${column.cell(row)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
};

/** @param {{ of: readonly (readonly [string, unknown])[] }} props */
export const Facts = ({ of }) =>
  html`<dl class="facts">
    ${of.map(
      ([name, value]) =>
        html`<div key=${name}>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;

/** @param {{ trouble: import('./answers.js').Trouble | undefined, isWaiting?: boolean, what?: string }} props */
export const Waiting = ({ trouble, what = 'Reading' }) => {
  if (trouble === undefined) return html`<p class="note waiting" role="status">${what}…</p>`;
  return html`<div class="trouble" role="alert">
    <p><bdi>${trouble.message}</bdi></p>
    ${trouble.remedy ? html`<p class="note"><bdi>${trouble.remedy}</bdi></p>` : ''}
  </div>`;
};

/**
 * A link to a page of a list, or its name alone where there is no such page.
 * @param {{ to: string | undefined, label: string, rel?: string }} props
 */
const PageLink = ({ to, label, rel }) =>
  to === undefined ? html`<span class="off">${label}</span>` : html`<a href=${to} rel=${rel}>${label}</a>`;

/**
 * @param {{ first?: string | undefined, previous?: string | undefined, next?: string | undefined, last?: string | undefined, children?: import('./markup.js').Children, hasFirst?: boolean, hasPrevious?: boolean }} props
 */
export const Pages = ({ first, previous, next, last, children, hasFirst = true, hasPrevious = true }) => {
  if ([first, previous, next, last].every(link => link === undefined)) return html`<p class="pages">${children}</p>`;
  return html`<nav class="pages" aria-label="pages">
    <span class="count">${children}</span>
    <span class="turns">
      ${hasFirst ? html`<${PageLink} to=${first} label="first" />` : ''}
      ${hasPrevious ? html`<${PageLink} to=${previous} label="previous" rel="prev" />` : ''}
      <${PageLink} to=${next} label="next" rel="next" />
      ${last === undefined ? '' : html`<${PageLink} to=${last} label="last" />`}
    </span>
  </nav>`;
};

/**
 * A list that goes on after a ref.
 * @param {{ walk: { rows: readonly any[], total: number | null, next: string | null }, things: string }} props
 */
export const WalkPages = ({ walk, things }) => {
  const { path, query } = usePlace();
  const first = query['after'] === undefined ? undefined : pathTo(path, { ...query, after: undefined });
  const next = walk.next === null ? undefined : pathTo(path, { ...query, after: walk.next });
  const total = walk.total === null ? `more than ${numberText(100_000)} ${things}` : `${numberText(walk.total)} ${things}`;
  const where = query['after'] === undefined ? '' : `, after ${addressText(query['after'])}`;
  return html`<${Pages} first=${first} next=${next} hasPrevious=${false}>${total}${where}<//>`;
};

/**
 * A list that passes over rows.
 * @param {{ page: { rows: readonly any[], total: number, skipped: number, more: number }, things: string }} props
 */
export const SkipPages = ({ page, things }) => {
  const { path, query } = usePlace();
  const { rows, total, skipped, more } = page;
  const size = Math.max(rows.length, 50);
  const to = (/** @type {number} */ skip) => pathTo(path, { ...query, skip: skip === 0 ? undefined : skip });
  const previous = skipped === 0 ? undefined : to(Math.max(0, skipped - size));
  const range = rows.length === total ? '' : ` ${numberText(skipped + 1)}–${numberText(skipped + rows.length)} of`;
  return html`<${Pages}
    first=${skipped === 0 ? undefined : to(0)}
    previous=${previous}
    next=${more > 0 ? to(skipped + rows.length) : undefined}
  >
    ${range} ${numberText(total)} ${things}
  <//>`;
};

/** @typedef {{ readonly name: string, readonly label: string, readonly choices?: readonly string[], readonly hint?: string }} Field */

/**
 * Filters of a list: each is a parameter of its address.
 * @param {{ fields: readonly Field[] }} props
 */
export const Filters = ({ fields }) => {
  const { path, query } = usePlace();
  const apply = (/** @type {HTMLFormElement} */ form) => {
    const data = new FormData(form);
    goTo(pathTo(path, Object.fromEntries(fields.map(({ name }) => [name, String(data.get(name) ?? '').trim()]))));
  };
  const isFiltered = fields.some(({ name }) => query[name] !== undefined);
  const submit = (/** @type {SubmitEvent & { currentTarget: HTMLFormElement }} */ event) => {
    event.preventDefault();
    apply(event.currentTarget);
  };
  const change = (/** @type {Event & { currentTarget: HTMLSelectElement }} */ event) => {
    if (event.currentTarget.form !== null) apply(event.currentTarget.form);
  };
  return html`<form class="filters" role="search" onSubmit=${submit}>
    ${fields.map(
      ({ name, label, choices, hint }, i) =>
        html`<label key=${name}>
          <span>${label}</span>
          ${
            choices === undefined
              ? html`<input
                  name=${name}
                  value=${query[name] ?? ''}
                  placeholder=${hint}
                  data-filter=${i === 0}
                  size="10"
                  spellcheck=${false}
                  autocomplete="off"
                />`
              : html`<select name=${name} onChange=${change} data-filter=${i === 0}>
                  <option value="">any</option>
                  ${choices.map(choice => html`<option key=${choice} value=${choice} selected=${query[name] === choice}>${choice}</option>`)}
                </select>`
          }
        </label>`,
    )}
    <button type="submit">Filter</button>
    ${isFiltered ? html`<a class="clear" href=${path}>clear</a>` : ''}
  </form>`;
};

/** @param {{ state: string }} props */
export const State = ({ state }) => html`<span class="state state-${/^\w+$/.test(state) ? state : 'other'}">${state}</span>`;
