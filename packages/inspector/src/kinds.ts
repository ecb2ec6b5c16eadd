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

/**
 * Keys are `<part>.<rest>`, and what is about an object has its vref first in the rest (`docs/stored-data.md`): what follows are
 * expressions over such a key.
 */
const PART = `substr(key, 1, max(instr(key, '.') - 1, 0))`;
const REST = `substr(key, instr(key, '.') + 1)`;
const KIND = `CASE WHEN ${REST} GLOB 'o+[dv]*/*' THEN substr(${REST}, 3, instr(${REST}, '/') - 3)
  WHEN ${PART} = 'kind' THEN ${REST} ELSE '' END`;
const BYTES = 'octet_length(key) + octet_length(value)';

/** Of every row its group: sorts all rows. */
const GROUPS = `SELECT vat, part, kind, count(*) AS rows, sum(bytes) AS bytes
  FROM (SELECT vat, ${PART} AS part, ${KIND} AS kind, ${BYTES} AS bytes FROM vatstore WHERE :vat IS NULL OR vat = :vat)
  GROUP BY vat, part, kind ORDER BY vat, part, kind`;

/**
 * Where the rows end that are of the same group as a key and next to it, by the order of keys: whatever begins with `entry.o+d12/` comes
 * before `entry.o+d120`, because 0 is the character after /. Where nothing is known of the next key, the key is alone.
 */
const DOTTED = `substr(key, 1, instr(key, '.'))`;
const ALONE = `key || char(0)`;
const END = `CASE
  WHEN instr(key, '.') = 0 THEN ${ALONE}
  WHEN ${REST} GLOB 'o+[dv]*/*' THEN ${DOTTED} || substr(${REST}, 1, instr(${REST}, '/') - 1) || '0'
  WHEN ${PART} = 'kind' THEN ${ALONE}
  WHEN ${REST} < 'o+d' THEN ${DOTTED} || 'o+d'
  WHEN ${REST} < 'o+e' THEN ${ALONE}
  WHEN ${REST} < 'o+v' THEN ${DOTTED} || 'o+v'
  WHEN ${REST} < 'o+w' THEN ${ALONE}
  ELSE ${PART} || '/' END`;

/** More spans than a vat of liveslots ever has: keys of other vats may be all different. */
const MOST_SPANS = 20_000;

/** From the first key of a group past its last, and so on: reads each row once and sorts none. */
const SPANS = `WITH RECURSIVE spans(of_vat, first, past) AS (
    SELECT vat, '', '' FROM vats WHERE :vat IS NULL OR vat = :vat
    UNION ALL
    SELECT of_vat, key, ${END} FROM spans JOIN vatstore ON vat = of_vat
      AND key = (SELECT min(next.key) FROM vatstore next WHERE next.vat = of_vat AND next.key >= past)
    LIMIT ${MOST_SPANS})
  SELECT of_vat AS vat, ${PART} AS part, ${KIND} AS kind,
    (SELECT count(*) || ' ' || sum(${BYTES}) FROM vatstore WHERE vat = of_vat AND key >= first AND key < past) AS sums
  FROM spans JOIN vatstore ON vat = of_vat AND key = first WHERE past <> ''`;

type Group = {
  readonly vat: string;
  readonly part: string;
  readonly kind: string;
  readonly rows: number;
  readonly bytes: number;
};

const readSpans = (store: ReadOnlyStore, vat: string | null): Group[] | undefined => {
  const spans = store.query(SPANS, { vat });
  const [counted] = store.query('SELECT count(*) AS vats FROM vats WHERE :vat IS NULL OR vat = :vat', { vat });
  if (spans.length + Number(counted?.['vats'] ?? 0) >= MOST_SPANS) return undefined;
  return spans.map(row => {
    const [rows, bytes] = String(row['sums']).split(' ').map(Number);
    return { vat: String(row['vat']), part: String(row['part']), kind: String(row['kind']), rows: rows ?? 0, bytes: bytes ?? 0 };
  });
};

const readGroups = (store: ReadOnlyStore, vat: string | null): Group[] =>
  readSpans(store, vat) ??
  store.query(GROUPS, { vat }).map(row => ({
    vat: String(row['vat']),
    part: String(row['part']),
    kind: String(row['kind']),
    rows: Number(row['rows']),
    bytes: Number(row['bytes']),
  }));

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

const sumUp = (groups: readonly Group[]): Map<string, Sum> => {
  const sums = new Map<string, Sum>();
  for (const { vat, part, kind, rows, bytes } of groups) {
    const id = `${vat} ${kind}`;
    const sum = sums.get(id) ?? { objects: 0, entries: 0, rows: 0, bytes: 0 };
    sums.set(id, sum);
    if (part === 'state' || part === 'collection') sum.objects += rows;
    if (part === 'entry') sum.entries += rows;
    sum.rows += rows;
    sum.bytes += bytes;
  }
  return sums;
};

/** The largest first. Reads all stored data, or all of one vat: a large database takes a while. */
export const listKinds = (store: ReadOnlyStore, request: KindsRequest = {}): Page<KindSize> =>
  store.inSnapshot(() => {
    const { limit, skip } = insistPage(request, DEFAULT_LIMIT);
    const vat = request.owner === undefined ? null : getVat(store, request.owner).vat;
    const all = [...sumUp(readGroups(store, vat))].sort(([a, x], [b, y]) => y.bytes - x.bytes || (a < b ? -1 : 1));
    const rows = all.slice(skip, skip + limit).map(([id, sum]) => {
      const [owner = '', kind = ''] = id.split(' ');
      return { vat: owner, name: findVat(store, owner)?.name ?? '', kind, tag: readTag(store, owner, kind), ...sum };
    });
    return { rows, total: all.length, skipped: Math.min(skip, all.length), more: Math.max(0, all.length - skip - rows.length) };
  });
