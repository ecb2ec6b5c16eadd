/**
 * What the rows of a vat's vatstore say about who keeps what. The formats are those of `docs/stored-data.md`; the kernel only reads
 * them here, for the marker. Rows of other formats, such as raw vats write, say nothing.
 */
import { parseVRef, type VatId, type VRef } from '@cooperage/protocol/refs';
import type { Tables } from '@cooperage/store/tables/tables';

/** What the edges are reported to; refs are those of the vat: vrefs, and `h<N>` for promises in virtual data. */
export type EdgeSink = {
  /** There is such a stored object. */
  readonly object: (ref: VRef) => void;
  /** It is kept for its own sake, by nothing that could go. */
  readonly root: (ref: string) => void;
  readonly edge: (from: VRef, to: string) => void;
  /** The table and the key together keep the value. */
  readonly clause: (table: VRef, key: string, value: string) => void;
  /** The promise is watched, and this is what will be told of it or with it. */
  readonly watch: (promise: VRef, to: string) => void;
};

type Data = { readonly slots: readonly string[] };
type Collection = 'map' | 'weakMap' | 'set' | 'weakSet';

const DURABLE_COLLECTIONS: Readonly<Record<number, Collection>> = { 2: 'map', 3: 'weakMap', 4: 'set', 5: 'weakSet' };
const BAGGAGE = 'o+d2/1' as VRef;
const SCAN_ROWS = 1_000;
const LAST_KEY = '\u{10FFFF}';

const slotsOf = (value: string): readonly string[] => (value.startsWith('{') ? (JSON.parse(value) as Data).slots : []);

/** `prefix.<first>.<rest>`: a vref has no dot in it. */
const splitKey = (rest: string): { first: string; last: string } => {
  const dot = rest.indexOf('.');
  return dot < 0 ? { first: rest, last: '' } : { first: rest.slice(0, dot), last: rest.slice(dot + 1) };
};

/** The vref in the encoded key of an entry, after its ordinal if it has one; undefined when the key is no object. */
const keyObject = (encodedKey: string): string | undefined => /^r(?:\d+:)?(.+)$/.exec(encodedKey)?.[1];

class RowReader {
  readonly #sink: EdgeSink;
  readonly #virtualCollections = new Map<number, Collection>();

  constructor(sink: EdgeSink) {
    this.#sink = sink;
  }

  read(key: string, value: string): void {
    const dot = key.indexOf('.');
    if (dot < 0) return;
    const rest = key.slice(dot + 1);
    switch (key.slice(0, dot)) {
      case 'kind':
        return this.#readKind(rest, value);
      case 'state':
        return this.#readState(rest as VRef, value);
      case 'collection':
        return this.#readCollection(rest as VRef, value);
      case 'entry':
        return this.#readEntry(rest, value);
      case 'place':
        return this.#readPlace(rest);
      case 'watch':
        return this.#readWatch(rest, value);
      case 'watcher':
        return slotsOf(value).forEach(slot => this.#sink.root(slot));
      default:
        return undefined;
    }
  }

  #readKind(id: string, value: string): void {
    const { collection, stateShape } = JSON.parse(value) as { collection?: Collection; stateShape?: Data };
    if (collection !== undefined) this.#virtualCollections.set(Number(id.slice(1)), collection);
    for (const slot of stateShape?.slots ?? []) this.#sink.root(slot);
  }

  #readState(ref: VRef, value: string): void {
    this.#sink.object(ref);
    for (const { slots } of Object.values(JSON.parse(value) as Record<string, Data>)) {
      for (const slot of slots) this.#sink.edge(ref, slot);
    }
  }

  #readCollection(ref: VRef, value: string): void {
    this.#sink.object(ref);
    const { keyShape, valueShape } = JSON.parse(value) as { keyShape?: Data; valueShape?: Data };
    for (const shape of [keyShape, valueShape]) for (const slot of shape?.slots ?? []) this.#sink.edge(ref, slot);
  }

  #isWeak(table: VRef): boolean {
    const parsed = parseVRef(table);
    const id = parsed?.id ?? 0;
    const kind = parsed?.durability === 'durable' ? DURABLE_COLLECTIONS[id] : this.#virtualCollections.get(id);
    return kind === 'weakMap' || kind === 'weakSet';
  }

  #readEntry(rest: string, value: string): void {
    const { first, last } = splitKey(rest);
    const table = first as VRef;
    const key = keyObject(last);
    this.#sink.object(table);
    const isClause = key !== undefined && this.#isWeak(table);
    for (const slot of slotsOf(value)) {
      if (isClause) this.#sink.clause(table, key, slot);
      else this.#sink.edge(table, slot);
    }
  }

  /** An object that is a key of a strong collection is kept by it. */
  #readPlace(rest: string): void {
    const { first, last } = splitKey(rest);
    const table = first as VRef;
    if (!this.#isWeak(table)) this.#sink.edge(table, last);
  }

  #readWatch(rest: string, value: string): void {
    const { first } = splitKey(rest);
    for (const slot of slotsOf(value)) this.#sink.watch(first as VRef, slot);
  }
}

/** Reports what all rows of one vat say. */
export const readStoredEdges = (tables: Tables, vat: VatId, sink: EdgeSink): void => {
  const reader = new RowReader(sink);
  sink.root(BAGGAGE);
  // Kinds first: they say which tables are weak.
  const ranges = [
    ['kind.', 'kind/'],
    ['', 'kind.'],
    ['kind/', LAST_KEY],
  ] as const;
  for (const [start, before] of ranges) {
    for (let after: string = start; ;) {
      const entries = tables.vatstore.scan(vat, { after, before, limit: SCAN_ROWS });
      if (entries.length === 0) break;
      for (const [key, value] of entries) {
        reader.read(key, value);
        after = key;
      }
    }
  }
};
