/**
 * A write-behind cache over the rows of one table. Reads and writes by key go to memory; rows reach the disk when the block commits,
 * when somebody is about to ask SQL about the table, or when they are too many. A row that is born and dies within one block never
 * gets there. Remembers what every touched row was when the crank began, so that a crank can be undone and its net change told (I16).
 */
import { KernelPanic } from '@cooperage/protocol/fault';
import type { Connection, CrankCache, RowChange } from './connection.ts';
import { Horizon, type Series } from './horizon.ts';

/** How the rows of a table come from the disk and go there. `Row` values are never changed in place. */
export interface RowStorage<Key, Row> {
  readonly table: string;
  load(key: Key): Row | undefined;
  insert(key: Key, row: Row): void;
  update(key: Key, row: Row): void;
  remove(key: Key): void;
  isSame(a: Row, b: Row): boolean;
  /** The line of the crank's delta, or undefined for changes that are no part of it. */
  describe(key: Key, row: Row | undefined, before: Row | undefined): string | undefined;
  /** Both states as rows of the database. */
  record(key: Key, before: Row | undefined, after: Row | undefined): RowChange;
}

/** Is told of every change of a row, those that undo others included. */
export interface RowObserver<Key, Row> {
  change(key: Key, before: Row | undefined, after: Row | undefined): void;
  /** Whether it knows that there is no such row. */
  lacks(key: Key): boolean;
  forget(): void;
}

export type RowCacheOptions<Key, Row> = {
  /** How many rows stay in memory from crank to crank. With 0, rows that are only read are not kept within the crank either. */
  readonly kept?: number;
  /** How the keys are numbered, where new ones are greater than all before. */
  readonly series?: Series<Key>;
  readonly observer?: RowObserver<Key, Row>;
};

type Entry<Key, Row> = {
  readonly key: Key;
  row: Row | undefined;
  /** What the row was when the crank began. */
  before: Row | undefined;
  /** What the disk holds. */
  stored: Row | undefined;
  /** What the disk held before this crank wrote; only when `flushed`. */
  anchor: Row | undefined;
  touched: boolean;
  dirty: boolean;
  /** Written to the disk within the open crank. */
  flushed: boolean;
};

const DEFAULT_KEPT = 10_000;
/** Rows that wait to be written when a crank ends; what is beyond is written then, so that no crank pays for many. */
const MOST_DIRTY = 500;
/** Fewer are not worth going through all that wait. */
const LEAST_WRITTEN = 100;

const makeEntry = <Key, Row>(key: Key, row: Row | undefined): Entry<Key, Row> => ({
  key,
  row,
  before: row,
  stored: row,
  anchor: undefined,
  touched: false,
  dirty: false,
  flushed: false,
});

export class RowCache<Key extends string | number, Row> implements CrankCache {
  readonly #connection: Connection;
  readonly #storage: RowStorage<Key, Row>;
  readonly #kept: number;
  readonly #observer: RowObserver<Key, Row> | undefined;
  readonly #horizon: Horizon<Key> | undefined;
  readonly #entries = new Map<Key, Entry<Key, Row>>();
  #touched: Entry<Key, Row>[] = [];
  #dirty: Entry<Key, Row>[] = [];
  #flushed: Entry<Key, Row>[] = [];
  /** How many rows there are; undefined: nobody has asked yet. */
  #count: number | undefined;
  /** What questions in SQL were answered since the table last changed; empty unless the connection keeps answers. */
  readonly #answers = new Map<object, readonly unknown[]>();

  constructor(connection: Connection, storage: RowStorage<Key, Row>, options: RowCacheOptions<Key, Row> = {}) {
    const { kept = DEFAULT_KEPT, series, observer } = options;
    this.#connection = connection;
    this.#storage = storage;
    this.#kept = kept;
    this.#observer = observer;
    if (series !== undefined && connection.writable) this.#horizon = new Horizon(series);
    connection.enlist(this);
  }

  find(key: Key): Row | undefined {
    const entry = this.#entries.get(key);
    if (entry !== undefined) return entry.row;
    if (this.#isAbsent(key)) return undefined;
    if (!this.#connection.writable || this.#kept === 0) return this.#storage.load(key);
    return this.#load(key).row;
  }

  get(key: Key): Row {
    const row = this.find(key);
    if (row === undefined) throw new KernelPanic(`${this.#storage.table} has no row ${key}`);
    return row;
  }

  put(key: Key, row: Row): void {
    this.#change(key, row);
  }

  /** Does nothing when there is no such row. */
  delete(key: Key): void {
    this.#change(key, undefined);
  }

  #change(key: Key, row: Row | undefined): void {
    this.#replace(this.#touch(key), row);
  }

  #replace(entry: Entry<Key, Row>, row: Row | undefined): void {
    this.#observer?.change(entry.key, entry.row, row);
    if (this.#count !== undefined) this.#count += Number(row !== undefined) - Number(entry.row !== undefined);
    entry.row = row;
  }

  /** How many rows there are; `countStored` asks the disk. */
  count(countStored: () => number): number {
    if (!this.#connection.writable) return countStored();
    if (this.#count === undefined) {
      this.flush();
      this.#count = countStored();
    }
    return this.#count;
  }

  /** The answer to a question without parameters about the whole table, which is on the disk when `ask` is called. */
  answer<Answer>(question: object, ask: () => Answer[]): Answer[] {
    this.flush();
    if (!this.#connection.keepsAnswers) return ask();
    let answers = this.#answers.get(question) as readonly Answer[] | undefined;
    if (answers === undefined) {
      answers = ask();
      this.#answers.set(question, answers);
    }
    return [...answers];
  }

  /** Takes in a row that a query just read, so that touching it needs no second read. */
  adopt(key: Key, row: Row): void {
    if (!this.#connection.writable || this.#entries.has(key)) return;
    this.#enter(makeEntry(key, row));
  }

  #enter(entry: Entry<Key, Row>): Entry<Key, Row> {
    this.#entries.set(entry.key, entry);
    this.#horizon?.note(entry.key);
    return entry;
  }

  #load(key: Key): Entry<Key, Row> {
    return this.#enter(makeEntry(key, this.#isAbsent(key) ? undefined : this.#storage.load(key)));
  }

  /** Whether it is known, without a look at the disk, that there is no row under a key that is not in memory. */
  #isAbsent(key: Key): boolean {
    return this.#horizon?.isBeyond(key) === true || this.#observer?.lacks(key) === true;
  }

  #touch(key: Key): Entry<Key, Row> {
    this.#connection.insistCrank(this.#storage.table);
    const entry = this.#entries.get(key) ?? this.#load(key);
    if (!entry.touched) {
      entry.touched = true;
      this.#touched.push(entry);
    }
    this.#soil(entry);
    return entry;
  }

  #soil(entry: Entry<Key, Row>): void {
    if (entry.dirty) return;
    entry.dirty = true;
    this.#dirty.push(entry);
  }

  flush(): void {
    if (this.#dirty.length === 0) return;
    const dirty = this.#dirty;
    this.#dirty = [];
    this.#write(dirty);
  }

  /** Writes what has been dirty for the longest time, and all removals, so that no row meets another that has its name on the disk. */
  #flushExcess(): void {
    const excess = this.#dirty.length - MOST_DIRTY;
    if (excess < LEAST_WRITTEN) return;
    const isDue = ({ row }: Entry<Key, Row>, age: number): boolean => age < excess || row === undefined;
    const due = this.#dirty.filter(isDue);
    this.#dirty = this.#dirty.filter((entry, age) => !isDue(entry, age));
    this.#write(due);
  }

  /** Removals first and new rows last, so that a name that passes from one row to another is never there twice. */
  #write(dirty: readonly Entry<Key, Row>[]): void {
    const changed = dirty.filter(({ row, stored }) => row !== stored);
    for (const entry of dirty) entry.dirty = false;
    const storage = this.#storage;
    for (const { key, row, stored } of changed) {
      if (row === undefined && stored !== undefined) storage.remove(key);
    }
    for (const { key, row, stored } of changed) {
      if (row !== undefined && stored !== undefined && !storage.isSame(row, stored)) storage.update(key, row);
    }
    for (const { key, row, stored } of changed) {
      if (row !== undefined && stored === undefined) storage.insert(key, row);
    }
    for (const entry of changed) this.#noteFlushed(entry);
    if (changed.length > 0) this.#answers.clear();
  }

  #noteFlushed(entry: Entry<Key, Row>): void {
    if (this.#connection.inCrank && !entry.flushed) {
      entry.flushed = true;
      entry.anchor = entry.stored;
      this.#flushed.push(entry);
    }
    entry.stored = entry.row;
  }

  settle(lines: string[], changes?: RowChange[]): number {
    let changed = 0;
    for (const entry of this.#touched) {
      const { key, row, before } = entry;
      if (row === before || (row !== undefined && before !== undefined && this.#storage.isSame(row, before))) entry.row = before;
      else {
        changed += 1;
        const line = this.#storage.describe(key, row, before);
        if (line !== undefined) lines.push(line);
        changes?.push(this.#storage.record(key, before, row));
        entry.before = row;
      }
      entry.touched = false;
    }
    if (this.#touched.length > 0) this.#touched = [];
    this.#weighAnchors();
    return changed;
  }

  /** The crank is over: what it wrote will not be undone by itself. */
  #weighAnchors(): void {
    if (this.#flushed.length === 0) return;
    for (const entry of this.#flushed) {
      entry.flushed = false;
      entry.anchor = undefined;
    }
    this.#flushed = [];
  }

  abandon(): void {
    for (const entry of this.#touched) {
      if (entry.row !== entry.before) this.#replace(entry, entry.before);
      entry.touched = false;
    }
    if (this.#touched.length > 0) this.#touched = [];
    if (this.#flushed.length > 0) this.#answers.clear();
    for (const entry of this.#flushed) {
      entry.stored = entry.anchor;
      if (entry.row !== entry.stored) this.#soil(entry);
    }
    this.#weighAnchors();
  }

  relieve(): void {
    this.#flushExcess();
    if (this.#entries.size <= this.#kept) return;
    this.flush();
    this.#entries.clear();
    this.#horizon?.passAll();
  }

  forget(): void {
    this.#entries.clear();
    this.#touched = [];
    this.#dirty = [];
    this.#flushed = [];
    this.#count = undefined;
    this.#answers.clear();
    this.#horizon?.forget();
    this.#observer?.forget();
  }
}
