/** Which vat sources the database holds, how big they are, by what names vats find them, and which vats run them. */
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { type Page, type PageRequest, readPage } from './page.ts';

export type BundleRecord = {
  readonly bundle: string;
  readonly format: string;
  readonly bytes: number;
  /** The names that the host gave it, for vats that make vats. */
  readonly names: readonly string[];
  /** Vats whose incarnation runs it, terminated ones included. */
  readonly vats: readonly string[];
};

/** By id. */
export const listBundles = (store: ReadOnlyStore, request: PageRequest = {}): Page<BundleRecord> => {
  const question = {
    keys: 'SELECT bundle FROM bundles',
    rows: `SELECT bundle, b.format, octet_length(b.content) AS bytes,
        (SELECT group_concat(name, ' ') FROM (
          SELECT name FROM bundle_names n WHERE n.bundle = b.bundle ORDER BY name)) AS names,
        (SELECT group_concat(vat, ' ') FROM (
          SELECT vat FROM vats v WHERE v.bundle = b.bundle ORDER BY CAST(substr(vat, 2) AS INTEGER))) AS vats
      FROM page JOIN bundles b USING (bundle)`,
    order: 'bundle',
  };
  return readPage(store, { question, request }, row => ({
    bundle: row.text('bundle'),
    format: row.text('format'),
    bytes: row.number('bytes'),
    names: row.list('names'),
    vats: row.list('vats'),
  }));
};
