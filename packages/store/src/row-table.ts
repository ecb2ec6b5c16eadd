/**
 * A table of typed rows: the SQL for one `RowCache`, written from the names of its columns, and queries that see what is not on
 * the disk yet. The files in `tables/` each own one or more of these and are the only callers.
 */
import type { Connection, Query, RowChange, SqlValue } from './connection.ts';
import type { Series } from './horizon.ts';
import { RowCache, type RowStorage } from './row-cache.ts';
import { RowIndex, type IndexShape } from './row-index.ts';
import { toStoredText } from './stored-text.ts';

export type RowShape<Key, Row> = {
  readonly table: string;
  /** From property to column, key columns included. */
  readonly columns: { readonly [Property in keyof Row & string]: string };
  /** The properties of the primary key, in order. */
  readonly key: readonly (keyof Row & string)[];
  /** Properties that hold true or false, as 1 or 0 in the database. */
  readonly booleans?: readonly (keyof Row & string)[];
  /** Properties that hold text from outside. */
  readonly text?: readonly (keyof Row & string)[];
  /** Properties that a crank's delta shows; all when absent. */
  readonly shown?: readonly (keyof Row & string)[];
  /** Properties too large for the history, which never change. */
  readonly unrecorded?: readonly (keyof Row & string)[];
  /** Rows that are no part of a delta. */
  readonly isHidden?: (row: Row | undefined, key: string | number) => boolean;
  /** How many rows stay in memory from crank to crank. */
  readonly kept?: number;
  /** How the keys are numbered, where new ones are greater than all before. */
  readonly series?: Series<Key>;
  /** What `inGroup` answers from. */
  readonly index?: IndexShape<Key, Row>;
};

/** Parts of a composite key are joined by a space; only the last part may contain one. */
const KEY_SEPARATOR = ' ';

const splitKey = (key: string | number, parts: number): SqlValue[] => {
  if (typeof key === 'number' || parts === 1) return [key];
  const values: string[] = [];
  let rest = key;
  while (values.length < parts - 1) {
    const end = rest.indexOf(KEY_SEPARATOR);
    values.push(rest.slice(0, end));
    rest = rest.slice(end + 1);
  }
  values.push(rest);
  return values;
};

type Fields = Record<string, string | number | boolean | null>;
const fieldsOf = (row: unknown): Fields => row as Fields;
const toSqlValue = (value: string | number | boolean | null | undefined): SqlValue =>
  typeof value === 'boolean' ? Number(value) : (value ?? null);

class SqlStorage<Key extends string | number, Row> implements RowStorage<Key, Row> {
  readonly table: string;
  readonly selectFrom: string;
  readonly #shape: RowShape<Key, Row>;
  readonly #properties: readonly string[];
  readonly #others: readonly string[];
  readonly #shown: readonly string[];
  readonly #recorded: readonly string[];
  readonly #load: Query<unknown>;
  readonly #insert: Query;
  readonly #update: Query;
  readonly #remove: Query;

  constructor(connection: Connection, shape: RowShape<Key, Row>) {
    const { table, columns, key } = shape;
    const columnOf = columns as Record<string, string>;
    this.table = table;
    this.#shape = shape;
    this.#properties = Object.keys(columns);
    this.#others = this.#properties.filter(property => !(key as readonly string[]).includes(property));
    this.#shown = [...(shape.shown ?? this.#properties)].sort();
    this.#recorded = this.#properties.filter(property => shape.unrecorded?.includes(property as never) !== true);
    this.selectFrom = `SELECT ${this.#properties.map(name => `${columnOf[name]} AS ${name}`).join(', ')} FROM ${table}`;
    const whereKey = `WHERE ${key.map(name => `${columnOf[name]} = ?`).join(' AND ')}`;
    const names = this.#properties.map(name => columnOf[name]).join(', ');
    this.#load = connection.prepare(`${this.selectFrom} ${whereKey}`);
    this.#insert = connection.prepare(`INSERT INTO ${table} (${names}) VALUES (${this.#properties.map(() => '?').join(', ')})`);
    const assignments = this.#others.map(name => `${columnOf[name]} = ?`).join(', ');
    this.#update = connection.prepare(`UPDATE ${table} SET ${assignments} ${whereKey}`);
    this.#remove = connection.prepare(`DELETE FROM ${table} ${whereKey}`);
  }

  decode(raw: unknown): Row {
    for (const property of this.#shape.booleans ?? []) fieldsOf(raw)[property] = fieldsOf(raw)[property] === 1;
    return raw as Row;
  }

  load(key: Key): Row | undefined {
    const raw = this.#load.get(...splitKey(key, this.#shape.key.length));
    return raw === undefined ? undefined : this.decode(raw);
  }

  insert(_key: Key, row: Row): void {
    this.#insert.run(...this.#properties.map(property => toSqlValue(fieldsOf(row)[property])));
  }

  update(key: Key, row: Row): void {
    const values = this.#others.map(property => toSqlValue(fieldsOf(row)[property]));
    this.#update.run(...values, ...splitKey(key, this.#shape.key.length));
  }

  remove(key: Key): void {
    this.#remove.run(...splitKey(key, this.#shape.key.length));
  }

  isSame(a: Row, b: Row): boolean {
    for (const property of this.#properties) if (fieldsOf(a)[property] !== fieldsOf(b)[property]) return false;
    return true;
  }

  record(key: Key, before: Row | undefined, after: Row | undefined): RowChange {
    const { table, key: keyProperties } = this.#shape;
    const parts = splitKey(key, keyProperties.length);
    const columnOf = this.#shape.columns as Record<string, string>;
    const toRows = (row: Row | undefined): Record<string, SqlValue>[] =>
      row === undefined
        ? []
        : [Object.fromEntries(this.#recorded.map(name => [columnOf[name], toSqlValue(fieldsOf(row)[name])]))];
    return {
      table,
      key: Object.fromEntries(keyProperties.map((property, i) => [columnOf[property], parts[i] ?? null])),
      before: toRows(before),
      after: toRows(after),
    };
  }

  #looksSame(a: Row, b: Row): boolean {
    return this.#shown.every(property => fieldsOf(a)[property] === fieldsOf(b)[property]);
  }

  /** Canonical JSON of `[table, key, row]`; the properties are sorted once, not per row. */
  describe(key: Key, row: Row | undefined, before: Row | undefined): string | undefined {
    if (this.#shape.isHidden?.(row, key) === true) return undefined;
    if (this.#shape.shown !== undefined && row !== undefined && before !== undefined && this.#looksSame(row, before))
      return undefined;
    const parts = splitKey(key, this.#shape.key.length);
    const keyText = JSON.stringify(parts.length === 1 ? parts[0] : parts);
    if (row === undefined) return `["${this.table}",${keyText},null]`;
    const fields = this.#shown.map(property => `"${property}":${JSON.stringify(fieldsOf(row)[property])}`);
    return `["${this.table}",${keyText},{${fields.join(',')}}]`;
  }
}

export class RowTable<Key extends string | number, Row extends object> {
  readonly #connection: Connection;
  readonly #storage: SqlStorage<Key, Row>;
  readonly #cache: RowCache<Key, Row>;
  readonly #index: RowIndex<Key, Row> | undefined;
  readonly #text: readonly string[];
  readonly #count: Query<number>;

  constructor(connection: Connection, shape: RowShape<Key, Row>) {
    this.#connection = connection;
    this.#storage = new SqlStorage<Key, Row>(connection, shape);
    const { kept, series, index } = shape;
    if (index !== undefined && connection.writable) {
      const some = this.prepare('LIMIT ?');
      this.#index = new RowIndex(index, limit => this.select(some, limit));
    }
    this.#cache = new RowCache<Key, Row>(connection, this.#storage, {
      ...(kept === undefined ? {} : { kept }),
      ...(series === undefined ? {} : { series }),
      ...(this.#index === undefined ? {} : { observer: this.#index }),
    });
    this.#text = shape.text ?? [];
    this.#count = connection.prepareColumn<number>(`SELECT count(*) FROM ${shape.table}`);
  }

  find(key: Key): Row | undefined {
    return this.#cache.find(key);
  }

  get(key: Key): Row {
    return this.#cache.get(key);
  }

  /** The rows of a group of the index, in its order; undefined: ask in SQL. */
  inGroup(name: string): Iterable<Row> | undefined {
    return this.#index?.read(name);
  }

  /** The first row of a group of the index; 'unknown': ask in SQL. */
  firstInGroup(name: string): Row | undefined | 'unknown' {
    return this.#index === undefined ? 'unknown' : this.#index.readFirst(name);
  }

  /** Which groups have rows, in no order; undefined: ask in SQL. */
  groups(): string[] | undefined {
    return this.#index?.names();
  }

  put(key: Key, row: Row): void {
    this.#cache.put(key, this.#toStoredRow(row));
  }

  delete(key: Key): void {
    this.#cache.delete(key);
  }

  /** Deletes rows that a query of this table just read. */
  deleteAll(rows: readonly Row[], keyOf: (row: Row) => Key): void {
    this.adoptAll(rows, keyOf);
    for (const row of rows) this.#cache.delete(keyOf(row));
  }

  /** Takes in rows that a query of this table just read and that are about to change, so that they are not read again. */
  adoptAll(rows: readonly Row[], keyOf: (row: Row) => Key): void {
    for (const row of rows) this.#cache.adopt(keyOf(row), row);
  }

  /** A query for whole rows; `rest` is what follows FROM and the table's name. */
  prepare(rest: string): Query<unknown> {
    return this.#connection.prepare(`${this.#storage.selectFrom} ${rest}`);
  }

  select(query: Query<unknown>, ...values: readonly SqlValue[]): Row[] {
    const ask = (): Row[] => query.all(...values).map(raw => this.#storage.decode(raw));
    if (values.length === 0) return this.#cache.answer(query, ask);
    this.#cache.flush();
    return ask();
  }

  selectFirst(query: Query<unknown>, ...values: readonly SqlValue[]): Row | undefined {
    this.#cache.flush();
    const raw = query.get(...values);
    return raw === undefined ? undefined : this.#storage.decode(raw);
  }

  /** Makes the disk hold what the cache does, so that any SQL over the table tells the truth. */
  flush(): void {
    this.#cache.flush();
  }

  count(): number {
    return this.#cache.count(() => this.#count.get() ?? 0);
  }

  /** The row as the disk would give it back, so that nobody can tell a cached row from a stored one. */
  #toStoredRow(row: Row): Row {
    let stored = row;
    for (const property of this.#text) {
      const text = fieldsOf(row)[property];
      if (typeof text !== 'string') continue;
      const storedText = toStoredText(text);
      if (storedText !== text) stored = { ...stored, [property]: storedText };
    }
    return stored;
  }
}
