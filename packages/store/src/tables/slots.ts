/**
 * The slots of data that the kernel keeps: of a settled promise, of a waiting message, of the parameters of a vat or of its upgrade,
 * of what a device remembers, of a verdict on a vat. Tables of one shape, so that "who holds this" is a question for SQL. A list
 * without krefs is no list.
 */
import type { KernelPromiseRef, KRef, VatId } from '@cooperage/protocol/refs';
import type { Connection, Query } from '../connection.ts';
import type { Series } from '../horizon.ts';
import { ListTable } from '../list-table.ts';
import type { CountersTable } from './counters.ts';
import { makeKrefSeries, makeNumberSeries } from './id-series.ts';

export type SlotRow<Holder> = { readonly holder: Holder; readonly kref: KRef; readonly position: number };

type SlotsShape<Holder> = {
  readonly table: string;
  readonly holder: string;
  readonly holderOrder: string;
  readonly series?: Series<Holder>;
};

export class SlotsTable<Holder extends string | number> {
  readonly #lists: ListTable<Holder, KRef>;
  readonly #list: Query<SlotRow<Holder>>;

  constructor(connection: Connection, shape: SlotsShape<Holder>) {
    const { table, holder, holderOrder, series } = shape;
    this.#lists = new ListTable(connection, {
      table,
      holder,
      element: 'kref',
      position: 'position',
      order: 'position',
      ...(series === undefined ? {} : { series }),
    });
    this.#list = connection.prepare(`SELECT ${holder} AS holder, kref, position FROM ${table} ORDER BY ${holderOrder}, position`);
  }

  get(holder: Holder): readonly KRef[] {
    return this.#lists.get(holder);
  }

  put(holder: Holder, krefs: readonly KRef[]): void {
    this.#lists.put(holder, krefs);
  }

  delete(holder: Holder): void {
    this.#lists.delete(holder);
  }

  list(): SlotRow<Holder>[] {
    return this.#lists.select(this.#list);
  }

  count(): number {
    return this.#lists.count();
  }
}

export const makePromiseSlotsTable = (connection: Connection, counters: CountersTable): SlotsTable<KernelPromiseRef> =>
  new SlotsTable<KernelPromiseRef>(connection, {
    table: 'promise_slots',
    holder: 'promise',
    holderOrder: 'CAST(substr(promise, 3) AS INTEGER)',
    series: makeKrefSeries(counters),
  });

export const makeMessageSlotsTable = (connection: Connection, counters: CountersTable): SlotsTable<number> =>
  new SlotsTable(connection, {
    table: 'message_slots',
    holder: 'message',
    holderOrder: 'message',
    series: makeNumberSeries(counters, 'message'),
  });

export const makeParameterSlotsTable = (connection: Connection): SlotsTable<VatId> =>
  new SlotsTable(connection, { table: 'parameter_slots', holder: 'vat', holderOrder: 'CAST(substr(vat, 2) AS INTEGER)' });

export const makeUpgradeSlotsTable = (connection: Connection): SlotsTable<number> =>
  new SlotsTable(connection, { table: 'upgrade_slots', holder: 'upgrade', holderOrder: 'upgrade' });

export const makeDeviceStateSlotsTable = (connection: Connection): SlotsTable<number> =>
  new SlotsTable(connection, { table: 'device_state_slots', holder: 'entry', holderOrder: 'entry' });

export const makeVerdictSlotsTable = (connection: Connection): SlotsTable<VatId> =>
  new SlotsTable(connection, { table: 'verdict_slots', holder: 'vat', holderOrder: 'CAST(substr(vat, 2) AS INTEGER)' });
