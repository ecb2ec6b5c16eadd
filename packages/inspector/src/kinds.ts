/** What the stored data of vats consists of: for each virtual or durable kind, how many objects and entries there are, and their bytes. */
import { COLLECTION_KINDS } from '@cooperage/protocol/stored-rows';
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { findVat, getVat } from './find-vat.ts';
import { DEFAULT_LIMIT, insistPage, type Page, type PageRequest } from './page.ts';

export type KindSize = {
  readonly vat: string;
  readonly name: string;
  /** `d12` durable, `v7` virtual; '' for rows of no kind: counts of imports, watched promises, ids. */
  readonly kind: string;
  /** As the vat's author called it; the sort of a collection. */
  readonly tag: string;
  readonly objects: number;
  /** Of collections. */
  readonly entries: number;
  /** All rows that are about objects of the kind. */
  readonly rows: number;
  /** Of keys and values. */
  readonly bytes: number;
};

export type KindsRequest = PageRequest & { readonly owner?: string | undefined };

/** Keys are `<part>.<rest>`, and what is about an object has its vref first in the rest (`docs/stored-data.md`). */
const GROUPS = `WITH parts AS (
    SELECT vat, substr(key, 1, max(instr(key, '.') - 1, 0)) AS part, substr(key, instr(key, '.') + 1) AS rest,
      octet_length(key) + octet_length(value) AS bytes
    FROM vatstore WHERE :vat IS NULL OR vat = :vat)
  SELECT vat, part, CASE WHEN rest GLOB 'o+[dv]*/*' THEN substr(rest, 3, instr(rest, '/') - 3) WHEN part = 'kind' THEN rest ELSE '' END AS kind,
    count(*) AS rows, sum(bytes) AS bytes
  FROM parts GROUP BY vat, part, kind ORDER BY vat, part, kind`;

const readTag = (store: ReadOnlyStore, vat: string, kind: string): string => {
  if (kind === '') return '';
  const builtIn = kind.startsWith('d') ? COLLECTION_KINDS[Number(kind.slice(1))] : undefined;
  if (builtIn !== undefined) return builtIn;
  const [row] = store.query('SELECT value FROM vatstore WHERE vat = ? AND key = ?', [vat, `kind.${kind}`]);
  try {
    const { tag, collection } = JSON.parse(String(row?.['value'])) as { tag?: unknown; collection?: unknown };
    const name = tag ?? collection;
    return typeof name === 'string' ? name : '';
  } catch {
    return '';
  }
};

type Sum = { objects: number; entries: number; rows: number; bytes: number };

const sumUp = (groups: ReturnType<ReadOnlyStore['query']>): Map<string, Sum> => {
  const sums = new Map<string, Sum>();
  for (const { vat, part, kind, rows, bytes } of groups) {
    const id = `${vat} ${kind}`;
    const sum = sums.get(id) ?? { objects: 0, entries: 0, rows: 0, bytes: 0 };
    sums.set(id, sum);
    if (part === 'state' || part === 'collection') sum.objects += Number(rows);
    if (part === 'entry') sum.entries += Number(rows);
    sum.rows += Number(rows);
    sum.bytes += Number(bytes);
  }
  return sums;
};

/** The largest first. Reads all stored data, or all of one vat: a large database takes a while. */
export const listKinds = (store: ReadOnlyStore, request: KindsRequest = {}): Page<KindSize> =>
  store.inSnapshot(() => {
    const { limit, skip } = insistPage(request, DEFAULT_LIMIT);
    const vat = request.owner === undefined ? null : getVat(store, request.owner).vat;
    const all = [...sumUp(store.query(GROUPS, { vat }))].sort(([a, x], [b, y]) => y.bytes - x.bytes || (a < b ? -1 : 1));
    const rows = all.slice(skip, skip + limit).map(([id, sum]) => {
      const [owner = '', kind = ''] = id.split(' ');
      return { vat: owner, name: findVat(store, owner)?.name ?? '', kind, tag: readTag(store, owner, kind), ...sum };
    });
    return { rows, total: all.length, skipped: Math.min(skip, all.length), more: Math.max(0, all.length - skip - rows.length) };
  });
