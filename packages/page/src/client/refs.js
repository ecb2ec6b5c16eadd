// @ts-check
/** Refs as links, alone and within lines of text. */
import { html } from './markup.js';
import { pathTo } from './place.js';

/**
 * Where a ref leads: `ko20`, `v2`, `v2 o+d12/5`, `heap v2`, `kp40!`, `m7`. Undefined when it is none.
 * @param {string} ref
 * @returns {string | undefined}
 */
export const refPath = ref => {
  if (/^v\d+$/.test(ref)) return `/vats/${ref}`;
  if (/^k[opd]\d+!?$/.test(ref)) return `/ref/${ref.replace('!', '')}`;
  if (/^m\d+$/.test(ref)) return pathTo('/graph', { ref });
  const [, vat] = /^heap (v\d+)$/.exec(ref) ?? [];
  if (vat !== undefined) return `/vats/${vat}`;
  const [, owner, vref] = /^(v\d+) ([opd][-+][vd]?\d+(?:\/\d+)?(?::\d+)?)$/.exec(ref) ?? [];
  return owner === undefined ? undefined : `/ref/${owner}/${vref}`;
};

/** A part of a path that is no encoded text stays as it is written. */
const decodePart = (/** @type {string} */ part) => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

/**
 * The ref of a path under `/ref/`.
 * @param {string} path
 */
export const refOfPath = path => {
  const [first = '', ...rest] = path.slice('/ref/'.length).split('/').map(decodePart);
  return rest.length === 0 ? first : `${first} ${rest.join('/')}`;
};

/**
 * @param {{ to: string | null | undefined, children?: import('./markup.js').Children }} props
 */
export const Ref = ({ to, children }) => {
  if (to === null || to === undefined || to === '') return html`<span class="none">–</span>`;
  const path = refPath(to);
  const text = children ?? to;
  return path === undefined ? html`<span class="ref">${text}</span>` : html`<a class="ref" href=${path}>${text}</a>`;
};

/** @param {{ all: readonly string[] }} props */
export const Refs = ({ all }) => {
  if (all.length === 0) return html`<span class="none">–</span>`;
  return html`<span class="refs">${all.map(ref => html`<${Ref} key=${ref} to=${ref} /> `)}</span>`;
};

/** Quoted texts are a vat's own words: what looks like a ref in them is none. */
const PIECES =
  /("(?:[^"\\]|\\.)*"?)|\b(v\d+ o\+[vd]?\d+(?:\/\d+)?(?::\d+)?|k[opd]\d+|v\d+)\b|((?<![\w+-])[opd][-+][vd]?\d+(?:\/\d+)?(?::\d+)?\b)/g;

/**
 * A line with its refs as links. `vat`: whose refs the line speaks in, if any.
 * @param {{ text: string, vat?: string | null | undefined }} props
 */
export const Line = ({ text, vat }) => {
  /** @type {unknown[]} */
  const pieces = [];
  let end = 0;
  for (const match of text.matchAll(PIECES)) {
    const [whole, quoted, kref, vref] = match;
    pieces.push(text.slice(end, match.index));
    end = match.index + whole.length;
    const ref = kref ?? (vref !== undefined && vat ? `${vat} ${vref}` : undefined);
    if (quoted !== undefined) pieces.push(html`<span class="quoted">${quoted}</span>`);
    else pieces.push(ref === undefined ? whole : html`<${Ref} to=${ref}>${whole}<//>`);
  }
  pieces.push(text.slice(end));
  return html`<span class="line">${pieces}</span>`;
};

/**
 * The number of a vat as one of eight colours.
 * @param {string | null | undefined} vat
 */
export const hueOf = vat => (vat ? `hue${Number(vat.slice(1)) % 8}` : 'hue-none');

/** @param {{ vat: string | null | undefined, name?: string | null | undefined }} props */
export const Vat = ({ vat, name }) => {
  if (!vat) return html`<span class="none">–</span>`;
  return html`<a class="vat ${hueOf(vat)}" href=${`/vats/${vat}`}
    ><span class="ref">${vat}</span>${name ? html` <bdi>${name}</bdi>` : ''}</a
  >`;
};
