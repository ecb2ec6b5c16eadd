/**
 * A write-behind cache over the rows of one table. Reads and writes by key go to memory; rows reach the disk when the crank
 * commits or when somebody is about to ask SQL about the table. A row that is born and dies within one crank never gets there.
 * Remembers what every touched row was when the crank began, so that a crank can be undone and its net change told (I16).
 */
import { KernelPanic } from '@cooperage/protocol/fault';
import type { Connection, CrankCache, RowChange } from './connection.ts';

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

type Entry<Key, Row> = {
  readonly key: Key;
  row: Row | undefined;
  /** What the row was when the crank began. */
  before: Row | undefined;
  /** What the disk holds inside the open savepoint. */
  stored: Row | undefined;
  touched: boolean;
  dirty: boolean;
};

/** How many rows a table keeps in memory from crank to crank. With 0, rows that are only read are not kept within the crank either. */
const DEFAULT_KEPT = 10_000;

export class RowCache<Key extends string | number, Row> implements CrankCache {
  readonly #connection: Connection;
  readonly #storage: RowStorage<Key, Row>;
  readonly #kept: number;
  readonly #entries = new Map<Key, Entry<Key, Row>>();
  #touched: Entry<Key, Row>[] = [];
  #dirty: Entry<Key, Row>[] = [];

  constructor(connection: Connection, storage: RowStorage<Key, Row>, kept: number = DEFAULT_KEPT) {
    this.#connection = connection;
    this.#storage = storage;
    this.#kept = kept;
    connection.enlist(this);
  }

  find(key: Key): Row | undefined {
    const entry = this.#entries.get(key);
    if (entry !== undefined) return entry.row;
    if (!this.#connection.writable || this.#kept === 0) return this.#storage.load(key);
    return this.#load(key).row;
  }

  get(key: Key): Row {
    const row = this.find(key);
    if (row === undefined) throw new KernelPanic(`${this.#storage.table} has no row ${key}`);
    return row;
  }

  put(key: Key, row: Row): void {
    this.#touch(key).row = row;
  }

  /** Does nothing when there is no such row. */
  delete(key: Key): void {
    this.#touch(key).row = undefined;
  }

  /** Takes in a row that a query just read, so that touching it needs no second read. */
  adopt(key: Key, row: Row): void {
    if (!this.#connection.writable || this.#entries.has(key)) return;
    this.#entries.set(key, { key, row, before: row, stored: row, touched: false, dirty: false });
  }

  #load(key: Key): Entry<Key, Row> {
    const row = this.#storage.load(key);
    const entry = { key, row, before: row, stored: row, touched: false, dirty: false };
    this.#entries.set(key, entry);
    return entry;
  }

  #touch(key: Key): Entry<Key, Row> {
    this.#connection.insistCrank(this.#storage.table);
    const entry = this.#entries.get(key) ?? this.#load(key);
    if (!entry.dirty) {
      entry.dirty = true;
      this.#dirty.push(entry);
      if (!entry.touched) {
        entry.touched = true;
        this.#touched.push(entry);
      }
    }
    return entry;
  }

  /** Removals first and new rows last, so that a name that passes from one row to another is never there twice. */
  flush(): void {
    if (this.#dirty.length === 0) return;
    const dirty = this.#dirty;
    this.#dirty = [];
    const storage = this.#storage;
    for (const { key, row, stored } of dirty) {
      if (row === undefined && stored !== undefined) storage.remove(key);
    }
    for (const { key, row, stored } of dirty) {
      if (row !== undefined && stored !== undefined && !storage.isSame(row, stored)) storage.update(key, row);
    }
    for (const { key, row, stored } of dirty) {
      if (row !== undefined && stored === undefined) storage.insert(key, row);
    }
    for (const entry of dirty) {
      entry.stored = entry.row;
      entry.dirty = false;
    }
  }

  settle(lines: string[], changes?: RowChange[]): number {
    const touched = this.#touched;
    let changed = 0;
    for (const entry of touched) {
      const { key, row, before } = entry;
      if (row === before || (row !== undefined && before !== undefined && this.#storage.isSame(row, before))) {
        entry.row = before;
        entry.stored = before;
      } else {
        changed += 1;
        const line = this.#storage.describe(key, row, before);
        if (line !== undefined) lines.push(line);
        changes?.push(this.#storage.record(key, before, row));
        entry.before = row;
      }
      entry.touched = false;
    }
    if (touched.length > 0) this.#touched = [];
    if (this.#entries.size > this.#kept) this.#entries.clear();
    return changed;
  }

  abandon(): void {
    for (const entry of this.#touched) {
      entry.row = entry.before;
      entry.stored = entry.before;
      entry.touched = false;
      entry.dirty = false;
    }
    this.#touched = [];
    this.#dirty = [];
    if (this.#entries.size > this.#kept) this.#entries.clear();
  }

  forget(): void {
    this.#entries.clear();
    this.#touched = [];
    this.#dirty = [];
  }
}
