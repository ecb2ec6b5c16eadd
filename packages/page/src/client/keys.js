// @ts-check
/** The keyboard: where `g` leads, what `/` looks for, how arrows go through tables, and the list of all that. */
import { html } from './markup.js';
import { goTo } from './place.js';

const DESTINATIONS = /** @type {const} */ ({
  o: ['/', 'overview'],
  v: ['/vats', 'vats'],
  b: ['/objects', 'objects'],
  p: ['/promises', 'promises'],
  q: ['/queue', 'queue'],
  g: ['/graph', 'graph'],
  t: ['/timeline', 'timeline'],
  s: ['/sql', 'SQL'],
});

const KEYS = [
  ['/', 'the filter of this view, or the box for refs'],
  ['.', 'the box for refs, vats and cranks'],
  ...Object.entries(DESTINATIONS).map(([key, [, name]]) => [`g ${key}`, name]),
  ['↑ ↓', 'from row to row (j and k do as well)'],
  ['[ ]', 'previous and next page'],
  ['Enter', 'follow the link'],
  ['Esc', 'leave a field, close this'],
  ['?', 'these keys'],
];

const dialog = () => /** @type {HTMLDialogElement | null} */ (document.getElementById('keys'));

export const KeysHelp = () =>
  html`<dialog id="keys" aria-label="Keys">
    <h2>Keys</h2>
    <dl class="keys">
      ${KEYS.map(
        ([key = '', does]) =>
          html`<div key=${key}>
            <dt>${key.split(' ').map(one => html`<kbd>${one}</kbd> `)}</dt>
            <dd>${does}</dd>
          </div>`,
      )}
    </dl>
    <form method="dialog"><button>Close</button></form>
  </dialog>`;

const isField = (/** @type {EventTarget | null} */ target) =>
  target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');

const focus = (/** @type {string} */ selector) => {
  const field = /** @type {HTMLElement | null} */ (document.querySelector(selector));
  field?.focus();
  if (field instanceof HTMLInputElement) field.select();
  return field !== null;
};

/** What a row can be entered by. */
const rowLink = (/** @type {Element} */ row) => /** @type {HTMLElement | null} */ (row.querySelector('a[href], button'));

/** From the row that has the focus to the next one that leads somewhere; from nowhere to the first of all. */
const moveRow = (/** @type {1 | -1} */ step) => {
  const rows = [...document.querySelectorAll('main tbody tr, main li.row')].filter(row => rowLink(row) !== null);
  const current = document.activeElement?.closest('tr, li.row') ?? null;
  const at = current === null ? -1 : rows.indexOf(current);
  const next = rows[at === -1 ? (step === 1 ? 0 : rows.length - 1) : at + step];
  if (next === undefined) return false;
  rowLink(next)?.focus();
  return true;
};

const turnPage = (/** @type {'prev' | 'next'} */ rel) => {
  const link = /** @type {HTMLElement | null} */ (document.querySelector(`main a[rel=${rel}]`));
  link?.click();
  return link !== null;
};

let isAfterG = false;

/** @type {Readonly<Record<string, () => boolean>>} */
const ACTIONS = {
  '/': () => focus('main [data-filter=true]') || focus('#goto'),
  '.': () => focus('#goto'),
  '?': () => {
    dialog()?.showModal();
    return true;
  },
  ArrowDown: () => document.activeElement?.closest('tr, li.row') !== null && moveRow(1),
  ArrowUp: () => document.activeElement?.closest('tr, li.row') !== null && moveRow(-1),
  j: () => moveRow(1),
  k: () => moveRow(-1),
  '[': () => turnPage('prev'),
  ']': () => turnPage('next'),
};

const press = (/** @type {KeyboardEvent} */ event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || dialog()?.open) return;
  const { key, target } = event;
  if (isField(target)) {
    if (key === 'Escape') /** @type {HTMLElement} */ (target).blur();
    return;
  }
  const destination = isAfterG ? DESTINATIONS[/** @type {keyof typeof DESTINATIONS} */ (key)] : undefined;
  const wasAfterG = isAfterG;
  isAfterG = key === 'g' && !isAfterG;
  if (destination !== undefined) {
    event.preventDefault();
    goTo(destination[0]);
    return;
  }
  if (isAfterG || wasAfterG) return;
  if (ACTIONS[key]?.()) event.preventDefault();
};

export const listenToKeys = () => {
  document.addEventListener('keydown', press);
  document.addEventListener('click', event => {
    if (event.target instanceof Element && event.target.closest('[data-opens-keys]') !== null) dialog()?.showModal();
  });
};
