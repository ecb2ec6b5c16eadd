/** Upgrades that were asked for: one row each for as long as its event stands in the run queue. The slots are in `upgradeSlots` (I17). */
import type { VatId } from '@cooperage/protocol/refs';
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';
import type { CountersTable } from './counters.ts';

/** Who is told what became of an upgrade. 'host': a row in `upgradeOutcomes`, until it has been read. 'watcher': the object that
 * is told what becomes of a dynamic vat. 'nobody': only the log. */
export type UpgradeResult = 'host' | 'watcher' | 'nobody';

export type UpgradeRow = {
  readonly upgrade: number;
  readonly vat: VatId;
  readonly bundle: string;
  /** The options that change, as JSON. */
  readonly options: string;
  /** Null: the vat keeps the parameters that it has. */
  readonly parametersBody: string | null;
  readonly message: string;
  /** 'stop': the old incarnation lets go of what only its heap holds. 'discard': that stays held; the old one is not even asked. */
  readonly heap: 'stop' | 'discard';
  readonly result: UpgradeResult;
};

const COUNTER = 'upgrade';
const FIRST = 1;

export class UpgradesTable {
  readonly #counters: CountersTable;
  readonly #rows: RowTable<number, UpgradeRow>;
  readonly #list: Query;

  constructor(connection: Connection, counters: CountersTable) {
    this.#counters = counters;
    this.#rows = new RowTable<number, UpgradeRow>(connection, {
      table: 'upgrades',
      columns: {
        upgrade: 'upgrade',
        vat: 'vat',
        bundle: 'bundle',
        options: 'options',
        parametersBody: 'parameters_body',
        message: 'message',
        heap: 'heap',
        result: 'result',
      },
      key: ['upgrade'],
      text: ['options', 'parametersBody', 'message'],
    });
    this.#list = this.#rows.prepare('ORDER BY upgrade');
  }

  /** Gives the row its number. */
  add(row: Omit<UpgradeRow, 'upgrade'>): UpgradeRow {
    const added = { ...row, upgrade: this.#counters.take(COUNTER, FIRST) };
    this.#rows.put(added.upgrade, added);
    return added;
  }

  get(upgrade: number): UpgradeRow {
    return this.#rows.get(upgrade);
  }

  find(upgrade: number): UpgradeRow | undefined {
    return this.#rows.find(upgrade);
  }

  delete(upgrade: number): void {
    this.#rows.delete(upgrade);
  }

  list(): UpgradeRow[] {
    return this.#rows.select(this.#list);
  }

  count(): number {
    return this.#rows.count();
  }
}
