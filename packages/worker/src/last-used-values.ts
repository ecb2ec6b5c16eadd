/** Values by key, at most so many: the one that was used longest ago goes first. */
export class LastUsedValues<Key, Value> {
  readonly #kept: number;
  readonly #values = new Map<Key, { readonly value: Value }>();

  constructor(kept: number) {
    this.#kept = kept;
  }

  /** What `make` made of the key, now or earlier; `isUsable` refuses what was made earlier of something else. */
  provide(key: Key, make: () => Value, isUsable: (value: Value) => boolean = () => true): Value {
    const known = this.#values.get(key);
    const entry = known !== undefined && isUsable(known.value) ? known : { value: make() };
    this.#values.delete(key);
    this.#values.set(key, entry);
    if (this.#values.size > this.#kept) this.#forgetOldest();
    return entry.value;
  }

  #forgetOldest(): void {
    for (const key of this.#values.keys()) {
      this.#values.delete(key);
      return;
    }
  }
}
