/**
 * Which keys cannot be on the disk: those with numbers beyond all that ever left the memory. Ids are taken from counters and never
 * come back (I20), so a key that was just made needs no look at the disk to know that it has no row.
 */

export type Series<Key> = {
  /** Which series of numbers a key belongs to. */
  readonly kindOf: (key: Key) => string;
  readonly numberOf: (key: Key) => number;
  /** The greatest number that the disk may hold of a kind; Infinity when that is not known. */
  readonly lastOf: (kind: string) => number;
};

type Reach = {
  /** The greatest number of which a row may be on the disk and not in memory. */
  horizon: number;
  /** The greatest number that is in memory. */
  highest: number;
};

export class Horizon<Key> {
  readonly #series: Series<Key>;
  readonly #reaches = new Map<string, Reach>();

  constructor(series: Series<Key>) {
    this.#series = series;
  }

  #reachOf(kind: string): Reach {
    let reach = this.#reaches.get(kind);
    if (reach === undefined) {
      reach = { horizon: Infinity, highest: -1 };
      this.#reaches.set(kind, reach);
    }
    if (reach.horizon === Infinity) reach.horizon = this.#series.lastOf(kind);
    return reach;
  }

  /** Whether a key that is not in memory is not on the disk either. */
  isBeyond(key: Key): boolean {
    return this.#series.numberOf(key) > this.#reachOf(this.#series.kindOf(key)).horizon;
  }

  /** A key comes into memory. */
  note(key: Key): void {
    const reach = this.#reachOf(this.#series.kindOf(key));
    const number = this.#series.numberOf(key);
    if (number > reach.highest) reach.highest = number;
  }

  /** All leave the memory for the disk. */
  passAll(): void {
    for (const reach of this.#reaches.values()) {
      if (reach.highest > reach.horizon) reach.horizon = reach.highest;
      reach.highest = -1;
    }
  }

  /** Nothing is known any more. */
  forget(): void {
    this.#reaches.clear();
  }
}
