/**
 * What the rows of a vat's vatstore say about who keeps what. The formats are those of `docs/stored-data.md`; liveslots writes them, the
 * collector of cycles and the inspector read them here. Rows of other formats, such as raw vats write, say nothing, whatever is in them.
 */
import { parseVRef, type VRef } from './refs.ts';

/** For what a vat keeps something for its own sake: as its baggage, as the one watcher of a handle, by the state shape of a kind. */
export type RootPlace = 'baggage' | 'watcher' | 'state shape';
/** Where in a stored object a citation stands. */
export type StoredPlace = 'property' | 'entry' | 'key' | 'key shape' | 'value shape';

/** What the rows are reported to; refs are those of the vat: vrefs, and `h<N>` for promises in virtual data. */
export type StoredRowSink = {
  /** There is such a stored object. */
  readonly object: (ref: VRef) => void;
  /** It is kept by nothing that could go. */
  readonly root: (ref: string, place: RootPlace, name: string) => void;
  /** `name`: of the property, or the key of the entry as it is stored. */
  readonly edge: (from: VRef, to: string, place: StoredPlace, name: string) => void;
  /** The table and the key together keep the value. */
  readonly clause: (table: VRef, key: string, value: string) => void;
  /** The promise is watched, and this is what will be told of it or with it. */
  readonly watch: (promise: VRef, to: string) => void;
};

type Collection = 'map' | 'weakMap' | 'set' | 'weakSet';
type Slots = readonly string[];

/** The baggage: what a vat keeps for its own sake. */
export const BAGGAGE_VREF = 'o+d2/1' as VRef;

/** The kinds of durable collections, which every vat has. */
export const COLLECTION_KINDS: Readonly<Record<number, Collection>> = { 2: 'map', 3: 'weakMap', 4: 'set', 5: 'weakSet' };
const NO_SLOTS: Slots = [];

/** A record, or nothing to read from. */
const parseRecord = (value: string): Readonly<Record<string, unknown>> => {
  if (!value.startsWith('{')) return {};
  try {
    return JSON.parse(value) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
};

const slotsOf = (data: unknown): Slots => {
  const slots = typeof data === 'object' && data !== null ? (data as { slots?: unknown }).slots : undefined;
  return Array.isArray(slots) && slots.every(slot => typeof slot === 'string') ? (slots as Slots) : NO_SLOTS;
};

/** `prefix.<first>.<rest>`: a vref has no dot in it. */
const splitKey = (rest: string): { first: string; last: string } => {
  const dot = rest.indexOf('.');
  return dot < 0 ? { first: rest, last: '' } : { first: rest.slice(0, dot), last: rest.slice(dot + 1) };
};

/** The vref in the stored key of an entry, after its ordinal if it has one; undefined when the key is no object. */
export const findKeyObject = (storedKey: string): string | undefined => /^r(?:\d+:)?(.+)$/.exec(storedKey)?.[1];

/** Reads the rows of one vat. Rows `kind.*` must come before entries: they say which tables are weak. */
export class StoredRowReader {
  readonly #sink: StoredRowSink;
  readonly #virtualCollections = new Map<number, Collection>();

  constructor(sink: StoredRowSink) {
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
        return slotsOf(parseRecord(value)).forEach(slot => this.#sink.root(slot, 'watcher', rest));
      default:
        return undefined;
    }
  }

  #readKind(id: string, value: string): void {
    const { collection, stateShape } = parseRecord(value) as { collection?: Collection; stateShape?: unknown };
    if (collection !== undefined) this.#virtualCollections.set(Number(id.slice(1)), collection);
    if (typeof stateShape !== 'object' || stateShape === null) return;
    for (const shape of Object.values(stateShape)) for (const slot of slotsOf(shape)) this.#sink.root(slot, 'state shape', id);
  }

  #readState(ref: VRef, value: string): void {
    this.#sink.object(ref);
    for (const [name, data] of Object.entries(parseRecord(value))) {
      for (const slot of slotsOf(data)) this.#sink.edge(ref, slot, 'property', name);
    }
  }

  #readCollection(ref: VRef, value: string): void {
    this.#sink.object(ref);
    const { keyShape, valueShape } = parseRecord(value);
    for (const slot of slotsOf(keyShape)) this.#sink.edge(ref, slot, 'key shape', '');
    for (const slot of slotsOf(valueShape)) this.#sink.edge(ref, slot, 'value shape', '');
  }

  #isWeak(table: VRef): boolean {
    const parsed = parseVRef(table);
    const id = parsed?.id ?? 0;
    const kind = parsed?.durability === 'durable' ? COLLECTION_KINDS[id] : this.#virtualCollections.get(id);
    return kind === 'weakMap' || kind === 'weakSet';
  }

  #readEntry(rest: string, value: string): void {
    const { first, last } = splitKey(rest);
    const table = first as VRef;
    const key = findKeyObject(last);
    this.#sink.object(table);
    const isClause = key !== undefined && this.#isWeak(table);
    for (const slot of slotsOf(parseRecord(value))) {
      if (isClause) this.#sink.clause(table, key, slot);
      else this.#sink.edge(table, slot, 'entry', last);
    }
  }

  /** An object that is a key of a strong collection is kept by it. */
  #readPlace(rest: string): void {
    const { first, last } = splitKey(rest);
    const table = first as VRef;
    if (!this.#isWeak(table)) this.#sink.edge(table, last, 'key', last);
  }

  #readWatch(rest: string, value: string): void {
    const { first } = splitKey(rest);
    for (const slot of slotsOf(parseRecord(value))) this.#sink.watch(first as VRef, slot);
  }
}
