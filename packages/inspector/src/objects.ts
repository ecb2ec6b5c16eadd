/** Which objects there are: who exports each, under which vref, who imports it, and whether it can still be reached. */
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import type { Fields } from './fields.ts';
import { getVat } from './find-vat.ts';
import { byNumber, type Page, type PageRequest, readPage } from './page.ts';

export type ObjectRecord = {
  readonly ref: string;
  /** Null for an orphan. */
  readonly owner: string | null;
  readonly ownerName: string | null;
  readonly vref: string | null;
  readonly state: string;
  readonly reachable: number;
  readonly recognizable: number;
  readonly importers: readonly string[];
};

export const OBJECT_STATES = ['root', 'orphaned', 'reachable', 'recognizable', 'unreferenced'] as const;

export type ObjectFilter = PageRequest & {
  /** A vat's id or name. */
  readonly owner?: string | undefined;
  /** A vat's id or name. */
  readonly importer?: string | undefined;
  readonly state?: string | undefined;
  /** How the owner's name for it begins, such as `o+d`. */
  readonly vref?: string | undefined;
};

const toRecord = (row: Fields): ObjectRecord => ({
  ref: row.text('kref'),
  owner: row.textOrNull('owner'),
  ownerName: row.textOrNull('owner_name'),
  vref: row.textOrNull('vref'),
  state: row.text('state'),
  reachable: row.number('reachable'),
  recognizable: row.number('recognizable'),
  importers: row.list('importers'),
});

/** By number of ref. */
export const listObjects = (store: ReadOnlyStore, filter: ObjectFilter = {}): Page<ObjectRecord> =>
  store.inSnapshot(() => {
    const conditions: string[] = [];
    const values: Record<string, string> = {};
    const demand = (name: string, value: string | undefined, condition: string): void => {
      if (value === undefined) return;
      conditions.push(condition);
      values[name] = value;
    };
    const toVat = (vat: string | undefined): string | undefined => (vat === undefined ? undefined : getVat(store, vat).vat);
    demand('owner', toVat(filter.owner), 'owner = :owner');
    demand('state', filter.state, 'state = :state');
    demand('vref', filter.vref, 'substr(vref, 1, length(:vref)) = :vref');
    demand('importer', toVat(filter.importer), `kref IN (SELECT kref FROM clists WHERE vat = :importer AND vref LIKE 'o-%')`);
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    const question = {
      keys: conditions.length === 0 ? 'SELECT kref FROM objects' : `SELECT kref FROM objects_view ${where}`,
      rows: 'SELECT o.* FROM page JOIN objects_view o USING (kref)',
      order: byNumber('kref', 2),
      values,
    };
    return readPage(store, { question, request: filter }, toRecord);
  });
