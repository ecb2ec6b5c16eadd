/**
 * The rows of a table by group and in order, in memory as long as they are not many: for the questions that every crank asks, whose
 * answers would otherwise have to be written to the disk first. A table that grows too large is asked in SQL again.
 */
import type { RowObserver } from './row-cache.ts';

export type IndexShape<Key, Row> = {
  /** The group of a row; undefined: the row is in none. */
  readonly groupOf: (row: Row) => string | undefined;
  readonly compare: (a: Row, b: Row) => number;
  readonly keyOf: (row: Row) => Key;
  /** Where every row is in a group: the group of a key. */
  readonly groupOfKey?: (key: Key) => string;
};

type Group<Key, Row> = {
  rows: Map<Key, Row>;
  last: Row | undefined;
  sorted: boolean;
  /** Goes through the keys once, behind what is removed in front: a map that is a queue would else be walked from its empty beginning. */
  cursor: Iterator<Key> | undefined;
  firstKey: Key | undefined;
};

/** Rows of a table that is in memory. */
const MOST_ROWS = 50_000;
/** Questions that go to SQL before it is tried again whether the table has become small. */
const PATIENCE = 1_000;

export class RowIndex<Key, Row> implements RowObserver<Key, Row> {
  readonly #shape: IndexShape<Key, Row>;
  readonly #readAll: (limit: number) => readonly Row[];
  #groups: Map<string, Group<Key, Row>> | undefined;
  #size = 0;
  #patience = 0;

  /** `readAll` gives up to so many rows of the whole table. */
  constructor(shape: IndexShape<Key, Row>, readAll: (limit: number) => readonly Row[]) {
    this.#shape = shape;
    this.#readAll = readAll;
  }

  change(key: Key, before: Row | undefined, after: Row | undefined): void {
    if (this.#groups === undefined) return;
    const left = before === undefined ? undefined : this.#shape.groupOf(before);
    const entered = after === undefined ? undefined : this.#shape.groupOf(after);
    if (left !== undefined && left !== entered) this.#remove(left, key);
    if (entered !== undefined && after !== undefined) this.#add(entered, key, after);
    if (this.#size > MOST_ROWS) this.#groups = undefined;
  }

  #remove(name: string, key: Key): void {
    const group = this.#groups?.get(name);
    if (group?.rows.delete(key) !== true) return;
    this.#size -= 1;
    if (group.rows.size === 0) this.#groups?.delete(name);
  }

  #add(name: string, key: Key, row: Row): void {
    let group = this.#groups?.get(name);
    if (group === undefined) {
      group = { rows: new Map(), last: undefined, sorted: true, cursor: undefined, firstKey: undefined };
      this.#groups?.set(name, group);
    }
    if (!group.rows.has(key)) {
      this.#size += 1;
      if (group.last !== undefined && this.#shape.compare(group.last, row) > 0) group.sorted = false;
      else group.last = row;
    }
    group.rows.set(key, row);
  }

  /** Whether it is known that there is no such row. */
  lacks(key: Key): boolean {
    const { groupOfKey } = this.#shape;
    if (groupOfKey === undefined) return false;
    const groups = this.#provide();
    return groups !== undefined && groups.get(groupOfKey(key))?.rows.has(key) !== true;
  }

  /** The rows of a group in order; undefined: ask the disk. */
  read(name: string): Iterable<Row> | undefined {
    const groups = this.#provide();
    if (groups === undefined) return undefined;
    const group = groups.get(name);
    if (group === undefined) return [];
    if (!group.sorted) this.#sort(group);
    return group.rows.values();
  }

  /** The first row of a group, or undefined when there is none; 'unknown': ask the disk. */
  readFirst(name: string): Row | undefined | 'unknown' {
    const groups = this.#provide();
    if (groups === undefined) return 'unknown';
    const group = groups.get(name);
    if (group === undefined) return undefined;
    if (!group.sorted) this.#sort(group);
    group.cursor ??= group.rows.keys();
    while (group.firstKey === undefined || !group.rows.has(group.firstKey)) {
      const { done, value } = group.cursor.next();
      // Whatever was added since stands behind the cursor's end.
      if (done === true) group.cursor = group.rows.keys();
      else group.firstKey = value;
    }
    return group.rows.get(group.firstKey);
  }

  /** The names of the groups that are not empty, in no order; undefined: ask the disk. */
  names(): string[] | undefined {
    const groups = this.#provide();
    return groups === undefined ? undefined : [...groups.keys()];
  }

  #sort(group: Group<Key, Row>): void {
    const rows = [...group.rows.values()].sort(this.#shape.compare);
    group.rows = new Map(rows.map(row => [this.#shape.keyOf(row), row]));
    group.last = rows.at(-1);
    group.sorted = true;
    group.cursor = undefined;
    group.firstKey = undefined;
  }

  #provide(): Map<string, Group<Key, Row>> | undefined {
    if (this.#groups !== undefined) return this.#groups;
    this.#patience -= 1;
    if (this.#patience > 0) return undefined;
    const rows = this.#readAll(MOST_ROWS + 1);
    this.#patience = PATIENCE;
    if (rows.length > MOST_ROWS) return undefined;
    this.#groups = new Map();
    this.#size = 0;
    for (const row of rows) {
      const group = this.#shape.groupOf(row);
      if (group !== undefined) this.#add(group, this.#shape.keyOf(row), row);
    }
    return this.#groups;
  }

  forget(): void {
    this.#groups = undefined;
    this.#patience = 0;
  }
}
