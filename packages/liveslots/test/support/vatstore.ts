/** A vatstore in memory, as the kernel would answer from its table. */
import { LIMITS } from '@cooperage/protocol/limits';
import type { VatstoreEntry } from '@cooperage/protocol/syscall';
import type { VatSyscall, VatSyscallResult } from '@cooperage/protocol/worker-port';

const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

export class Vatstore {
  readonly rows: Map<string, string>;

  constructor(rows: Iterable<VatstoreEntry> = []) {
    this.rows = new Map(rows);
  }

  /** Answers a syscall of the vatstore; undefined for all others. */
  answer(syscall: VatSyscall): VatSyscallResult | undefined {
    switch (syscall.type) {
      case 'vatstoreGet':
        return { outcome: 'ok', value: this.rows.get(syscall.key) ?? null };
      case 'vatstoreSet':
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
    const met = [...this.rows].filter(
      ([key]) => compareBytes(key, after) > 0 && (before === undefined || compareBytes(key, before) < 0),
    );
    return met.sort(([a], [b]) => compareBytes(a, b)).slice(0, Math.min(limit, LIMITS.vatstoreScanEntries));
  }

  /** Keys in order, those with a prefix. */
  keys(prefix = ''): string[] {
    return [...this.rows.keys()].filter(key => key.startsWith(prefix)).sort();
  }
}
