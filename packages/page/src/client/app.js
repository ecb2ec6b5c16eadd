// @ts-check
/** The page: a header that leads everywhere, and the view that the path names. */
import { render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { followKernel, useFollowed } from './answers.js';
import { KeysHelp, listenToKeys } from './keys.js';
import { LookingBack } from './looking-back.js';
import { html } from './markup.js';
import { numberText } from './pieces.js';
import { followLinks, goTo, pathTo, usePlace } from './place.js';
import { refOfPath, refPath } from './refs.js';
import { Crank } from './views/crank.js';
import { Graph } from './views/graph.js';
import { Objects } from './views/objects.js';
import { Overview } from './views/overview.js';
import { Promises } from './views/promises.js';
import { Queue } from './views/queue.js';
import { Sql } from './views/sql.js';
import { Thing } from './views/thing.js';
import { Timeline } from './views/timeline.js';
import { Clist, Transcript, Vat } from './views/vat.js';
import { Vats } from './views/vats.js';

const TABS = [
  ['/', 'Overview'],
  ['/vats', 'Vats'],
  ['/objects', 'Objects'],
  ['/promises', 'Promises'],
  ['/queue', 'Queue'],
  ['/graph', 'Graph'],
  ['/timeline', 'Timeline'],
  ['/sql', 'SQL'],
];

/** Where what somebody wrote leads: a ref, a vat's name, the number of a crank. */
const pathOfText = (/** @type {string} */ text) => {
  const written = text.trim();
  const [, crank] = /^(?:crank\s*|#)(\d+)$/i.exec(written) ?? [];
  if (crank !== undefined) return `/crank/${crank}`;
  const known = refPath(written.replace(/\s+/g, ' '));
  if (known !== undefined) return known;
  const [, vat, vref] = /^(.+?)\s+([opd][-+]\S+)$/.exec(written) ?? [];
  if (vat !== undefined) return `/ref/${encodeURIComponent(vat)}/${vref}`;
  return pathTo('/vats', { named: written });
};

const GoTo = () => {
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const box = input.current;
    if (box === null || box.value.trim() === '') return;
    goTo(pathOfText(box.value));
    box.value = '';
    box.blur();
  };
  return html`<form class="goto" onSubmit=${submit}>
    <input
      ref=${input}
      id="goto"
      aria-label="Go to a ref, a vat or a crank"
      placeholder="ko20, v3, #12 …"
      spellcheck=${false}
      autocomplete="off"
    />
  </form>`;
};

const Following = () => {
  const { state, isConnected } = useFollowed();
  if (state === undefined) return html`<span class="following">…</span>`;
  const title = isConnected ? 'Follows the kernel: so many cranks so far' : 'The server does not answer';
  return html`<a class="following ${isConnected ? 'live' : 'lost'}" href="/timeline" title=${title}>
    ${isConnected ? '' : 'lost at '}${numberText(state.cranks)} cranks
  </a>`;
};

const Header = (/** @type {{ path: string }} */ { path }) => {
  const isHere = (/** @type {string} */ tab) =>
    tab === '/' ? path === '/' : path.startsWith(tab) || (tab === '/timeline' && path.startsWith('/crank/'));
  return html`<header>
    <a class="brand" href="/"><img src="/assets/icon.svg" alt="" width="18" height="18" /> cooperage</a>
    <nav aria-label="views">
      ${TABS.map(
        ([to = '', label]) => html`<a key=${to} href=${to} aria-current=${isHere(to) ? 'page' : undefined}>${label}</a>`,
      )}
    </nav>
    <div class="aside">
      <${GoTo} />
      <${Following} />
      <button class="help" type="button" title="Keys (?)" aria-label="Keys" data-opens-keys>?</button>
    </div>
  </header>`;
};

const viewOf = (/** @type {import('./place.js').Place} */ { path, query }) => {
  const [, vat, part] = /^\/vats\/(v\d+)(?:\/(\w+))?$/.exec(path) ?? [];
  if (vat !== undefined && part === 'clist') return html`<${Clist} key=${path} vat=${vat} query=${query} />`;
  if (vat !== undefined && part === 'transcript') return html`<${Transcript} key=${path} vat=${vat} query=${query} />`;
  if (vat !== undefined) return html`<${Vat} key=${path} vat=${vat} />`;
  if (path.startsWith('/ref/')) return html`<${Thing} key=${path} ref_=${refOfPath(path)} query=${query} />`;
  if (path.startsWith('/crank/')) return html`<${Crank} crank=${Number(path.slice('/crank/'.length))} />`;
  switch (path) {
    case '/vats':
      return html`<${Vats} query=${query} />`;
    case '/objects':
      return html`<${Objects} query=${query} />`;
    case '/promises':
      return html`<${Promises} query=${query} />`;
    case '/queue':
      return html`<${Queue} query=${query} />`;
    case '/graph':
      return html`<${Graph} key=${`${query['ref']} ${query['at']}`} query=${query} />`;
    case '/timeline':
      return html`<${Timeline} query=${query} />`;
    case '/sql':
      return html`<${Sql} key=${query['at']} query=${query} />`;
    default:
      return html`<${Overview} />`;
  }
};

const App = () => {
  const place = usePlace();
  useEffect(() => {
    const heading = document.querySelector('main h1')?.textContent;
    document.querySelector('header nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    document.title = heading ? `${heading} – cooperage` : 'cooperage';
  });
  return html`
    <a class="skip" href="#main">to the content</a>
    <${Header} path=${place.path} />
    <${LookingBack} place=${place} />
    <main id="main" tabindex="-1">${viewOf(place)}</main>
    <${KeysHelp} />
  `;
};

const root = document.getElementById('app');
if (root !== null) {
  root.replaceChildren();
  followLinks();
  listenToKeys();
  followKernel();
  render(html`<${App} />`, root);
}
