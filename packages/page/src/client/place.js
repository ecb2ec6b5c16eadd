// @ts-check
/** Where the reader is: the path and its parameters, as the address bar has them. Every view has an address of its own. */
import { useEffect, useState } from 'preact/hooks';

/** @typedef {{ readonly path: string, readonly query: Readonly<Record<string, string>> }} Place */

/** @type {Set<() => void>} */
const watchers = new Set();

/** @returns {Place} */
const readPlace = () => ({ path: location.pathname, query: Object.fromEntries(new URLSearchParams(location.search)) });

const tellWatchers = () => watchers.forEach(watcher => watcher());

/** @returns {Place} */
export const usePlace = () => {
  const [place, setPlace] = useState(readPlace);
  useEffect(() => {
    const watcher = () => setPlace(readPlace());
    watchers.add(watcher);
    return () => void watchers.delete(watcher);
  }, []);
  return place;
};

/**
 * A path with parameters; empty ones are left out.
 * @param {string} path
 * @param {Readonly<Record<string, string | number | null | undefined>>} [query]
 */
export const pathTo = (path, query = {}) => {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? path : `${path}?${text}`;
};

/** The crank that the reader looks back to; undefined: now. */
export const findPast = () => new URLSearchParams(location.search).get('at') ?? undefined;

/**
 * A path in the time that the reader looks at: whoever looks back goes on looking back, until `at` is given empty.
 * @param {string} path
 */
export const keepTime = path => {
  const url = new URL(path, location.href);
  const at = url.searchParams.get('at') ?? findPast();
  if (at === undefined) return path;
  if (at === '') url.searchParams.delete('at');
  else url.searchParams.set('at', at);
  return `${url.pathname}${url.search}${url.hash}`;
};

/**
 * @param {string} path
 * @param {{ replace?: boolean }} [options] `replace`: Back skips where the reader was
 */
const move = (path, { replace = false } = {}) => {
  const url = new URL(path, location.href);
  const isElsewhere = url.pathname !== location.pathname;
  if (replace) history.replaceState(null, '', url);
  else history.pushState(null, '', url);
  if (isElsewhere) window.scrollTo(0, 0);
  tellWatchers();
};

/**
 * @param {string} path
 * @param {{ replace?: boolean }} [options] `replace`: Back skips where the reader was
 */
export const goTo = (path, options) => move(keepTime(path), options);

/** Links of the page lead on without loading it again. Each says itself in which time (`markup.js`). */
export const followLinks = () => {
  window.addEventListener('popstate', tellWatchers);
  document.addEventListener('click', event => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
    const href = link?.getAttribute('href');
    if (!href?.startsWith('/') || link?.hasAttribute('download')) return;
    event.preventDefault();
    move(href);
  });
};
