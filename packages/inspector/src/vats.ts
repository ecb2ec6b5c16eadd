/** Which vats there are: state, source, how much each holds, what is wrong with it. */
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { byNumber, type Page, type PageRequest, readPage } from './page.ts';
import { type Fields, toFields } from './fields.ts';
import { getVat } from './find-vat.ts';

export type VatRecord = {
  readonly vat: string;
  readonly name: string;
  readonly state: string;
  readonly incarnation: number;
  readonly worker: string;
  readonly engine: string;
  readonly bundle: string;
  readonly options: unknown;
  readonly imports: number;
  readonly exports: number;
  readonly promises: number;
  readonly storedKeys: number;
  /** In the vat's whole history. */
  readonly deliveries: number;
  /** In the transcript that is kept. */
  readonly transcriptRows: number;
  /** Why it was suspended or terminated. */
  readonly problem: string | null;
};

export const VAT_STATES = ['starting', 'running', 'suspended', 'terminated'] as const;
export type VatFilter = PageRequest & { readonly state?: string | undefined };

const toRecord = (row: Fields): VatRecord => ({
  vat: row.text('vat'),
  name: row.text('name'),
  state: row.text('state'),
  incarnation: row.number('incarnation'),
  worker: row.text('worker'),
  engine: row.text('engine'),
  bundle: row.text('bundle'),
  options: row.json('options'),
  imports: row.number('imports'),
  exports: row.number('exports'),
  promises: row.number('promises'),
  storedKeys: row.number('stored_keys'),
  deliveries: row.number('all_deliveries'),
  transcriptRows: row.number('deliveries'),
  problem: row.textOrNull('problem'),
});

/** What the view `vat_sizes` says, by ranges of the index: the view looks at each name. */
const ROWS = `SELECT v.*,
    (SELECT count(*) FROM clists c WHERE c.vat = v.vat AND c.vref >= 'o-' AND c.vref < 'o.') AS imports,
    (SELECT count(*) FROM clists c WHERE c.vat = v.vat AND c.vref >= 'o+' AND c.vref < 'o,') AS exports,
    (SELECT count(*) FROM clists c WHERE c.vat = v.vat AND c.vref >= 'p' AND c.vref < 'q') AS promises,
    (SELECT count(*) FROM vatstore s WHERE s.vat = v.vat) AS stored_keys,
    (SELECT count(*) FROM transcripts t WHERE t.vat = v.vat) AS deliveries,
    coalesce(p.deliveries, 0) AS all_deliveries
  FROM page JOIN vats v USING (vat) LEFT JOIN vat_progress p USING (vat)`;

/** In the order in which they were created. */
export const listVats = (store: ReadOnlyStore, filter: VatFilter = {}): Page<VatRecord> => {
  const question = {
    keys: 'SELECT vat FROM vats WHERE :state IS NULL OR state = :state',
    rows: ROWS,
    order: byNumber('vat', 1),
    values: { state: filter.state ?? null },
  };
  return readPage(store, { question, request: filter }, toRecord);
};

/** By id or name. Throws ERR_VAT_NOT_FOUND. */
export const getVatRecord = (store: ReadOnlyStore, idOrName: string): VatRecord =>
  store.inSnapshot(() => {
    const { vat } = getVat(store, idOrName);
    const [row] = store.query(`WITH page AS (SELECT :vat AS vat) ${ROWS}`, { vat });
    return toRecord(toFields(row ?? {}));
  });
