/** What a node holds, read forwards from the tables; `why/retention-graph.ts` asks the other way round. */
import { parseVRef, type VatId, type VRef } from '@cooperage/protocol/refs';
import { StoredRowReader } from '@cooperage/protocol/stored-rows';
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { type Fields, toFields } from '../fields.ts';
import { byNumber } from '../page.ts';
import { describeStoredKey } from '../stored-key.ts';
import { isStoredRef, type NodeName, ownNode, parseNode } from '../why/nodes.ts';

export type HeldThing = {
  /** A node of the graph of who keeps what. */
  readonly to: NodeName;
  /** `import`, `property`, `entry`, `slot`, ... */
  readonly kind: string;
  readonly detail: string;
  readonly strength: 'strong' | 'weak';
};

export type HeldRequest = { readonly limit: number; readonly skip: number };

/** `total` null: there are more, and nobody counted them. */
export type HeldThings = { readonly rows: readonly HeldThing[]; readonly total: number };

/** Rows of one stored object that are looked at. */
const STORED_ROWS = 10_000;

/** SQL for the node of a kref: an object is named by its owner. */
const NODE_COLUMNS = `o.owner, (SELECT e.vref FROM clists e WHERE e.vat = o.owner AND e.kref = o.kref) AS owner_vref`;

const nodeOf = (row: Fields): NodeName => {
  const [owner, vref] = [row.textOrNull('owner'), row.textOrNull('owner_vref')];
  return owner === null || vref === null ? row.text('kref') : ownNode(owner, vref);
};

const readHeap = (store: ReadOnlyStore, vat: VatId, { limit, skip }: HeldRequest): HeldThings => {
  const from = `FROM clists c WHERE c.vat = :vat AND (c.vref LIKE 'o-%' OR c.vref LIKE 'p%')`;
  const total = Number(store.query(`SELECT count(*) AS total ${from}`, { vat })[0]?.['total'] ?? 0);
  const sql = `WITH page AS (SELECT c.kref, c.vref, c.reachable ${from} ORDER BY substr(c.kref, 1, 2), ${byNumber('c.kref', 2)}
      LIMIT :limit OFFSET :skip)
    SELECT page.kref, page.vref, page.reachable, ${NODE_COLUMNS} FROM page LEFT JOIN objects o USING (kref)
    ORDER BY substr(page.kref, 1, 2), ${byNumber('page.kref', 2)}`;
  const rows = store
    .query(sql, { vat, limit, skip })
    .map(toFields)
    .map(row => ({
      to: nodeOf(row),
      kind: row.text('vref').startsWith('p') ? 'promise' : 'import',
      detail: row.text('vref'),
      strength: row.boolean('reachable') || row.text('vref').startsWith('p') ? ('strong' as const) : ('weak' as const),
    }));
  return { rows, total };
};

/** Slots of a promise, a message, or of what a device remembers: `sql` gives kref and detail. */
const readSlots = (store: ReadOnlyStore, sql: string, holder: string | number, { limit, skip }: HeldRequest): HeldThings => {
  const total = Number(store.query(`SELECT count(*) AS total FROM (${sql})`, { holder })[0]?.['total'] ?? 0);
  const page = `SELECT s.kref, s.kind, s.detail, ${NODE_COLUMNS} FROM (${sql}) s LEFT JOIN objects o USING (kref)
    ORDER BY s.place, s.position LIMIT :limit OFFSET :skip`;
  const rows = store
    .query(page, { holder, limit, skip })
    .map(toFields)
    .map(row => ({ to: nodeOf(row), kind: row.text('kind'), detail: row.text('detail'), strength: 'strong' as const }));
  return { rows, total };
};

const PROMISE_SLOTS = `SELECT kref, 'promise data' AS kind, 'slot ' || position AS detail, 0 AS place, position
  FROM promise_slots WHERE promise = :holder`;
const MESSAGE_SLOTS = `SELECT target AS kref, 'message target' AS kind, '' AS detail, 0 AS place, 0 AS position
    FROM messages WHERE message = :holder
  UNION ALL SELECT kref, 'message argument', 'slot ' || position, 1, position FROM message_slots WHERE message = :holder
  UNION ALL SELECT result, 'message result', '', 2, 0 FROM messages WHERE message = :holder AND result IS NOT NULL`;

type Cited = { readonly slot: string; readonly kind: string; readonly name: string };

const readCited = (store: ReadOnlyStore, vat: VatId, ref: VRef): readonly Cited[] => {
  const cited: Cited[] = [];
  const take = (by: VRef, slot: string, kind: string, name: string): void => {
    if (by === ref) cited.push({ slot, kind, name });
  };
  const reader = new StoredRowReader({
    object: () => {},
    root: () => {},
    edge: take,
    clause: (table, key, value) => take(table, value, 'weak entry', key),
    watch: () => {},
  });
  const ranges = [
    ['kind.v', 'kind.w'],
    [`state.${ref}`, `state.${ref}`],
    [`collection.${ref}`, `collection.${ref}`],
    [`entry.${ref}.`, `entry.${ref}/`],
    [`place.${ref}.`, `place.${ref}/`],
  ] as const;
  const sql = 'SELECT key, value FROM vatstore WHERE vat = ? AND key >= ? AND key <= ? ORDER BY key LIMIT ?';
  for (const range of ranges) {
    for (const row of store.query(sql, [vat, ...range, STORED_ROWS])) reader.read(String(row['key']), String(row['value']));
  }
  return cited;
};

/** The nodes of refs in a vat's rows, by ref; a ref that the c-list does not have is left out. */
const nodesOfRefs = (store: ReadOnlyStore, vat: VatId, refs: readonly string[]): ReadonlyMap<string, NodeName> => {
  const nodes = new Map<string, NodeName>();
  for (const ref of refs) {
    const parsed = parseVRef(ref);
    if (parsed?.kind === 'object' && parsed.allocatedBy === 'vat') nodes.set(ref, ownNode(vat, ref));
  }
  const sql = `SELECT c.kref, c.vref, ${NODE_COLUMNS} FROM json_each(:refs) r
    CROSS JOIN clists c ON c.vat = :vat AND c.vref = r.value LEFT JOIN objects o USING (kref)`;
  const rows = store.query(sql, { vat, refs: JSON.stringify(refs.filter(ref => !nodes.has(ref))) }).map(toFields);
  for (const row of rows) nodes.set(row.text('vref'), nodeOf(row));
  return nodes;
};

const readStored = (store: ReadOnlyStore, vat: VatId, ref: VRef, { limit, skip }: HeldRequest): HeldThings => {
  const cited = readCited(store, vat, ref);
  const shown = cited.slice(skip, skip + limit);
  const nodes = nodesOfRefs(
    store,
    vat,
    shown.map(({ slot }) => slot),
  );
  const rows = shown.flatMap(({ slot, kind, name }): HeldThing[] => {
    const to = nodes.get(slot);
    const detail = kind === 'entry' ? describeStoredKey(name) : name;
    return to === undefined ? [] : [{ to, kind, detail, strength: 'strong' }];
  });
  return { rows, total: cited.length };
};

const messageNumber = (node: NodeName): number | undefined => {
  const digits = /^m(\d{1,15})$/.exec(node)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

/** A page of what a node holds. An export of a heap holds what its vat's heap may hold for its sake: the tables do not say more. */
export const readHeldThings = (store: ReadOnlyStore, node: NodeName, request: HeldRequest): HeldThings => {
  const message = messageNumber(node);
  if (message !== undefined) return readSlots(store, MESSAGE_SLOTS, message, request);
  const parsed = parseNode(node);
  switch (parsed.type) {
    case 'heap':
      return readHeap(store, parsed.vat, request);
    case 'own':
      if (isStoredRef(parsed.ref)) return readStored(store, parsed.vat, parsed.ref, request);
      return { rows: [{ to: `heap ${parsed.vat}`, kind: 'export', detail: parsed.ref, strength: 'strong' }], total: 1 };
    case 'kernel':
      if (parsed.kref.startsWith('kp')) return readSlots(store, PROMISE_SLOTS, parsed.kref, request);
      return { rows: [], total: 0 };
    default:
      return { rows: [], total: 0 };
  }
};
