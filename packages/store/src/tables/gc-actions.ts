/**
 * What vats must still be told about objects that nobody reaches or recognizes any more (I5). A set: adding twice is adding once.
 */
import { compareByNumber, type KernelObjectRef, type VatId } from '@cooperage/protocol/refs';
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';

export type GcAction = 'dropExport' | 'retireExport' | 'retireImport';
export type GcActionRow = { readonly vat: VatId; readonly action: GcAction; readonly kref: KernelObjectRef };

const keyOf = ({ vat, action, kref }: GcActionRow): string => `${vat} ${action} ${kref}`;

// The three actions stand in the alphabet in the order in which a vat must hear of them: drop, retire export, retire import (I8).
const BY_ACTION = 'action, CAST(substr(kref, 3) AS INTEGER)';

/** Steps from vat to vat along the primary key, so that a million actions of one vat cost one step. */
const VATS_SQL = `
  WITH RECURSIVE waiting (vat) AS (
    SELECT min(vat) FROM gc_actions
    UNION ALL
    SELECT (SELECT min(g.vat) FROM gc_actions g WHERE g.vat > waiting.vat) FROM waiting WHERE waiting.vat IS NOT NULL
  )
  SELECT vat FROM waiting WHERE vat IS NOT NULL ORDER BY CAST(substr(vat, 2) AS INTEGER)`;

export class GcActionsTable {
  readonly #rows: RowTable<string, GcActionRow>;
  readonly #vats: Query<VatId>;
  readonly #byVat: Query;
  readonly #some: Query;
  readonly #list: Query;

  constructor(connection: Connection) {
    this.#rows = new RowTable<string, GcActionRow>(connection, {
      table: 'gc_actions',
      columns: { vat: 'vat', action: 'action', kref: 'kref' },
      key: ['vat', 'action', 'kref'],
      index: {
        groupOf: ({ vat, action }) => `${vat} ${action}`,
        compare: (a, b) => (a.kref < b.kref ? -1 : Number(a.kref > b.kref)),
        keyOf,
        groupOfKey: key => key.slice(0, key.lastIndexOf(' ')),
      },
      kept: 50_000,
    });
    this.#vats = connection.prepareColumn(VATS_SQL);
    this.#byVat = this.#rows.prepare(`WHERE vat = ? ORDER BY ${BY_ACTION}`);
    this.#some = this.#rows.prepare('WHERE vat = ? AND action = ? ORDER BY kref LIMIT ?');
    this.#list = this.#rows.prepare(`ORDER BY CAST(substr(vat, 2) AS INTEGER), ${BY_ACTION}`);
  }

  add(row: GcActionRow): void {
    const { vat, action, kref } = row;
    this.#rows.put(keyOf(row), { vat, action, kref });
  }

  has(row: GcActionRow): boolean {
    return this.#rows.find(keyOf(row)) !== undefined;
  }

  delete(row: GcActionRow): void {
    this.#rows.delete(keyOf(row));
  }

  /** The vats that have something to hear, oldest first. */
  listVats(): VatId[] {
    const groups = this.#rows.groups();
    if (groups?.length === 0) return [];
    if (groups !== undefined) {
      const vats = new Set(groups.map(name => name.slice(0, name.indexOf(' ')) as VatId));
      return [...vats].sort(compareByNumber);
    }
    this.#rows.flush();
    return this.#vats.all();
  }

  /** Drops before retires of exports before retires of imports; each by number. */
  listByVat(vat: VatId): GcActionRow[] {
    return this.#rows.select(this.#byVat, vat);
  }

  /** The first actions of one kind, in the order of the primary key, so that a part of a million costs no more than the part. */
  listSome(vat: VatId, action: GcAction, limit: number): GcActionRow[] {
    const rows = this.#rows.inGroup(`${vat} ${action}`);
    if (rows === undefined) return this.#rows.select(this.#some, vat, action, limit);
    const some: GcActionRow[] = [];
    for (const row of rows) {
      if (some.length === limit) break;
      some.push(row);
    }
    return some;
  }

  deleteByVat(vat: VatId): void {
    this.#rows.deleteAll(this.listByVat(vat), keyOf);
  }

  list(): GcActionRow[] {
    return this.#rows.select(this.#list);
  }

  count(): number {
    return this.#rows.count();
  }
}
