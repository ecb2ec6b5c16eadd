/**
 * The c-lists and queued GC actions of a kernel as they were after its last crank, followed by the lines of each crank's delta. While a
 * crank runs, and until it is settled, the mirror says how things were when it began.
 */
import type { KRef, VatId, VRef } from '@cooperage/protocol/refs';
import type { Store } from '@cooperage/store/store';
import type { ClistRow } from '@cooperage/store/tables/clists';
import type { GcActionRow } from '@cooperage/store/tables/gc-actions';
import type { MessageRow } from '@cooperage/store/tables/messages';
import type { PinRow } from '@cooperage/store/tables/pins';

/** What a crank did to the tables of messages and pins. */
export type InputLine =
  | { readonly table: 'messages'; readonly row: MessageRow | null }
  | { readonly table: 'pins'; readonly kref: KRef; readonly reason: PinRow['reason']; readonly row: PinRow | null };

type Line = readonly [table: string, key: unknown, row: unknown];

const ROOT = 'o+0';
const FOLLOWED = /^\["(clists|gc_actions|messages|pins)",/;
const keyOf = (vat: VatId, ref: KRef | VRef): string => `${vat} ${ref}`;

export class TableMirror {
  readonly #store: Store;
  readonly #rows = new Map<string, ClistRow>();
  readonly #krefs = new Map<string, KRef>();
  readonly #actions = new Map<KRef, Set<GcActionRow['action']>>();
  readonly #roots = new Set<KRef>();

  /** Follows `store` from its present state. `onSettle` hears what a crank did to messages and pins, before the mirror changes. */
  constructor(store: Store, onSettle: (lines: readonly InputLine[]) => void) {
    this.#store = store;
    this.reload();
    const commitCrank = store.commitCrank.bind(store);
    store.commitCrank = () => {
      const delta = commitCrank();
      const lines = delta.lines.filter(line => FOLLOWED.test(line)).map(line => JSON.parse(line) as Line);
      onSettle(lines.flatMap(toInputLine));
      for (const line of lines) this.#apply(line);
      return delta;
    };
  }

  /** The store is back at an earlier state. */
  reload(): void {
    const { clists, gcActions } = this.#store.tables;
    for (const known of [this.#rows, this.#krefs, this.#actions, this.#roots]) known.clear();
    for (const row of clists.list()) this.#setRow(row);
    for (const { kref, action } of gcActions.list()) this.#addAction(kref, action);
  }

  #apply([table, key, row]: Line): void {
    if (table === 'clists') {
      const [vat, kref] = key as [VatId, KRef];
      this.#deleteRow(vat, kref);
      if (row !== null) this.#setRow(row as ClistRow);
    } else if (table === 'gc_actions') {
      const [, action, kref] = key as [VatId, GcActionRow['action'], KRef];
      if (row === null) this.#actions.get(kref)?.delete(action);
      else this.#addAction(kref, action);
    }
  }

  #setRow(row: ClistRow): void {
    this.#rows.set(keyOf(row.vat, row.kref), row);
    this.#krefs.set(keyOf(row.vat, row.vref), row.kref);
    if (row.vref === ROOT) this.#roots.add(row.kref);
  }

  #deleteRow(vat: VatId, kref: KRef): void {
    const row = this.#rows.get(keyOf(vat, kref));
    if (row === undefined) return;
    this.#rows.delete(keyOf(vat, kref));
    this.#krefs.delete(keyOf(vat, row.vref));
  }

  #addAction(kref: KRef, action: GcActionRow['action']): void {
    const actions = this.#actions.get(kref);
    if (actions === undefined) this.#actions.set(kref, new Set([action]));
    else actions.add(action);
  }

  findByVref(vat: VatId, vref: VRef): ClistRow | undefined {
    const kref = this.#krefs.get(keyOf(vat, vref));
    return kref === undefined ? undefined : this.#rows.get(keyOf(vat, kref));
  }

  /** Entries of one vat, or for one kref. */
  list({ vat, kref }: { readonly vat?: VatId; readonly kref?: KRef }): ClistRow[] {
    return [...this.#rows.values()].filter(row => row.vat === (vat ?? row.vat) && row.kref === (kref ?? row.kref));
  }

  actionsOf(kref: KRef): Iterable<GcActionRow['action']> {
    return this.#actions.get(kref) ?? [];
  }

  /** Roots of vats, which are never dropped. */
  isRoot(kref: KRef): boolean {
    return this.#roots.has(kref);
  }
}

const toInputLine = ([table, key, row]: Line): InputLine[] => {
  if (table === 'messages') return [{ table, row: row as MessageRow | null }];
  if (table !== 'pins') return [];
  const [kref, reason] = key as [KRef, PinRow['reason']];
  return [{ table, kref, reason, row: row as PinRow | null }];
};
