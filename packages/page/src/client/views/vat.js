// @ts-check
/** One vat: what it is, what it has, what it lived through. */
import { useAnswer } from '../answers.js';
import { html } from '../markup.js';
import { Facts, Filters, numberText, Pages, State, Table, Waiting, WalkPages } from '../pieces.js';
import { pathTo, usePlace } from '../place.js';
import { Delivery } from '../delivery.js';
import { hueOf, Ref, Vat as VatLink } from '../refs.js';

const PAGE = 30;

/** @param {{ vat: string, name?: string | undefined, part: string }} props */
const Head = ({ vat, name, part }) => {
  const tabs = [
    ['', 'About'],
    ['/clist', 'C-list'],
    ['/transcript', 'Transcript'],
  ];
  return html`<div class="head">
    <h1 class="vat-title ${hueOf(vat)}"><span class="ref">${vat}</span> <bdi>${name ?? ''}</bdi></h1>
    <nav class="tabs" aria-label="of this vat">
      ${tabs.map(
        ([path, label]) =>
          html`<a key=${label} href=${`/vats/${vat}${path}`} aria-current=${part === label ? 'page' : undefined}>${label}</a>`,
      )}
      <a href=${pathTo('/objects', { owner: vat })}>Its objects</a>
      <a href=${pathTo('/promises', { decider: vat })}>Promises it decides</a>
      <a href=${pathTo('/graph', { ref: `heap ${vat}` })}>Graph</a>
    </nav>
  </div>`;
};

const optionText = (/** @type {unknown} */ value) => (typeof value === 'string' ? value : JSON.stringify(value));

/** @param {{ vat: string }} props */
export const Vat = ({ vat }) => {
  const { answer, trouble } = useAnswer('vat', { vat });
  const head = html`<${Head} vat=${vat} name=${answer?.name} part="About" />`;
  if (answer === undefined) return html`${head}<${Waiting} trouble=${trouble} />`;
  const options = Object.entries(answer.options ?? {});
  return html`
    ${head}
    <${Facts}
      of=${[
        ['state', html`<${State} state=${answer.state} />`],
        ...(answer.problem === null ? [] : [['problem', html`<bdi class="problem">${answer.problem}</bdi>`]]),
        [
          'incarnation',
          html`${numberText(answer.incarnation)} ${answer.incarnation > 0 ? html`<${Incarnations} vat=${vat} last=${answer.incarnation} />` : html`<span class="note">never upgraded</span>`}`,
        ],
        ['worker', `${answer.worker}, made for ${answer.engine}`],
        ['bundle', html`<code class="hash">${answer.bundle}</code>`],
        ['exports', html`<a href=${pathTo(`/vats/${vat}/clist`, { vref: 'o+' })}>${numberText(answer.exports)}</a>`],
        ['imports', html`<a href=${pathTo(`/vats/${vat}/clist`, { vref: 'o-' })}>${numberText(answer.imports)}</a>`],
        ['promises', html`<a href=${pathTo(`/vats/${vat}/clist`, { vref: 'p' })}>${numberText(answer.promises)}</a>`],
        ['stored keys', numberText(answer.storedKeys)],
        [
          'deliveries',
          html`<a href=${`/vats/${vat}/transcript`}>${numberText(answer.deliveries)}</a>, ${numberText(answer.transcriptRows)} of
            them kept`,
        ],
      ]}
    />
    <section>
      <h2>Options</h2>
      <${Facts} of=${options.map(([name, value]) => [name, html`<code>${optionText(value)}</code>`])} />
    </section>
    <${Latest} vat=${vat} deliveries=${answer.deliveries} />
  `;
};

const Incarnations = (/** @type {{ vat: string, last: number }} */ { vat, last }) => {
  const shown = Array.from({ length: Math.min(last + 1, 12) }, (_, i) => last - i).reverse();
  return html`<span class="note">transcripts: </span>${shown.map(
    number => html`<a key=${number} href=${pathTo(`/vats/${vat}/transcript`, { incarnation: number, from: 0 })}>${number}</a> `,
  )}`;
};

const Latest = (/** @type {{ vat: string, deliveries: number }} */ { vat, deliveries }) => {
  const { answer, trouble } = useAnswer('transcript', { vat, from: Math.max(0, deliveries - 5), limit: 5 });
  return html`<section>
    <h2><a href=${`/vats/${vat}/transcript`}>Latest deliveries</a></h2>
    ${answer === undefined ? html`<${Waiting} trouble=${trouble} />` : html`<${Deliveries} rows=${answer.rows} />`}
  </section>`;
};

const Deliveries = (/** @type {{ rows: readonly any[] }} */ { rows }) =>
  rows.length === 0
    ? html`<p class="note">no deliveries</p>`
    : html`<ol class="deliveries">
        ${rows.map(row => html`<${Delivery} key=${row.position} delivery=${row} />`)}
      </ol>`;

/** @param {{ vat: string, query: Readonly<Record<string, string>> }} props */
export const Clist = ({ vat, query }) => {
  const { answer, trouble } = useAnswer('clist', { vat, vref: query['vref'], after: query['after'] });
  return html`
    <${Head} vat=${vat} name=${answer?.vat.name} part="C-list" />
    <${Filters} fields=${[{ name: 'vref', label: 'vref begins', hint: 'o+, o-, o+d, p' }]} />
    ${
      answer === undefined
        ? html`<${Waiting} trouble=${trouble} />`
        : html`<${WalkPages} walk=${answer} things="entries" />
            <${Table}
              caption="C-list"
              rows=${answer.rows}
              keyOf=${row => row.kref}
              columns=${[
                { title: 'kref', cell: row => html`<${Ref} to=${row.kref} />` },
                { title: 'vref', cell: row => html`<span class="ref">${row.vref}</span>` },
                { title: 'direction', cell: row => row.direction },
                { title: 'reachable', cell: row => (row.reachable ? 'yes' : html`<span class="weak">only recognizable</span>`) },
                { title: 'from', cell: row => html`<${VatLink} vat=${row.from} />` },
              ]}
            />`
    }
  `;
};

/** @param {{ vat: string, query: Readonly<Record<string, string>> }} props */
export const Transcript = ({ vat, query }) => {
  const { path } = usePlace();
  const about = useAnswer('vat', { vat });
  const count = about.answer?.deliveries ?? 0;
  const latest = Math.max(0, count - PAGE);
  const from = query['from'] === undefined ? latest : Number(query['from']);
  const incarnation = query['incarnation'];
  const { answer, trouble } = useAnswer(about.answer === undefined ? null : 'transcript', {
    vat,
    from,
    limit: PAGE,
    incarnation,
  });
  const to = (/** @type {number | undefined} */ position) => pathTo(path, { ...query, from: position });
  const rows = answer?.rows ?? [];
  const previous = from > 0 ? to(Math.max(0, from - PAGE)) : undefined;
  const next = (answer?.more ?? 0) > 0 ? to((rows.at(-1)?.position ?? from) + 1) : undefined;
  return html`
    <${Head} vat=${vat} name=${about.answer?.name} part="Transcript" />
    <${Filters}
      fields=${[
        { name: 'from', label: 'from delivery', hint: String(latest) },
        { name: 'incarnation', label: 'incarnation', hint: 'any' },
      ]}
    />
    ${
      answer === undefined
        ? html`<${Waiting} trouble=${trouble ?? about.trouble} />`
        : html`<${Pages}
              first=${from > 0 ? to(0) : undefined}
              previous=${previous}
              next=${next}
              last=${next === undefined ? undefined : to(undefined)}
            >
              ${rows.length === 0 ? 'none' : `#${numberText(rows[0].position)} to #${numberText(rows.at(-1).position)}`}, ${numberText(count)} deliveries in all
            <//>
            <${Deliveries} rows=${rows} />`
    }
  `;
};
