/** Keeps what each crank changed, if the host asked for it. `settle.ts` is the caller; without history there is nothing to call. */
import type { CrankDelta, Store } from '@cooperage/store/store';
import type { CrankRow } from '@cooperage/store/tables/history';

/** How far back: all cranks from now on, or the last so many. */
export type HistoryExtent = 'all' | { readonly cranks: number };

export class History {
  readonly #store: Store;
  readonly #extent: HistoryExtent;
  #isContinued = false;

  constructor(store: Store, extent: HistoryExtent) {
    this.#store = store;
    this.#extent = extent;
    store.keepHistory();
  }

  /** Adds a crank that was just committed, in its block. */
  record(row: CrankRow, { changes = [] }: CrankDelta): void {
    const { history } = this.#store.tables;
    // A kernel that ran without history in between has left a gap, which nobody could look back over.
    if (!this.#isContinued && (history.span()?.last ?? row.crank) !== row.crank - 1) history.forgetBefore(row.crank);
    this.#isContinued = true;
    history.append(row, changes);
    if (this.#extent !== 'all') history.forgetBefore(row.crank - this.#extent.cranks + 1);
  }
}
