/** Where garbage collection stands: what vats will be told, which vats will be asked, and how much dirt each has gathered. */
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import type { Fields } from './fields.ts';
import { byNumber, type Page, type PageRequest, readPage } from './page.ts';

export type GcActionRecord = { readonly vat: string; readonly action: string; readonly ref: string };

export type DirtRecord = {
  readonly vat: string;
  readonly name: string;
  readonly state: string;
  /** Deliveries since the last BOYD, and refs met in them. */
  readonly deliveries: number;
  readonly krefs: number;
  /** When a BOYD is due: after so many of either, or 'never'. */
  readonly dueAfter: unknown;
  /** Place among the vats that will bring out their dead. */
  readonly reap: number | null;
};

export type GcAnswer = Page<GcActionRecord> & {
  /** Vats that will bring out their dead, in order. */
  readonly reaps: readonly string[];
  /** Vats that will go on with a BOYD that one delivery could not finish, in order. */
  readonly unfinished: readonly string[];
  /** Terminated vats whose rows are still being removed, in order. */
  readonly cleanups: readonly string[];
  readonly dirt: Page<DirtRecord>;
};

const ACTION_ORDER = `CASE action WHEN 'dropExport' THEN 0 WHEN 'retireExport' THEN 1 ELSE 2 END`;

/** Lists of vats have as many entries as there are vats waiting; beyond this they are cut. */
const QUEUE_LIMIT = 1_000;

const readVatQueue = (store: ReadOnlyStore, table: 'reap_queue' | 'unfinished_reaps' | 'cleanup_queue'): string[] =>
  store.query(`SELECT vat FROM ${table} ORDER BY position LIMIT ${QUEUE_LIMIT}`).map(row => String(row['vat']));

const dueAfter = (row: Fields): unknown => (row.json('options') as { reap?: unknown } | null)?.reap ?? null;

export const readGc = (store: ReadOnlyStore, request: PageRequest = {}): GcAnswer =>
  store.inSnapshot(() => {
    const actions = {
      keys: 'SELECT vat, action, kref FROM gc_actions',
      rows: 'SELECT vat, action, kref FROM page',
      order: `${byNumber('vat', 1)}, ${ACTION_ORDER}, ${byNumber('kref', 2)}`,
    };
    const dirt = {
      keys: `SELECT vat FROM vats WHERE state <> 'terminated'`,
      rows: `SELECT vat, v.name, v.state, v.options, coalesce(p.dirt_deliveries, 0) AS deliveries, coalesce(p.dirt_krefs, 0) AS krefs,
          (SELECT count(*) FROM reap_queue b WHERE b.position <= r.position) AS place
        FROM page JOIN vats v USING (vat) LEFT JOIN vat_progress p USING (vat) LEFT JOIN reap_queue r USING (vat)`,
      order: byNumber('vat', 1),
    };
    return {
      ...readPage(store, { question: actions, request }, row => ({
        vat: row.text('vat'),
        action: row.text('action'),
        ref: row.text('kref'),
      })),
      reaps: readVatQueue(store, 'reap_queue'),
      unfinished: readVatQueue(store, 'unfinished_reaps'),
      cleanups: readVatQueue(store, 'cleanup_queue'),
      dirt: readPage(store, { question: dirt, request: { limit: request.limit } }, row => ({
        vat: row.text('vat'),
        name: row.text('name'),
        state: row.text('state'),
        deliveries: row.number('deliveries'),
        krefs: row.number('krefs'),
        dueAfter: dueAfter(row),
        reap: row.number('place') === 0 ? null : row.number('place'),
      })),
    };
  });
