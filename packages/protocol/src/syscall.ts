/**
 * Syscalls: what a vat asks of the kernel during its own delivery, synchronously and in order. One tagged union serves both sides:
 * over vrefs at the worker port, over krefs inside the kernel.
 */
import type { CapData } from './capdata.ts';
import type { Message, Resolution } from './delivery.ts';

export type Syscall<Ref> =
  | { readonly type: 'send'; readonly target: Ref; readonly message: Message<Ref> }
  | { readonly type: 'subscribe'; readonly promise: Ref }
  | { readonly type: 'resolve'; readonly resolutions: readonly Resolution<Ref>[] }
  | { readonly type: 'exit'; readonly outcome: 'success' | 'failure'; readonly info: CapData<Ref> }
  | { readonly type: 'dropImports'; readonly refs: readonly Ref[] }
  | { readonly type: 'retireImports'; readonly refs: readonly Ref[] }
  /** Promises that nobody in this vat has or waits for, and that it will never settle. */
  | { readonly type: 'dropPromises'; readonly refs: readonly Ref[] }
  | { readonly type: 'retireExports'; readonly refs: readonly Ref[] }
  | { readonly type: 'abandonExports'; readonly refs: readonly Ref[] }
  | { readonly type: 'callNow'; readonly target: Ref; readonly method: string; readonly args: CapData<Ref> }
  | { readonly type: 'vatstoreGet'; readonly key: string }
  | { readonly type: 'vatstoreSet'; readonly key: string; readonly value: string }
  | { readonly type: 'vatstoreDelete'; readonly key: string }
  /** The smallest key greater than `after`, by bytes of UTF-8. */
  | { readonly type: 'vatstoreNextKey'; readonly after: string }
  /**
   * The entries whose key is greater than `after` and smaller than `before`, by bytes of UTF-8, in that order: at most `limit` of
   * them, and fewer when they are long: none after the one with which they are longer than `LIMITS.vatstoreScanLength` together.
   */
  | { readonly type: 'vatstoreScan'; readonly after: string; readonly before: string; readonly limit: number };

/** A key of the vatstore with its value. */
export type VatstoreEntry = readonly [key: string, value: string];

export type SyscallType = Syscall<never>['type'];

/** `value`: text, null or entries from the vatstore, capdata from `callNow`, null from everything else. */
export type SyscallResult<Ref> =
  | { readonly outcome: 'ok'; readonly value: string | null | readonly VatstoreEntry[] | CapData<Ref> }
  | { readonly outcome: 'error'; readonly problem: string };

export const OK_RESULT = { outcome: 'ok', value: null } as const;
