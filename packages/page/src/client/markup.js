// @ts-check
/** Markup as tagged templates: no compiler, and texts stay texts. */
import htm from 'htm';
import { h } from 'preact';
import { keepTime } from './place.js';

/** @typedef {import('preact').ComponentChildren} Children */

/**
 * A link carries the time that the reader looks at, so that it leads there in another tab as well.
 * @this {[staticness: number]} what htm knows of the element: 3 says to make it anew each time, though it looks the same
 * @param {any} type
 * @param {any} props
 * @param {any[]} children
 */
function make(type, props, ...children) {
  if (type !== 'a' || typeof props?.href !== 'string' || !props.href.startsWith('/')) return h(type, props, ...children);
  this[0] = 3;
  return h(type, { ...props, href: keepTime(props.href) }, ...children);
}

/** @type {(strings: TemplateStringsArray, ...values: unknown[]) => import('preact').VNode<any>} */
export const html = /** @type {any} */ (htm).bind(make);
