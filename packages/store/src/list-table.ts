/**
 * A table of short ordered lists: one list per holder, one database row per element, cached as a whole. An empty list and no list
 * are the same. Slots and subscriptions are such lists.
 */
import type { Connection, Query, RowChange, SqlValue } from './connection.ts';
import type { Series } from './horizon.ts';
import { RowCache, type RowStorage } from './row-cache.ts';

export type ListShape<Holder> = {
  readonly table: string;
  readonly holder: string;
  readonly element: string;
  /** The column that holds the place in the list; absent when the elements have an order of their own. */
  readonly position?: string;
  /** SQL that orders the elements of one holder. */
  readonly order: string;
  /** How holders are numbered, where new ones are greater than all before. */
  readonly series?: Series<Holder>;
};

class ListStorage<Holder extends string | number, Element extends string> implements RowStorage<Holder, readonly Element[]> {
  readonly table: string;
  readonly #shape: ListShape<Holder>;
  readonly #load: Query<Element>;
  readonly #insert: Query;
  readonly #remove: Query;
  readonly #positioned: boolean;

  constructor(connection: Connection, shape: ListShape<Holder>) {
    const { table, holder, element, position, order } = shape;
    this.table = table;
    this.#shape = shape;
    this.#positioned = position !== undefined;
    this.#load = connection.prepareColumn<Element>(`SELECT ${element} FROM ${table} WHERE ${holder} = ? ORDER BY ${order}`);
    this.#insert = connection.prepare(
      position === undefined
        ? `INSERT INTO ${table} (${holder}, ${element}) VALUES (?, ?)`
        : `INSERT INTO ${table} (${holder}, ${element}, ${position}) VALUES (?, ?, ?)`,
    );
    this.#remove = connection.prepare(`DELETE FROM ${table} WHERE ${holder} = ?`);
  }

  load(holder: Holder): readonly Element[] | undefined {
    const elements = this.#load.all(holder);
    return elements.length === 0 ? undefined : elements;
  }

  insert(holder: Holder, elements: readonly Element[]): void {
    for (let i = 0; i < elements.length; i += 1) {
      const element = elements[i] as Element;
      if (this.#positioned) this.#insert.run(holder, element, i);
      else this.#insert.run(holder, element);
    }
  }

  update(holder: Holder, elements: readonly Element[]): void {
    this.remove(holder);
    this.insert(holder, elements);
  }

  remove(holder: Holder): void {
    this.#remove.run(holder);
  }

  isSame(a: readonly Element[], b: readonly Element[]): boolean {
    return a.length === b.length && a.every((element, i) => element === b[i]);
  }

  record(holder: Holder, before: readonly Element[] | undefined, after: readonly Element[] | undefined): RowChange {
    const { table, holder: holderColumn, element, position } = this.#shape;
    const toRows = (elements: readonly Element[] = []): Record<string, SqlValue>[] =>
      elements.map((value, i) => ({
        [holderColumn]: holder,
        [element]: value,
        ...(position === undefined ? {} : { [position]: i }),
      }));
    return { table, key: { [holderColumn]: holder }, before: toRows(before), after: toRows(after) };
  }

  describe(holder: Holder, elements: readonly Element[] | undefined): string {
    return JSON.stringify([this.table, holder, elements ?? null]);
  }
}

const NONE: readonly never[] = Object.freeze([]);

export class ListTable<Holder extends string | number, Element extends string> {
  readonly #cache: RowCache<Holder, readonly Element[]>;
  readonly #count: Query<number>;

  constructor(connection: Connection, shape: ListShape<Holder>) {
    const { series } = shape;
    const storage = new ListStorage<Holder, Element>(connection, shape);
    this.#cache = new RowCache(connection, storage, series === undefined ? {} : { series });
    this.#count = connection.prepareColumn<number>(`SELECT count(*) FROM ${shape.table}`);
  }

  get(holder: Holder): readonly Element[] {
    return this.#cache.find(holder) ?? NONE;
  }

  put(holder: Holder, elements: readonly Element[]): void {
    if (elements.length === 0) this.#cache.delete(holder);
    else this.#cache.put(holder, elements);
  }

  delete(holder: Holder): void {
    this.#cache.delete(holder);
  }

  /** The rows that a query over the whole table reads. */
  select<Row>(query: Query<Row>): Row[] {
    return this.#cache.answer(query, () => query.all());
  }

  /** Elements of all lists. */
  count(): number {
    this.#cache.flush();
    return this.#count.get() ?? 0;
  }
}
