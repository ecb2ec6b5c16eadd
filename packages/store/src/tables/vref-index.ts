/**
 * From vat and vref to the c-list row, or to undefined where it is known that there is none. Holds all rows that are not on the disk yet,
 * so that what it does not know the disk does.
 */
import type { Connection, CrankCache, Query } from '../connection.ts';
import { Horizon } from '../horizon.ts';

const KEPT = 20_000;

/** `v1 p+5` is number 5 of the kind `v1 p+`; what is no plain number is compared with nothing. */
const kindOf = (key: string): string => key.slice(0, key.indexOf(' ') + 3);
const numberOf = (key: string): number => Number(key.slice(key.indexOf(' ') + 3));

export class VrefIndex<Row> implements CrankCache {
  readonly #flushRows: () => void;
  readonly #greatest: Query<number | null>;
  readonly #horizon: Horizon<string>;
  readonly #rows = new Map<string, Row | undefined>();
  /** What keys that the open crank has changed stood for before; null: they were not here. */
  readonly #before = new Map<string, Row | undefined | null>();

  constructor(connection: Connection, flushRows: () => void) {
    this.#flushRows = flushRows;
    this.#greatest = connection.prepareColumn(
      `SELECT max(CAST(substr(vref, 3) AS INTEGER)) FROM clists WHERE vat = ? AND vref >= ? AND vref < ? || char(1114111)`,
    );
    this.#horizon = new Horizon({ kindOf, numberOf, lastOf: kind => this.#findGreatest(kind) });
  }

  #findGreatest(kind: string): number {
    const [vat = '', prefix = ''] = kind.split(' ');
    this.#flushRows();
    return this.#greatest.get(vat, prefix, prefix) ?? -1;
  }

  /** Whether `get` tells the truth about a key. */
  knows(key: string): boolean {
    return this.#rows.has(key) || this.#horizon.isBeyond(key);
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  /** Takes in what the disk has. */
  learn(key: string, row: Row | undefined): void {
    this.#rows.set(key, row);
    this.#horizon.note(key);
  }

  set(key: string, row: Row | undefined): void {
    if (!this.#before.has(key)) this.#before.set(key, this.#rows.has(key) ? this.#rows.get(key) : null);
    this.learn(key, row);
  }

  flush(): void {}

  settle(): number {
    if (this.#before.size > 0) this.#before.clear();
    return 0;
  }

  abandon(): void {
    for (const [key, row] of this.#before) {
      if (row === null) this.#rows.delete(key);
      else this.#rows.set(key, row);
    }
    this.#before.clear();
  }

  relieve(): void {
    if (this.#rows.size <= KEPT) return;
    this.#flushRows();
    this.#rows.clear();
    this.#horizon.passAll();
  }

  forget(): void {
    this.#rows.clear();
    this.#before.clear();
    this.#horizon.forget();
  }
}
