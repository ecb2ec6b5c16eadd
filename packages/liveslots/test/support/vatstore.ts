/** A vatstore in memory, as the kernel would answer from its table. */
import { LIMITS } from '@cooperage/protocol/limits';
import type { VatstoreEntry } from '@cooperage/protocol/syscall';
import type { VatSyscall, VatSyscallResult } from '@cooperage/protocol/worker-port';

const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

export class Vatstore {
  readonly rows: Map<string, string>;
  /** Every key of `rows`, in order, and some that are gone; absent when keys were added since. */
  #sorted: string[] | undefined;

  constructor(rows: Iterable<VatstoreEntry> = []) {
    this.rows = new Map(rows);
  }

  /** Answers a syscall of the vatstore; undefined for all others. */
  answer(syscall: VatSyscall): VatSyscallResult | undefined {
    switch (syscall.type) {
      case 'vatstoreGet':
        return { outcome: 'ok', value: this.rows.get(syscall.key) ?? null };
      case 'vatstoreSet':
        if (!this.rows.has(syscall.key)) this.#sorted = undefined;
        this.rows.set(syscall.key, syscall.value);
        return { outcome: 'ok', value: null };
      case 'vatstoreDelete':
        this.rows.delete(syscall.key);
        return { outcome: 'ok', value: null };
      case 'vatstoreNextKey':
        return { outcome: 'ok', value: this.#between(syscall.after, undefined, 1)[0]?.[0] ?? null };
      case 'vatstoreScan':
        return { outcome: 'ok', value: this.#between(syscall.after, syscall.before, syscall.limit) };
      default:
        return undefined;
    }
  }

  #between(after: string, before: string | undefined, limit: number): VatstoreEntry[] {
    const sorted = (this.#sorted ??= [...this.rows.keys()].sort(compareBytes));
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareBytes(sorted[middle] ?? '', after) > 0) high = middle;
      else low = middle + 1;
    }
    const met: VatstoreEntry[] = [];
    let length = 0;
    for (let i = low; i < sorted.length && met.length < Math.min(limit, LIMITS.vatstoreScanEntries); i += 1) {
      const key = sorted[i] ?? '';
      if (before !== undefined && compareBytes(key, before) >= 0) break;
      const value = this.rows.get(key);
      if (value === undefined) continue;
      met.push([key, value]);
      length += key.length + value.length;
      if (length > LIMITS.vatstoreScanLength) break;
    }
    return met;
  }

  /** Keys in order, those with a prefix. */
  keys(prefix = ''): string[] {
    return [...this.rows.keys()].filter(key => key.startsWith(prefix)).sort();
  }
}
