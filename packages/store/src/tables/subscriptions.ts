/** Which vats want to hear of each unresolved promise. */
import { compareByNumber, type KernelPromiseRef, type VatId } from '@cooperage/protocol/refs';
import type { Connection, Query } from '../connection.ts';
import { ListTable } from '../list-table.ts';
import type { CountersTable } from './counters.ts';
import { makeKrefSeries } from './id-series.ts';

export type SubscriptionRow = { readonly promise: KernelPromiseRef; readonly vat: VatId };

const BY_VAT = 'CAST(substr(vat, 2) AS INTEGER)';

export class SubscriptionsTable {
  readonly #lists: ListTable<KernelPromiseRef, VatId>;
  readonly #list: Query<SubscriptionRow>;

  constructor(connection: Connection, counters: CountersTable) {
    this.#lists = new ListTable<KernelPromiseRef, VatId>(connection, {
      table: 'subscriptions',
      holder: 'promise',
      element: 'vat',
      order: BY_VAT,
      series: makeKrefSeries(counters),
    });
    this.#list = connection.prepare(
      `SELECT promise, vat FROM subscriptions ORDER BY CAST(substr(promise, 3) AS INTEGER), ${BY_VAT}`,
    );
  }

  /** Does nothing when the vat has subscribed already. */
  add(promise: KernelPromiseRef, vat: VatId): void {
    const vats = this.#lists.get(promise);
    if (!vats.includes(vat)) this.#lists.put(promise, [...vats, vat].sort(compareByNumber));
  }

  has(promise: KernelPromiseRef, vat: VatId): boolean {
    return this.#lists.get(promise).includes(vat);
  }

  /** In the order in which the vats were created. */
  listVats(promise: KernelPromiseRef): VatId[] {
    return [...this.#lists.get(promise)];
  }

  deleteAll(promise: KernelPromiseRef): void {
    this.#lists.delete(promise);
  }

  delete(promise: KernelPromiseRef, vat: VatId): void {
    const vats = this.#lists.get(promise);
    if (!vats.includes(vat)) return;
    const others = vats.filter(other => other !== vat);
    this.#lists.put(promise, others);
  }

  list(): SubscriptionRow[] {
    return this.#lists.select(this.#list);
  }

  count(): number {
    return this.#lists.count();
  }
}
