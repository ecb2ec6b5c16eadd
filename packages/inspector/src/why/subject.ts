/** What a question is about: refs as people write them, found in the tables, or an error that says what is wrong or what became of it. */
import { CooperageError } from '@cooperage/protocol/errors';
import { FIRST_ID, isKRef, parseKRef, parseVRef, type RefKind, type VatId } from '@cooperage/protocol/refs';
import { BAGGAGE_VREF } from '@cooperage/protocol/stored-rows';
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { getVat } from '../find-vat.ts';
import { isStoredRef, type NodeName, ownNode } from './nodes.ts';

export type Subject = {
  /** As it is written: `ko20`, `v3 o+d12/5`. */
  readonly ref: string;
  readonly node: NodeName;
};

const SPELLINGS = 'write ko20, kp40 or kd30, or a vat and its name for the thing: v3 o+d12/5';
const TABLES: Readonly<Record<RefKind, { readonly table: string; readonly counter: string }>> = {
  object: { table: 'objects', counter: 'object' },
  promise: { table: 'promises', counter: 'promise' },
  device: { table: 'device_nodes', counter: 'device' },
};

const refuse = (ref: string, message: string, remedy: string): never => {
  throw new CooperageError('ERR_REF', message, { subject: ref, remedy });
};

/** There was such a thing. */
const mourn = (ref: string, message: string, remedy: string): never => {
  throw new CooperageError('ERR_GONE', message, { subject: ref, remedy });
};

const exists = (store: ReadOnlyStore, sql: string, values: readonly (string | number)[]): boolean =>
  store.query(sql, values).length > 0;

/** What is known of a kref that no row has. */
const refuseKref = (store: ReadOnlyStore, kref: string): never => {
  const { kind, id } = parseKRef(kref) ?? { kind: 'object', id: 0 };
  const first = FIRST_ID[kind];
  const [row] = store.query('SELECT next FROM counters WHERE name = ?', [TABLES[kind].counter]);
  const next = Number(row?.['next'] ?? first);
  if (id >= first && id < next) {
    const what = kind === 'object' ? 'an object' : `a ${kind}`;
    return mourn(kref, `${kref} is gone: it was ${what}, and nothing kept it any more`, 'its number is never given out again');
  }
  const known =
    next > first
      ? `so far there were ${kref.slice(0, 2)}${first} to ${kref.slice(0, 2)}${next - 1}`
      : `so far there was no ${kind}`;
  return refuse(kref, `there never was a ${kref}`, `${known}; "inspect" lists those that are left`);
};

/** The last that the vat's transcript tells of something that is gone; `text` is how it stands there. */
const findLastWord = (store: ReadOnlyStore, vat: VatId, text: string): string | undefined => {
  const sql = `SELECT position, crank FROM transcripts WHERE vat = ? AND (instr(syscalls, ?) > 0 OR instr(delivery, ?) > 0)
    ORDER BY position DESC LIMIT 1`;
  const [row] = store.query(sql, [vat, text, text]);
  return row === undefined ? undefined : `last heard of in delivery #${row['position']} (crank ${row['crank']})`;
};

const findKindTag = (store: ReadOnlyStore, vat: VatId, ref: string): string | undefined => {
  const { durability, id } = parseVRef(ref) ?? {};
  const key = `kind.${durability === 'durable' ? 'd' : 'v'}${id}`;
  const [row] = store.query(
    'SELECT CASE WHEN json_valid(value) THEN value ->> ? END AS tag FROM vatstore WHERE vat = ? AND key = ?',
    ['$.tag', vat, key],
  );
  return typeof row?.['tag'] === 'string' ? row['tag'] : undefined;
};

const isStored = (store: ReadOnlyStore, vat: VatId, ref: string): boolean => {
  if (ref === BAGGAGE_VREF) return true;
  const { durability, id, instance } = parseVRef(ref) ?? {};
  const keys = [
    `state.${ref}`,
    `collection.${ref}`,
    `count.${ref}`,
    ...(durability === 'durable' && id === 1 ? [`kind.d${instance}`] : []),
  ];
  return exists(store, 'SELECT 1 AS found FROM vatstore WHERE vat = ? AND key IN (SELECT value FROM json_each(?))', [
    vat,
    JSON.stringify(keys),
  ]);
};

const findOwn = (store: ReadOnlyStore, vat: VatId, vref: string): NodeName => {
  const ref = parseVRef(vref)?.baseRef ?? vref;
  const sql = 'SELECT 1 AS found FROM clists WHERE vat = ? AND (vref = ? OR (vref > ? AND vref < ?)) LIMIT 1';
  const isKnown = exists(store, sql, [vat, ref, `${ref}:`, `${ref};`]);
  return isKnown || isStored(store, vat, ref) ? ownNode(vat, ref) : refuseOwn(store, vat, vref);
};

/** What is known of a vat's own thing that no row has. */
const refuseOwn = (store: ReadOnlyStore, vat: VatId, vref: string): never => {
  const ref = parseVRef(vref)?.baseRef ?? vref;
  const name = `${vat} ${vref}`;
  const isStored = isStoredRef(ref);
  const last = findLastWord(store, vat, isStored ? `.${ref}"` : `"${ref}"`);
  const tag = isStored ? findKindTag(store, vat, ref) : undefined;
  const kind = tag === undefined ? '' : ` of kind ${JSON.stringify(tag)}`;
  if (last !== undefined) {
    const what = isStored ? `a stored object${kind}` : 'an export';
    return mourn(name, `${name} is gone: it was ${what}, ${last}`, `"inspect <database> transcript ${vat}" shows the end of it`);
  }
  const there = isStored ? `${vat} has stored no ${vref}${kind}` : `${vat} exports no ${vref}`;
  return refuse(
    name,
    there,
    'what never left the heap of a vat stands in no table, and a transcript may begin after it was gone',
  );
};

const findByKref = (store: ReadOnlyStore, kref: string): NodeName => {
  const { kind } = parseKRef(kref) ?? { kind: 'object' };
  if (!exists(store, `SELECT 1 AS found FROM ${TABLES[kind].table} WHERE kref = ?`, [kref])) return refuseKref(store, kref);
  if (kind !== 'object') return kref;
  const [row] = store.query(
    'SELECT o.owner, c.vref FROM objects o JOIN clists c ON c.vat = o.owner AND c.kref = o.kref WHERE o.kref = ?',
    [kref],
  );
  return row === undefined ? kref : ownNode(String(row['owner']), String(row['vref']));
};

/** Throws ERR_REF, or ERR_VAT_NOT_FOUND. */
export const getSubject = (store: ReadOnlyStore, text: string): Subject => {
  const written = text.trim();
  if (isKRef(written)) return { ref: written, node: findByKref(store, written) };
  const [, first, second = written] = /^(.+?)\s+(\S+)$/s.exec(written) ?? [];
  const parsed = parseVRef(second);
  if (first === undefined || parsed === undefined) {
    const remedy = parsed === undefined ? SPELLINGS : `${second} is a name in one vat: which? Write v3 ${second}`;
    return refuse(text, `${JSON.stringify(text)} is no ref`, remedy);
  }
  const { vat } = getVat(store, first);
  if (parsed.kind === 'object' && parsed.allocatedBy === 'vat')
    return { ref: `${vat} ${second}`, node: findOwn(store, vat, second) };
  const [row] = store.query('SELECT kref FROM clists WHERE vat = ? AND vref = ?', [vat, second]);
  if (row === undefined)
    return refuse(`${vat} ${second}`, `${vat} has no ${second}`, `"inspect <database> clist ${vat}" lists what it has`);
  return { ref: `${vat} ${second}`, node: findByKref(store, String(row['kref'])) };
};
