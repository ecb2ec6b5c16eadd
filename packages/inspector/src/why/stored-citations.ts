/**
 * Which rows of a vat's vatstore cite something. A row has no index by what it cites: a table of citations would cost every write, and
 * this is asked rarely. Instead the count that liveslots keeps of each cited thing says at once that nothing does; SQLite looks for the
 * few that are asked about first; and a vat that is asked about again and again is read once, and remembered.
 */
import { parseVRef, type VatId, type VRef } from '@cooperage/protocol/refs';
import { StoredRowReader } from '@cooperage/protocol/stored-rows';
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { toFields } from '../fields.ts';
import { describeStoredKey } from '../stored-key.ts';
import type { Holder } from './edges.ts';

/** Something that cites. `by` null: the vat keeps it for its own sake, and `how` says why. */
export type Citing = { readonly by: VRef | null; readonly weakKey: boolean; readonly how: Holder | undefined };

/** As a row says it; `name` is the property or the stored key. */
type Citation = {
  readonly by: VRef | null;
  readonly slot: string;
  readonly kind: string;
  readonly name: string;
  readonly weakKey: boolean;
};
type Row = readonly [key: string, value: string];
type Take = (citation: Citation) => void;

/** Refs that SQLite can look for one by one, and looks at a vat's rows, before all of them are read at once. */
const FEW_REFS = 3;
const FEW_LOOKS = 3;
const PAGE_ROWS = 2_000;

/** Only facets have a colon. */
const baseOf = (slot: string): string => (slot.includes(':') ? (parseVRef(slot)?.baseRef ?? slot) : slot);
const isCounted = (ref: string): boolean => {
  const parsed = parseVRef(ref);
  return parsed?.kind === 'object' && (parsed.allocatedBy === 'kernel' || parsed.durability !== 'ephemeral');
};

/** How a slot begins in the text of a row: facets of the same object are found too, and some others that are sorted out later. */
const beginningOf = (ref: string): string => (isCounted(ref) && ref.startsWith('o+') ? `"${ref}` : `"${ref}"`);

const IN_PLACES = `key > 'place.' AND key < 'place/'`;
const CITES_ANYTHING = `instr(value, '"slots":["') > 0 OR (${IN_PLACES})`;

export class StoredCitations {
  readonly #store: ReadOnlyStore;
  readonly #looks = new Map<VatId, number>();
  readonly #complete = new Map<VatId, ReadonlyMap<string, readonly Citing[]>>();
  readonly #virtualKinds = new Map<VatId, readonly Row[]>();

  constructor(store: ReadOnlyStore) {
    this.#store = store;
  }

  /** What cites each of these refs of the vat, which are vrefs without facets; each citing object once. */
  find(vat: VatId, refs: ReadonlySet<string>): ReadonlyMap<string, readonly Citing[]> {
    const known = this.#complete.get(vat);
    if (known !== undefined) return known;
    const cited = this.#listCited(vat, refs);
    if (cited.length === 0) return new Map();
    const looks = (this.#looks.get(vat) ?? 0) + 1;
    this.#looks.set(vat, looks);
    if (cited.length <= FEW_REFS && looks <= FEW_LOOKS) return this.#gather(vat, cited);
    const all = this.#gather(vat, undefined);
    this.#complete.set(vat, all);
    return all;
  }

  /** Every citation of one ref, strong ones and weak keys; at most `limit` in full. */
  list(vat: VatId, ref: string, limit: number): { readonly rows: readonly Holder[]; readonly total: number } {
    const rows: Holder[] = [];
    let total = 0;
    const add = (holder: Holder): void => {
      total += 1;
      if (rows.length < limit) rows.push(holder);
    };
    if (this.#listCited(vat, new Set([ref])).length > 0) {
      this.#scan(vat, [ref], citation => {
        if (baseOf(citation.slot) === ref) add(toHolder(vat, citation));
      });
    }
    for (const holder of this.#listWeakKeys(vat, ref)) add(holder);
    return { rows, total };
  }

  /** Where in the object the citation stands; the first of several. */
  locate(vat: VatId, by: VRef, ref: string): Holder | undefined {
    const ranges = [
      [`state.${by}`, `state.${by}`],
      [`collection.${by}`, `collection.${by}`],
      [`entry.${by}.`, `entry.${by}/`],
      [`place.${by}.${ref}`, `place.${by}.${ref};`],
    ] as const;
    for (const [first, last] of ranges) {
      const sql = `SELECT key, value FROM vatstore WHERE vat = :vat AND key >= :first AND key <= :last AND key > :after
        AND (${IN_PLACES} OR instr(value, :text) > 0) ORDER BY key LIMIT 100`;
      for (const citation of this.#page(vat, sql, { first, last, text: beginningOf(ref) })) {
        if (citation.by === by && baseOf(citation.slot) === ref) return toHolder(vat, citation);
      }
    }
    return undefined;
  }

  /** Whether stored watches wait for the promise. */
  isWatched(vat: VatId, promise: string): boolean {
    const sql = 'SELECT 1 AS found FROM vatstore WHERE vat = ? AND key > ? AND key < ? LIMIT 1';
    return this.#store.query(sql, [vat, `watch.${promise}.`, `watch.${promise}/`]).length > 0;
  }

  /** Those that may be cited: of what liveslots counts, those that have a count. */
  #listCited(vat: VatId, refs: ReadonlySet<string>): readonly string[] {
    const counted = [...refs].filter(isCounted);
    if (counted.length === 0) return [...refs];
    const sql = `SELECT r.value AS ref FROM json_each(:refs) r CROSS JOIN vatstore s ON s.vat = :vat AND s.key = 'count.' || r.value`;
    const found = new Set(this.#store.query(sql, { vat, refs: JSON.stringify(counted) }).map(row => String(row['ref'])));
    return [...refs].filter(ref => found.has(ref) || !isCounted(ref));
  }

  /** Each citing object once for each ref. */
  #gather(vat: VatId, refs: readonly string[] | undefined): ReadonlyMap<string, readonly Citing[]> {
    const found = new Map<string, Citing[]>();
    const citings = new Citings();
    this.#scan(vat, refs, citation => {
      const { by, weakKey } = citation;
      const ref = baseOf(citation.slot);
      if (refs?.includes(ref) === false) return;
      const place = found.get(ref);
      if (by === null) {
        const citing = { by, weakKey, how: toHolder(vat, citation) };
        if (place === undefined) found.set(ref, [citing]);
        else place.push(citing);
        return;
      }
      const citing = citings.provide(by, weakKey);
      if (place === undefined) found.set(ref, [citing]);
      else if (place.at(-1) !== citing && (place.length > 100 || !place.includes(citing))) place.push(citing);
    });
    return found;
  }

  /** `refs` undefined: whatever is cited. */
  #scan(vat: VatId, refs: readonly string[] | undefined, take: Take): void {
    const names = (refs ?? []).map((_ref, i) => `r${i}`);
    const tests = names.map(name => `instr(value, :${name}) > 0 OR (${IN_PLACES} AND instr(key, :${name}k) > 0)`);
    const sql = `SELECT key, value FROM vatstore WHERE vat = :vat AND key > :after
      AND (${refs === undefined ? CITES_ANYTHING : tests.join(' OR ')}) ORDER BY key LIMIT ${PAGE_ROWS}`;
    const values = Object.fromEntries(
      (refs ?? []).flatMap((ref, i) => [
        [`r${i}`, beginningOf(ref)],
        [`r${i}k`, `.${ref}`],
      ]),
    );
    for (const citation of this.#page(vat, sql, values)) take(citation);
  }

  /** Citations of the rows that a question finds, page by page: values may be large. */
  *#page(vat: VatId, sql: string, values: Readonly<Record<string, string>>): IterableIterator<Citation> {
    let citations: Citation[] = [];
    const reader = makeReader(citation => void citations.push(citation));
    for (const [key, value] of this.#listVirtualKinds(vat)) reader.read(key, value);
    for (let after = ''; ;) {
      const rows = this.#store.query(sql, { ...values, vat, after }).map(toFields);
      for (const row of rows) {
        after = row.text('key');
        reader.read(after, row.text('value'));
      }
      yield* citations;
      citations = [];
      if (rows.length === 0) return;
    }
  }

  /** They say which collections are weak. */
  #listVirtualKinds(vat: VatId): readonly Row[] {
    const known = this.#virtualKinds.get(vat);
    if (known !== undefined) return known;
    const sql = `SELECT key, value FROM vatstore WHERE vat = ? AND key > 'kind.v' AND key < 'kind.w' ORDER BY key`;
    const rows = this.#store.query(sql, [vat]).map((row): Row => [String(row['key']), String(row['value'])]);
    this.#virtualKinds.set(vat, rows);
    return rows;
  }

  *#listWeakKeys(vat: VatId, ref: string): IterableIterator<Holder> {
    const ranges = [
      [`weak.${ref}|`, `weak.${ref}}`],
      [`weak.${ref}:`, `weak.${ref};`],
    ] as const;
    for (const range of ranges) {
      const rows = this.#store.query('SELECT key FROM vatstore WHERE vat = ? AND key > ? AND key < ? ORDER BY key', [
        vat,
        ...range,
      ]);
      for (const row of rows) {
        const [key = '', table = ''] = String(row['key']).slice('weak.'.length).split('|');
        yield { kind: 'weak key', holder: `${vat} ${table}`, detail: '', ref: key, strength: 'weak' };
      }
    }
  }
}

/** One for each object that cites, however often it does. */
class Citings {
  readonly #strong = new Map<VRef, Citing>();
  readonly #weak = new Map<VRef, Citing>();

  provide(by: VRef, weakKey: boolean): Citing {
    const citings = weakKey ? this.#weak : this.#strong;
    const known = citings.get(by);
    if (known !== undefined) return known;
    const citing = { by, weakKey, how: undefined };
    citings.set(by, citing);
    return citing;
  }
}

const toHolder = (vat: VatId, { by, slot, kind, name }: Citation): Holder => {
  const detail = kind === 'entry' ? describeStoredKey(name) : name;
  return { kind, holder: by === null ? vat : `${vat} ${by}`, detail, ref: slot, strength: 'strong' };
};

const makeReader = (take: Take): StoredRowReader =>
  new StoredRowReader({
    object: () => {},
    root: (slot, kind, name) => take({ by: null, slot, kind, name, weakKey: false }),
    edge: (by, slot, kind, name) => take({ by, slot, kind, name, weakKey: false }),
    clause: (by, name, slot) => take({ by, slot, kind: 'weak entry', name, weakKey: true }),
    watch: (name, slot) => take({ by: null, slot, kind: 'watch', name, weakKey: false }),
  });
