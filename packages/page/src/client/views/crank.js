// @ts-check
/** One crank: what was delivered, what the vat did, and how messages led there and on. */
import { useAnswer } from '../answers.js';
import { Delivery } from '../delivery.js';
import { LookBack } from '../looking-back.js';
import { html } from '../markup.js';
import { numberText, Pages, Table, Waiting } from '../pieces.js';
import { pathTo } from '../place.js';
import { Line, Vat } from '../refs.js';
import { CrankChanges } from './crank-changes.js';

const PROOFS = /** @type {Record<string, string>} */ ({
  refs: 'its result says so',
  likeness: 'by method, arguments and order',
  none: '',
});

const End = (/** @type {{ end: any, otherwise: string }} */ { end, otherwise }) =>
  end === null
    ? html`<span class="note">${otherwise}</span>`
    : html`<a class="ref" href=${`/crank/${end.crank}`}>crank ${numberText(end.crank)}</a> <${Vat} vat=${end.vat} />`;

const Messages = (
  /** @type {{ title: string, arrows: readonly any[], end: 'from' | 'to', otherwise: string }} */ {
    title,
    arrows,
    end,
    otherwise,
  },
) =>
  arrows.length === 0
    ? ''
    : html`<section>
        <h2>${title}</h2>
        <${Table}
          caption=${title}
          rows=${arrows}
          columns=${[
            {
              title: end === 'from' ? 'sent in' : 'delivered in',
              cell: row => html`<${End} end=${row[end]} otherwise=${otherwise} />`,
            },
            { title: 'call', kind: 'wide', cell: row => html`<${Line} text=${row.call} vat=${(row.to ?? row.from).vat} />` },
            { title: 'joined', less: true, cell: row => html`<span class="note">${PROOFS[row.proof]}</span>` },
          ]}
        />
      </section>`;

/** @param {{ crank: number }} props */
export const Crank = ({ crank }) => {
  const { answer, trouble, isWaiting } = useAnswer('crank', { crank });
  const shown = isWaiting ? undefined : answer;
  const to = (/** @type {number | null | undefined} */ other) =>
    other === null || other === undefined ? undefined : `/crank/${other}`;
  return html`
    <div class="head">
      <h1>Crank ${numberText(crank)}</h1>
      <nav class="tabs" aria-label="of this crank">
        <a href=${pathTo('/timeline', { to: crank + 20, crank })}>Timeline</a>
        <${LookBack} crank=${crank} to=${pathTo('/', { at: crank })} />
      </nav>
    </div>
    <${Pages} hasFirst=${false} previous=${to(answer?.previous)} next=${to(answer?.next)}>of ${numberText(answer?.last)}<//>
    ${
      shown === undefined
        ? html`<${Waiting} trouble=${trouble} />`
        : html`
            ${
              shown.deliveries.length === 0
                ? html`<p class="note">
                    No delivery of this crank is kept: the host put something in, or what was to be delivered was moot.
                  </p>`
                : html`<ol class="deliveries">
                    ${shown.deliveries.map((/** @type {any} */ delivery) => html`<${Delivery} key=${`${delivery.vat} ${delivery.position}`} delivery=${delivery} isAlone=${true} />`)}
                  </ol>`
            }
            <${Messages}
              title="Where it came from"
              end="from"
              otherwise="the host, or too long ago"
              arrows=${shown.arrows.filter((/** @type {any} */ arrow) => arrow.to?.crank === crank)}
            />
            <${Messages}
              title="Messages it sent"
              end="to"
              otherwise="not delivered, or much later"
              arrows=${shown.arrows.filter((/** @type {any} */ arrow) => arrow.from?.crank === crank)}
            />
            <${CrankChanges} crank=${crank} />
          `
    }
  `;
};
