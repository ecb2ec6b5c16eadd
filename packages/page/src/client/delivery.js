// @ts-check
/** A delivery with what the vat asked for meanwhile, in the vat's refs. */
import { html } from './markup.js';
import { numberText } from './pieces.js';
import { Line, Vat } from './refs.js';

const Syscall = (/** @type {{ syscall: any, vat: string }} */ { syscall, vat }) =>
  html`<li>
    <${Line} text=${syscall.text} vat=${vat} />
    ${syscall.result === '' ? '' : html`<span class="result"> → <${Line} text=${syscall.result} vat=${vat} /></span>`}
  </li>`;

/** @param {{ delivery: any, isAlone?: boolean }} props `isAlone`: the page is about this crank */
export const Delivery = ({ delivery, isAlone = false }) => {
  const { vat, name, position, incarnation, crank, text, syscalls, more, outcome, problem } = delivery;
  return html`<li class="row delivery">
    <div class="where">
      ${
        isAlone
          ? html`<${Vat} vat=${vat} name=${name} />
              <a href=${`/vats/${vat}/transcript?from=${position}`}>delivery ${numberText(position)}</a>`
          : html`<a class="ref" href=${`/crank/${crank}`}>crank ${numberText(crank)}</a>
              <span class="note">#${numberText(position)}</span>`
      }
      ${incarnation > 0 ? html` <span class="note">incarnation ${incarnation}</span>` : ''}
    </div>
    <div class="what">
      <p class="told"><${Line} text=${text} vat=${vat} /></p>
      ${
        syscalls.length === 0
          ? ''
          : html`<ol class="syscalls">
              ${syscalls.map((syscall, i) => html`<${Syscall} key=${i} syscall=${syscall} vat=${vat} />`)}
            </ol>`
      }
      ${more > 0 ? html`<p class="note">${isAlone ? `${numberText(more)} more syscalls` : html`<a href=${`/crank/${crank}`}>${numberText(more)} more syscalls</a>`}</p>` : ''}
      ${outcome === 'ok' ? '' : html`<p class="problem">${outcome}: <bdi>${problem ?? ''}</bdi></p>`}
    </div>
  </li>`;
};
