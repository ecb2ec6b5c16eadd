/**
 * The syscalls that liveslots makes, one method each. A syscall that is refused throws: the kernel has condemned the vat by then,
 * and what the vat does with the error no longer matters.
 */
import type { CapData } from '@cooperage/protocol/capdata';
import type { Message, Resolution } from '@cooperage/protocol/delivery';
import type { VRef } from '@cooperage/protocol/refs';
import type { VatstoreEntry } from '@cooperage/protocol/syscall';
import type { VatSyscall, VatSyscallHandler, VatSyscallResult } from '@cooperage/protocol/worker-port';

type VatSyscallValue = Extract<VatSyscallResult, { outcome: 'ok' }>['value'];

export class Syscalls {
  readonly #handler: VatSyscallHandler;

  constructor(handler: VatSyscallHandler) {
    this.#handler = handler;
  }

  #make(syscall: VatSyscall): VatSyscallValue {
    const result = this.#handler(syscall);
    if (result.outcome === 'error') throw new Error(`syscall ${syscall.type} was refused: ${result.problem}`);
    return result.value;
  }

  send(target: VRef, message: Message<VRef>): void {
    this.#make({ type: 'send', target, message });
  }

  subscribe(promise: VRef): void {
    this.#make({ type: 'subscribe', promise });
  }

  resolve(resolutions: readonly Resolution<VRef>[]): void {
    this.#make({ type: 'resolve', resolutions });
  }

  exit(outcome: 'success' | 'failure', info: CapData<VRef>): void {
    this.#make({ type: 'exit', outcome, info });
  }

  /** Answers for itself: what a device throws is no refusal. */
  callNow(target: VRef, method: string, args: CapData<VRef>): VatSyscallResult {
    return this.#handler({ type: 'callNow', target, method, args });
  }

  dropImports(refs: readonly VRef[]): void {
    if (refs.length > 0) this.#make({ type: 'dropImports', refs });
  }

  dropPromises(refs: readonly VRef[]): void {
    if (refs.length > 0) this.#make({ type: 'dropPromises', refs });
  }

  retireImports(refs: readonly VRef[]): void {
    if (refs.length > 0) this.#make({ type: 'retireImports', refs });
  }

  retireExports(refs: readonly VRef[]): void {
    if (refs.length > 0) this.#make({ type: 'retireExports', refs });
  }

  vatstoreGet(key: string): string | undefined {
    return (this.#make({ type: 'vatstoreGet', key }) as string | null) ?? undefined;
  }

  vatstoreSet(key: string, value: string): void {
    this.#make({ type: 'vatstoreSet', key, value });
  }

  vatstoreDelete(key: string): void {
    this.#make({ type: 'vatstoreDelete', key });
  }

  vatstoreScan(after: string, before: string, limit: number): readonly VatstoreEntry[] {
    return this.#make({ type: 'vatstoreScan', after, before, limit }) as readonly VatstoreEntry[];
  }
}
