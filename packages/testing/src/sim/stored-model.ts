/**
 * What a script vat has put into rows, as its trace tells (`stored-objects.ts`): which object holds which, by names. A trace is what
 * counts after crashes and replays, and so is this.
 */

export type StoredModel = {
  readonly baggage: ReadonlyMap<string, string>;
  readonly slots: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** By object, then by key: the value. */
  readonly weak: ReadonlyMap<string, ReadonlyMap<string, string>>;
};

const LINE = /^stored (\S+) (is|weak \S+|\S+) (gone|virtual|durable|= (\S+))$/;

class Reader implements StoredModel {
  readonly baggage = new Map<string, string>();
  readonly slots = new Map<string, Map<string, string>>();
  readonly weak = new Map<string, Map<string, string>>();
  readonly #virtual = new Set<string>();

  read(line: string): void {
    if (line.startsWith('incarnation ')) this.#sweep();
    const match = LINE.exec(line);
    if (match === null) return;
    const [, holder, where, what, thing] = match as unknown as [string, string, string, string, string | undefined];
    if (where === 'is') {
      this.slots.set(holder, new Map());
      this.weak.set(holder, new Map());
      if (what === 'virtual') this.#virtual.add(holder);
    } else this.#put(holder, where, thing);
  }

  /** What ends with its incarnation. */
  #sweep(): void {
    for (const name of this.#virtual) {
      this.slots.delete(name);
      this.weak.delete(name);
    }
    this.#virtual.clear();
  }

  #put(holder: string, where: string, thing: string | undefined): void {
    const isWeak = where.startsWith('weak ');
    const entries = holder === 'baggage' ? this.baggage : (isWeak ? this.weak : this.slots).get(holder);
    const place = isWeak ? where.slice('weak '.length) : where;
    if (thing === undefined) entries?.delete(place);
    else entries?.set(place, thing);
  }
}

export const readStoredModel = (trace: readonly string[]): StoredModel => {
  const reader = new Reader();
  for (const line of trace) reader.read(line);
  return reader;
};
