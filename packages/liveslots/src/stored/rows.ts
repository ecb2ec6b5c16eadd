/**
 * The rows that this vat keeps in its vatstore, seen through a journal and a cache.
 *
 * Writes wait in the journal and go out in one flush, sorted by key, when the delivery ends: a row that changed twice is written once,
 * and one that came and went not at all. Reads are answered from the journal, then from the cache, then by a syscall. What is in the
 * cache follows from the deliveries alone, so it may outlive them, and a replay finds it filled the same way.
 *
 * Keys must sort alike by UTF-16 code units and by bytes of UTF-8, so they hold nothing above U+D7FF (`collections/key-codec.ts`).
 */
import { LIMITS } from '@cooperage/protocol/limits';
import type { VatstoreEntry } from '@cooperage/protocol/syscall';
import { AgedMap } from '../aged-map.ts';
import type { Syscalls } from '../outbound/syscalls.ts';

/** Rows kept in memory from one delivery to the next, by number and by characters. */
const CACHE_ROWS = 4_096;
const CACHE_LENGTH = 4_000_000;
/** A delivery that writes more than this flushes in between, so that its journal stays small. */
const JOURNAL_ROWS = 8_192;
/** Rows that a scan reads ahead. */
const SCAN_ROWS = 64;
/** Rows of one table have keys that begin alike, up to the first one of these. */
const TABLE_END = '.';
/** The greatest code unit that a key has. */
const LAST_UNIT = '\ud7ff';

/** Absent rows are remembered too. */
type Value = string | undefined;

const lengthOf = (key: string, value: Value): number => key.length + (value?.length ?? 0);
const tableOf = (key: string): string => key.slice(0, key.indexOf(TABLE_END) + 1);

/** A stretch of keys without any row, both ends left out; there is a row at `before`, unless the table ends there. */
type Gap = { readonly after: string; readonly before: string };

export class StoredRows {
  readonly #syscalls: Pick<Syscalls, 'vatstoreGet' | 'vatstoreSet' | 'vatstoreDelete' | 'vatstoreScan'>;
  readonly #journal = new Map<string, Value>();
  /** What the vatstore holds, least recently used first. */
  readonly #cache = new AgedMap<string, Value>();
  #cacheLength = 0;
  #flushes = 0;
  /** The tables that the journal has rows of, with how many it writes; the others it deletes. */
  readonly #pending = new Map<string, number>();
  /** One for each table that was asked. */
  readonly #gaps = new Map<string, Gap>();

  constructor(syscalls: Pick<Syscalls, 'vatstoreGet' | 'vatstoreSet' | 'vatstoreDelete' | 'vatstoreScan'>) {
    this.#syscalls = syscalls;
  }

  /** Whether this incarnation has written anything. */
  get isInUse(): boolean {
    return this.#flushes > 0 || this.#journal.size > 0;
  }

  find(key: string): string | undefined {
    if (this.#journal.has(key)) return this.#journal.get(key);
    if (this.#cache.has(key)) {
      const value = this.#cache.get(key);
      this.#remember(key, value);
      return value;
    }
    const value = this.#syscalls.vatstoreGet(key);
    this.#remember(key, value);
    return value;
  }

  has(key: string): boolean {
    return this.find(key) !== undefined;
  }

  set(key: string, value: string): void {
    this.#write(key, value);
  }

  /** Writes a row that cannot be there yet: if it goes again before the flush, nothing is said of it. */
  add(key: string, value: string): void {
    this.noteAbsent(key);
    this.#write(key, value);
  }

  /** A row cannot be there: nobody needs to look. */
  noteAbsent(key: string): void {
    if (!this.#journal.has(key)) this.#remember(key, undefined);
  }

  /** The same as `find`, for tables with few rows: one look may tell that a whole stretch of keys has none. */
  findRare(key: string): string | undefined {
    if (this.#journal.has(key) || this.#cache.has(key)) return this.find(key);
    return this.#findNext(justBefore(key)) === key ? this.find(key) : undefined;
  }

  /** Whether the key of any row begins with `prefix` and goes on; for tables with few rows. */
  hasAnyRare(prefix: string): boolean {
    return this.#findNext(prefix).startsWith(prefix);
  }

  /** The first key after `after` that has a row, or the end of the table. Between the two there is none. */
  #findNext(after: string): string {
    const table = tableOf(after);
    const known = this.#gaps.get(table);
    if (known !== undefined && known.after <= after && after < known.before) return known.before;
    if ((this.#pending.get(table) ?? 0) > 0) this.flush();
    const end = endOfPrefix(table);
    let [entry] = this.#syscalls.vatstoreScan(after, end, 1);
    if (entry !== undefined && this.#journal.has(entry[0])) {
      this.flush();
      [entry] = this.#syscalls.vatstoreScan(after, end, 1);
    }
    if (entry !== undefined) this.#remember(...entry);
    const before = entry?.[0] ?? end;
    this.#gaps.set(table, { after, before });
    return before;
  }

  delete(key: string): void {
    this.#write(key, undefined);
  }

  /**
   * The rows whose keys begin with `prefix`, in order. Changed and deleted rows show as they are when their turn comes; a row that
   * is added while the scan runs may or may not be met.
   */
  *scan(prefix: string): IterableIterator<VatstoreEntry> {
    yield* this.scanRange(prefix, endOfPrefix(prefix));
  }

  /** The rows whose keys lie between `after` and `before`, both left out. */
  *scanRange(after: string, before: string): IterableIterator<VatstoreEntry> {
    if (this.#pending.has(tableOf(after))) this.flush();
    let last = after;
    for (;;) {
      const flushes = this.#flushes;
      const entries = this.#syscalls.vatstoreScan(last, before, SCAN_ROWS);
      let length = 0;
      for (const [key, stored] of entries) {
        last = key;
        length += lengthOf(key, stored);
        const isCurrent = flushes === this.#flushes && !this.#journal.has(key);
        const value = isCurrent ? stored : this.find(key);
        if (value !== undefined) yield [key, value];
      }
      if (entries.length < SCAN_ROWS && length <= LIMITS.vatstoreScanLength) return;
    }
  }

  /** Writes what has changed, sorted by key. */
  flush(): void {
    if (this.#journal.size === 0) return;
    this.#flushes += 1;
    const keys = [...this.#journal.keys()].sort();
    for (const key of keys) {
      const value = this.#journal.get(key);
      const isKnown = this.#cache.has(key);
      if (isKnown && this.#cache.get(key) === value) continue;
      if (value === undefined) this.#syscalls.vatstoreDelete(key);
      else this.#syscalls.vatstoreSet(key, value);
      this.#remember(key, value);
    }
    this.#journal.clear();
    this.#pending.clear();
  }

  #write(key: string, value: Value): void {
    this.#noteWrite(tableOf(key), key, value);
    this.#journal.set(key, value);
    if (this.#journal.size >= JOURNAL_ROWS) this.flush();
  }

  #noteWrite(table: string, key: string, value: Value): void {
    const more = Number(value !== undefined) - Number(this.#journal.get(key) !== undefined);
    this.#pending.set(table, (this.#pending.get(table) ?? 0) + more);
    const gap = this.#gaps.get(table);
    if (gap !== undefined && gap.after < key && key <= gap.before) this.#gaps.delete(table);
  }

  #remember(key: string, value: Value): void {
    if (this.#cache.has(key)) {
      this.#cacheLength -= lengthOf(key, this.#cache.get(key));
      this.#cache.delete(key);
    }
    this.#cache.set(key, value);
    this.#cacheLength += lengthOf(key, value);
    while (this.#cache.size > CACHE_ROWS || this.#cacheLength > CACHE_LENGTH) {
      const oldest = this.#cache.findOldest();
      if (oldest === undefined) return;
      this.#cacheLength -= lengthOf(...oldest);
      this.#cache.delete(oldest[0]);
    }
  }
}

/** Smaller than `key`, with nothing in between that a vat writes. */
const justBefore = (key: string): string =>
  `${key.slice(0, -1)}${String.fromCharCode(key.charCodeAt(key.length - 1) - 1)}${LAST_UNIT}`;

/** The smallest key that is greater than every key with this prefix. */
const endOfPrefix = (prefix: string): string =>
  prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
