/**
 * Which rows of the transcripts belong to a range of cranks. Transcripts have no index by crank, but within a vat the cranks of deliveries
 * grow with their positions, so halving finds where a range begins and ends.
 */
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { toFields } from '../fields.ts';
import { byNumber } from '../page.ts';

/** First and last crank. */
export type CrankRange = { readonly from: number; readonly to: number };

/** Rows of one vat, by position; `end` is the first that is not among them. Vats without any are left out. */
export type CrankSpan = { readonly vat: string; readonly first: number; readonly end: number };

const crankAt = (position: string): string =>
  `(SELECT crank FROM transcripts t WHERE t.vat = s.vat AND t.position >= ${position} ORDER BY t.position LIMIT 1)`;

const SEARCH = `WITH RECURSIVE
  ends AS MATERIALIZED (SELECT vat, (SELECT min(position) FROM transcripts t WHERE t.vat = v.vat) AS low,
    (SELECT max(position) + 1 FROM transcripts t WHERE t.vat = v.vat) AS high FROM vats v),
  search(vat, bound, low, high) AS (
    SELECT vat, b.value, low, high FROM ends CROSS JOIN json_each(:bounds) b WHERE low IS NOT NULL
    UNION ALL SELECT s.vat, s.bound, iif(${crankAt('(s.low + s.high) / 2')} < s.bound, (s.low + s.high) / 2 + 1, s.low),
      iif(${crankAt('(s.low + s.high) / 2')} < s.bound, s.high, (s.low + s.high) / 2) FROM search s WHERE s.low < s.high),
  places AS (SELECT vat, bound, low FROM search WHERE low >= high)`;

/** In the order of vats. */
export const findCrankSpans = (store: ReadOnlyStore, { from, to }: CrankRange): readonly CrankSpan[] => {
  const sql = `${SEARCH} SELECT a.vat, a.low AS first, b.low AS end FROM places a JOIN places b USING (vat)
    WHERE a.bound = :from AND b.bound = :after AND a.low < b.low ORDER BY ${byNumber('vat', 1)}`;
  const rows = store.query(sql, { bounds: JSON.stringify([from, to + 1]), from, after: to + 1 }).map(toFields);
  return rows.map(row => ({ vat: row.text('vat'), first: row.number('first'), end: row.number('end') }));
};

/** The nearest cranks before and after one that have a delivery; null when there is none. */
export const findNeighbourCranks = (
  store: ReadOnlyStore,
  crank: number,
): { readonly previous: number | null; readonly next: number | null } => {
  const sql = `${SEARCH} SELECT
      max((SELECT max(crank) FROM transcripts t WHERE t.vat = s.vat AND t.position = s.low - 1)) AS previous,
      (SELECT min(${crankAt('s.low')}) FROM places s WHERE s.bound = :after) AS next
    FROM places s WHERE s.bound = :crank`;
  const [row] = store.query(sql, { bounds: JSON.stringify([crank, crank + 1]), crank, after: crank + 1 }).map(toFields);
  return { previous: row?.numberOrNull('previous') ?? null, next: row?.numberOrNull('next') ?? null };
};

/** What the host put in included; -1 before the first. */
export const readLastCrank = (store: ReadOnlyStore): number =>
  Number(store.query(`SELECT value FROM kernel_state WHERE name = 'crank_number'`)[0]?.['value'] ?? 0) - 1;
