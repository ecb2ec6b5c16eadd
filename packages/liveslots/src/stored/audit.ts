/**
 * Recounts a vatstore from first principles: everything that one row says of another must be so. For tests and for those who look
 * into a database; a vat that runs has no need of it. `docs/stored-data.md` has the rows.
 *
 * True between deliveries. Rows of virtual data that an earlier incarnation left are as good as gone and may be there or not, so an audit
 * is for vatstores that were swept.
 */
import { parseVRef } from '@cooperage/protocol/refs';
import type { VatstoreEntry } from '@cooperage/protocol/syscall';

type Data = { readonly slots: readonly string[] };

const KIND_HANDLE = 'o+d1/';
const COLLECTION = /^o\+(?:d[2-5]|v\d+)\/\d+$/;
const BAGGAGE = 'o+d2/1';
/** A key of a strong collection that is an object: its ordinal, then its vref. */
const ORDERED_KEY = /^r(\d{10}):(.+)$/;

/** The rows by family: of `entry.o+d2/1.sfoo`, family `entry`, name `o+d2/1.sfoo`. */
const sortIntoFamilies = (entries: Iterable<VatstoreEntry>): Map<string, Map<string, string>> => {
  const families = new Map<string, Map<string, string>>();
  for (const [key, value] of entries) {
    const [family = ''] = key.split('.', 1);
    if (!families.has(family)) families.set(family, new Map());
    families.get(family)?.set(key.slice(family.length + 1), value);
  }
  return families;
};

export class VatstoreAudit {
  readonly #families: Map<string, Map<string, string>>;
  readonly #findings: string[] = [];
  readonly #counts = new Map<string, number>();
  readonly #sizes = new Map<string, number>();

  constructor(entries: Iterable<VatstoreEntry>) {
    this.#families = sortIntoFamilies(entries);
  }

  /** What is wrong, in words; nothing when all is well. */
  run(): readonly string[] {
    for (const [name, text] of this.#rows('state'))
      this.#citeAll(`state.${name}`, Object.values(JSON.parse(text) as Record<string, Data>));
    for (const [name, text] of this.#rows('collection')) this.#citeShapes(`collection.${name}`, text);
    for (const [name, text] of this.#rows('kind')) this.#citeKind(`kind.${name}`, text);
    for (const family of ['watch', 'watcher']) {
      for (const [name, text] of this.#rows(family)) this.#citeAll(`${family}.${name}`, [JSON.parse(text) as Data]);
    }
    for (const [name, text] of this.#rows('entry')) this.#checkEntry(name, text);
    this.#checkPlaces();
    this.#checkTallies();
    this.#checkWeak();
    this.#checkCounts();
    for (const name of this.#rows('export').keys()) this.#insistThere(`export.${name}`, name);
    return this.#findings;
  }

  #rows(family: string): ReadonlyMap<string, string> {
    return this.#families.get(family) ?? new Map<string, string>();
  }

  #has(family: string, name: string): boolean {
    return this.#rows(family).has(name);
  }

  #report(text: string): void {
    this.#findings.push(text);
  }

  #citeAll(row: string, values: readonly (Data | undefined)[]): void {
    for (const value of values) for (const slot of value?.slots ?? []) this.#cite(row, slot);
  }

  #citeShapes(row: string, text: string): void {
    const { keyShape, valueShape } = JSON.parse(text) as { readonly keyShape?: Data; readonly valueShape?: Data };
    this.#citeAll(row, [keyShape, valueShape]);
  }

  /** Of a kind each slot counts once, however many of its patterns cite it. */
  #citeKind(row: string, text: string): void {
    const { stateShape = {} } = JSON.parse(text) as { readonly stateShape?: Readonly<Record<string, Data>> };
    this.#citeAll(row, [{ slots: [...new Set(Object.values(stateShape).flatMap(({ slots }) => slots))] }]);
  }

  #cite(row: string, slot: string): void {
    const parsed = parseVRef(slot);
    if (parsed?.kind !== 'object') return;
    if (parsed.allocatedBy === 'vat' && parsed.durability === 'ephemeral') return;
    this.#counts.set(parsed.baseRef, (this.#counts.get(parsed.baseRef) ?? 0) + 1);
    if (parsed.allocatedBy === 'vat') this.#insistThere(row, parsed.baseRef);
  }

  /** Whether anything says that the object is. */
  #insistThere(row: string, baseRef: string): void {
    if (baseRef === BAGGAGE || this.#has('state', baseRef) || this.#has('collection', baseRef)) return;
    if (baseRef.startsWith(KIND_HANDLE) && this.#has('kind', `d${baseRef.slice(KIND_HANDLE.length)}`)) return;
    this.#report(`${row} is about ${baseRef}, which is not there`);
  }

  #checkEntry(name: string, text: string): void {
    const separator = name.indexOf('.');
    const collection = name.slice(0, separator);
    const key = name.slice(separator + 1);
    const row = `entry.${name}`;
    if (!COLLECTION.test(collection)) this.#report(`${row} names no collection`);
    this.#insistThere(row, collection);
    if (text !== '') this.#citeAll(row, [JSON.parse(text) as Data]);
    const ordered = ORDERED_KEY.exec(key);
    if (ordered !== null) {
      const [, ordinal, keyRef = ''] = ordered;
      this.#cite(row, keyRef);
      const place = this.#rows('place').get(`${collection}.${keyRef}`);
      if (place !== String(Number(ordinal))) this.#report(`${row} has place ${place ?? 'none'}`);
    } else if (key.startsWith('ro') && !this.#has('weak', `${key.slice(1)}|${collection}`)) {
      this.#report(`${row} is not known as recognized`);
    }
    this.#sizes.set(collection, (this.#sizes.get(collection) ?? 0) + 1);
  }

  #checkPlaces(): void {
    for (const [name, ordinal] of this.#rows('place')) {
      const separator = name.indexOf('.');
      const key = `r${ordinal.padStart(10, '0')}:${name.slice(separator + 1)}`;
      if (!this.#has('entry', `${name.slice(0, separator)}.${key}`)) this.#report(`place.${name} has no entry`);
    }
  }

  #checkTallies(): void {
    for (const [collection, text] of this.#rows('tally')) {
      const { size } = JSON.parse(text) as { readonly size: number };
      const counted = this.#sizes.get(collection) ?? 0;
      if (size !== counted) this.#report(`tally.${collection} says ${size}, and there are ${counted} entries`);
    }
  }

  #checkWeak(): void {
    for (const name of this.#rows('weak').keys()) {
      const [key = '', collection = ''] = name.split('|');
      if (!this.#has('entry', `${collection}.r${key}`)) this.#report(`weak.${name} has no entry`);
    }
  }

  #checkCounts(): void {
    for (const [ref, text] of this.#rows('count')) {
      const counted = this.#counts.get(ref) ?? 0;
      if (Number(text) !== counted) this.#report(`count.${ref} says ${text}, and it is cited ${counted} times`);
    }
    for (const [ref, counted] of this.#counts) {
      if (!this.#has('count', ref)) this.#report(`${ref} is cited ${counted} times and has no count`);
    }
  }
}

export const auditVatstore = (entries: Iterable<VatstoreEntry>): readonly string[] => new VatstoreAudit(entries).run();
