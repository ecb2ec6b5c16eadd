/** What became of upgrades that the host asked for, until it has read that. */
import type { VatId } from '@cooperage/protocol/refs';
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';

export type UpgradeOutcomeRow = {
  readonly upgrade: number;
  readonly vat: VatId;
  readonly outcome: 'upgraded' | 'failed';
  /** The incarnation that runs since: the new one, or the old one. */
  readonly incarnation: number;
  /** Why it failed, for people. */
  readonly problem: string | null;
};

export class UpgradeOutcomesTable {
  readonly #rows: RowTable<number, UpgradeOutcomeRow>;
  readonly #list: Query;

  constructor(connection: Connection) {
    this.#rows = new RowTable<number, UpgradeOutcomeRow>(connection, {
      table: 'upgrade_outcomes',
      columns: { upgrade: 'upgrade', vat: 'vat', outcome: 'outcome', incarnation: 'incarnation', problem: 'problem' },
      key: ['upgrade'],
      text: ['problem'],
    });
    this.#list = this.#rows.prepare('ORDER BY upgrade');
  }

  find(upgrade: number): UpgradeOutcomeRow | undefined {
    return this.#rows.find(upgrade);
  }

  put(row: UpgradeOutcomeRow): void {
    this.#rows.put(row.upgrade, row);
  }

  delete(upgrade: number): void {
    this.#rows.delete(upgrade);
  }

  list(): UpgradeOutcomeRow[] {
    return this.#rows.select(this.#list);
  }

  count(): number {
    return this.#rows.count();
  }
}
