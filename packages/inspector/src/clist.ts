/** The c-list of one vat: what it imports and exports, under which names. */
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import type { Fields } from './fields.ts';
import { type FoundVat, getVat } from './find-vat.ts';
import type { Page, PageRequest } from './page.ts';
import { readRefPage } from './ref-page.ts';
import { type Walk, type WalkQuestion, type WalkRequest, walkRefs } from './ref-walk.ts';

export type ClistRecord = {
  readonly kref: string;
  readonly vref: string;
  readonly direction: 'import' | 'export';
  /** False on an import: the vat can only recognize it. False on an export: the vat was told that nobody reaches it. */
  readonly reachable: boolean;
  /** Who exports the object or decides the promise; null when nobody does. */
  readonly from: string | null;
};

export type ClistAnswer = Page<ClistRecord> & { readonly vat: FoundVat };

export type ClistFilter = PageRequest & {
  /** How the vref begins: `o-`, `o+`, `p`, ... */
  readonly vref?: string | undefined;
};

const toRecord = (row: Fields): ClistRecord => {
  const vref = row.text('vref');
  return {
    kref: row.text('kref'),
    vref,
    direction: vref[1] === '-' ? 'import' : 'export',
    reachable: row.boolean('reachable'),
    from: row.textOrNull('source'),
  };
};

const ROWS = `SELECT kref, c.vref, c.reachable, coalesce(o.owner, p.decider) AS source FROM page
  CROSS JOIN clists c USING (kref) LEFT JOIN objects o USING (kref) LEFT JOIN promises p USING (kref) WHERE c.vat = :vat`;

const toQuestion = ({ vat }: FoundVat, { vref }: ClistFilter): WalkQuestion => ({
  table: 'clists',
  alias: 'c',
  where: 'c.vat = :vat AND (:vref IS NULL OR substr(c.vref, 1, length(:vref)) = :vref)',
  values: { vat, vref: vref ?? null },
  kinds: ['device', 'object', 'promise'],
  rows: ROWS,
});

/** Devices, objects and promises, each by number of kref. */
export const listClist = (store: ReadOnlyStore, vatName: string, filter: ClistFilter = {}): ClistAnswer =>
  store.inSnapshot(() => {
    const vat = getVat(store, vatName);
    return { vat, ...readRefPage(store, { question: toQuestion(vat, filter), request: filter }, toRecord) };
  });

export type ClistWalk = Walk<ClistRecord> & { readonly vat: FoundVat };

/** The same from a kref on, however many entries come before it. */
export const walkClist = (store: ReadOnlyStore, vatName: string, filter: ClistFilter & WalkRequest = {}): ClistWalk =>
  store.inSnapshot(() => {
    const vat = getVat(store, vatName);
    return { vat, ...walkRefs(store, { question: toQuestion(vat, filter), request: filter }, toRecord) };
  });
