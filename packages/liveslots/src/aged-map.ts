/**
 * A map that can say which of its entries came first, at the same cost however many came and went before it: a new iterator of an
 * engine's map steps over everything that was deleted, so this one keeps its own and never goes back.
 *
 * An entry that is set again stays where it is; one that is deleted and set is the youngest.
 */
export class AgedMap<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  /** Everything that it has passed is gone, but for `#oldest`. */
  #walk: Iterator<Key> | undefined;
  #oldest: { readonly key: Key } | undefined;

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  has(key: Key): boolean {
    return this.#entries.has(key);
  }

  set(key: Key, value: Value): void {
    this.#entries.set(key, value);
  }

  delete(key: Key): void {
    if (this.#oldest?.key === key) this.#oldest = undefined;
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#walk = undefined;
    this.#oldest = undefined;
  }

  findOldest(): readonly [Key, Value] | undefined {
    if (this.#entries.size === 0) return undefined;
    this.#oldest ??= this.#advance();
    const { key } = this.#oldest;
    return [key, this.#entries.get(key) as Value];
  }

  get size(): number {
    return this.#entries.size;
  }

  [Symbol.iterator](): MapIterator<[Key, Value]> {
    return this.#entries[Symbol.iterator]();
  }

  /** The next entry of a map that is not empty. An iterator that has seen the end stays there, whatever is added. */
  #advance(): { readonly key: Key } {
    this.#walk ??= this.#entries.keys();
    let next = this.#walk.next();
    if (next.done === true) {
      this.#walk = this.#entries.keys();
      next = this.#walk.next();
    }
    return { key: next.value as Key };
  }
}
