/** Which objects there are: who exports each, under which vref, who imports it, and whether it can still be reached. */
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { type Fields, toFields } from './fields.ts';
import { getVat } from './find-vat.ts';
import type { Page, PageRequest } from './page.ts';
import { readRefPage } from './ref-page.ts';
import { type Walk, type WalkQuestion, type WalkRequest, walkRefs } from './ref-walk.ts';

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

/** What a row is by its state; what `objects_view` says, in terms that need no view. */
const STATE_CONDITIONS: Readonly<Record<string, string>> = {
  root: `o.kref IN (SELECT kref FROM pins WHERE reason = 'root')`,
  orphaned: 'o.owner IS NULL',
  reachable: `o.owner IS NOT NULL AND o.reachable > 0`,
  recognizable: 'o.owner IS NOT NULL AND o.reachable = 0 AND o.recognizable > 0',
  unreferenced: 'o.owner IS NOT NULL AND o.reachable = 0 AND o.recognizable = 0',
};
const NO_ROOT = `o.kref NOT IN (SELECT kref FROM pins WHERE reason = 'root')`;

const BEGINS = 'c.vref >= :vref AND c.vref < :vref || char(1114111)';
const NAMED = `FROM vats v CROSS JOIN clists c ON c.vat = v.vat AND ${BEGINS}`;
const FEW_NAMES = 20_000;

/** Few that have such a name are listed; of many, each object is asked. */
const nameCondition = (store: ReadOnlyStore, vref: string): string => {
  const sql = `SELECT count(*) AS names FROM (SELECT 1 ${NAMED} LIMIT ${FEW_NAMES + 1})`;
  const names = Number(store.query(sql, { vref })[0]?.['names'] ?? 0);
  if (names <= FEW_NAMES) return `(o.owner, o.kref) IN (SELECT c.vat, c.kref ${NAMED})`;
  return `EXISTS (SELECT 1 FROM clists c WHERE c.vat = o.owner AND c.kref = o.kref AND ${BEGINS})`;
};

export type ObjectSelection = { readonly where: string; readonly values: Readonly<Record<string, string>> };

/** The filter as a condition on rows `o` of objects. Throws when it names no vat. */
export const selectObjects = (store: ReadOnlyStore, filter: ObjectFilter): ObjectSelection => {
  const conditions: string[] = [];
  const values: Record<string, string> = {};
  const demand = (name: string, value: string | undefined, condition: string): void => {
    if (value === undefined) return;
    conditions.push(condition);
    values[name] = value;
  };
  const toVat = (vat: string | undefined): string | undefined => (vat === undefined ? undefined : getVat(store, vat).vat);
  demand('owner', toVat(filter.owner), 'o.owner = :owner');
  demand('importer', toVat(filter.importer), `o.kref IN (SELECT kref FROM clists WHERE vat = :importer AND vref LIKE 'o-%')`);
  if (filter.vref !== undefined) demand('vref', filter.vref, nameCondition(store, filter.vref));
  if (filter.state !== undefined) {
    conditions.push(STATE_CONDITIONS[filter.state] ?? 'FALSE');
    if (filter.state !== 'root') conditions.push(NO_ROOT);
  }
  return { where: conditions.length === 0 ? 'TRUE' : conditions.join(' AND '), values };
};

/** Rows for the krefs in `page`. */
const ROWS = 'SELECT o.* FROM page CROSS JOIN objects_view o USING (kref)';

const toQuestion = (store: ReadOnlyStore, filter: ObjectFilter): WalkQuestion => {
  const { where, values } = selectObjects(store, filter);
  return { table: 'objects', alias: 'o', where, values, kinds: ['object'], rows: ROWS };
};

/** Only owners have such names for objects, so where nothing else is asked, their c-lists alone answer, by an index. */
const toListQuestion = (store: ReadOnlyStore, filter: ObjectFilter): WalkQuestion => {
  const { vref, owner, importer, state } = filter;
  const isAllAsked = owner === undefined && importer === undefined && state === undefined;
  if (vref?.startsWith('o+') !== true || !isAllAsked) return toQuestion(store, filter);
  const where = `c.vat IN (SELECT vat FROM vats) AND ${BEGINS}`;
  return { table: 'clists', alias: 'c', where, values: { vref }, kinds: ['object'], rows: ROWS };
};

/** By number of ref. */
export const listObjects = (store: ReadOnlyStore, filter: ObjectFilter = {}): Page<ObjectRecord> =>
  store.inSnapshot(() => readRefPage(store, { question: toListQuestion(store, filter), request: filter }, toRecord));

/** The same from a ref on, however many objects come before it. */
export const walkObjects = (store: ReadOnlyStore, filter: ObjectFilter & WalkRequest = {}): Walk<ObjectRecord> =>
  store.inSnapshot(() => walkRefs(store, { question: toQuestion(store, filter), request: filter }, toRecord));

export const findObject = (store: ReadOnlyStore, kref: string): ObjectRecord | undefined =>
  store.query('SELECT * FROM objects_view WHERE kref = ?', [kref]).map(toFields).map(toRecord)[0];
