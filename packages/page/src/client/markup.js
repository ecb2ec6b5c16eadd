// @ts-check
/** Markup as tagged templates: no compiler, and texts stay texts. */
import htm from 'htm';
import { h } from 'preact';

/** @typedef {import('preact').ComponentChildren} Children */

/** @type {(strings: TemplateStringsArray, ...values: unknown[]) => import('preact').VNode<any>} */
export const html = /** @type {any} */ (htm).bind(h);
