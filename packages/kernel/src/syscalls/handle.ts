/**
 * The door through which a vat's syscalls come in, one at a time, during its own delivery (I15). After the first illegal one
 * nothing is done any more: the crank is lost.
 */
import { canonicalJson } from '@cooperage/protocol/canonical-json';
import type { VatFault } from '@cooperage/protocol/fault';
import { LIMITS } from '@cooperage/protocol/limits';
import type { KRef, VatId } from '@cooperage/protocol/refs';
import { OK_RESULT, type Syscall } from '@cooperage/protocol/syscall';
import { unreachable } from '@cooperage/protocol/unreachable';
import type { VatSyscall, VatSyscallResult } from '@cooperage/protocol/worker-port';
import type { Crank } from '../crank-state.ts';
import { makeIllegalSyscallFault, translateSyscall } from '../translate/syscall-from-vat.ts';
import { handleCallNow } from './call-now.ts';
import { handleAbandonExports, handleDropImports, handleDropPromises, handleRetireExports, handleRetireImports } from './gc.ts';
import { handleResolve } from './resolve.ts';
import { handleSend } from './send.ts';
import { handleSubscribe } from './subscribe.ts';
import { handleVatstore } from './vatstore.ts';

export type RecordedSyscall = { readonly syscall: VatSyscall; readonly result: VatSyscallResult };
export type ExitRequest = Extract<Syscall<KRef>, { type: 'exit' }>;

/** The syscalls of one delivery: what was asked, what was answered, and how it ends for the vat. */
export class SyscallSession {
  readonly #crank: Crank;
  readonly #vat: VatId;
  /** As text, which is what stays of them: a delivery may make many, and their results may be large. */
  readonly #recorded: string[] = [];
  readonly #executed: Syscall<KRef>[] = [];
  #fault: VatFault | null = null;
  #exit: ExitRequest | null = null;
  #open = true;

  constructor(crank: Crank, vat: VatId) {
    this.#crank = crank;
    this.#vat = vat;
  }

  /** Does one syscall. Never throws for anything that a vat can do. */
  handle(untrusted: VatSyscall): VatSyscallResult {
    if (!this.#open) return { outcome: 'error', problem: 'the delivery is over' };
    if (this.#fault !== null) return { outcome: 'error', problem: this.#fault.problem };
    if (this.#recorded.length >= LIMITS.syscallsPerDelivery) {
      return this.#refuse(untrusted, `more than ${LIMITS.syscallsPerDelivery} syscalls in one delivery`);
    }
    const translated = translateSyscall(this.#crank, this.#vat, untrusted);
    if ('problem' in translated) return this.#refuse(untrusted, translated.problem);
    const { syscall } = translated;
    const result = this.#execute(syscall);
    this.#crank.count('syscalls');
    this.#crank.count(`syscalls.${syscall.type}`);
    this.#executed.push(syscall);
    this.#recorded.push(canonicalJson({ syscall: untrusted, result } satisfies RecordedSyscall));
    this.#log(syscall, untrusted, result);
    return result;
  }

  /** The delivery is over: nothing more is accepted. */
  close(): void {
    this.#open = false;
  }

  get fault(): VatFault | null {
    return this.#fault;
  }

  get exit(): ExitRequest | null {
    return this.#exit;
  }

  /** Canonical JSON of the list of what was asked and answered. */
  get recorded(): string {
    return `[${this.#recorded.join(',')}]`;
  }

  get executed(): readonly Syscall<KRef>[] {
    return this.#executed;
  }

  #refuse(untrusted: VatSyscall, problem: string): VatSyscallResult {
    this.#fault = makeIllegalSyscallFault(problem);
    const result = { outcome: 'error', problem: this.#fault.problem } as const;
    this.#log(null, untrusted, result);
    return result;
  }

  #log(syscall: Syscall<KRef> | null, vatSyscall: VatSyscall, result: VatSyscallResult): void {
    this.#crank.log({ type: 'syscall', crank: this.#crank.number, vat: this.#vat, syscall, vatSyscall, result });
  }

  #execute(syscall: Syscall<KRef>): VatSyscallResult {
    const crank = this.#crank;
    const vat = this.#vat;
    switch (syscall.type) {
      case 'send':
        handleSend(crank, syscall);
        return OK_RESULT;
      case 'subscribe':
        handleSubscribe(crank, vat, syscall);
        return OK_RESULT;
      case 'resolve':
        handleResolve(crank, vat, syscall);
        return OK_RESULT;
      case 'dropImports':
        handleDropImports(crank, vat, syscall.refs);
        return OK_RESULT;
      case 'dropPromises':
        handleDropPromises(crank, vat, syscall.refs);
        return OK_RESULT;
      case 'retireImports':
        handleRetireImports(crank, vat, syscall.refs);
        return OK_RESULT;
      case 'retireExports':
        handleRetireExports(crank, vat, syscall.refs);
        return OK_RESULT;
      case 'abandonExports':
        handleAbandonExports(crank, vat, syscall.refs);
        return OK_RESULT;
      case 'exit':
        this.#exit ??= syscall;
        return OK_RESULT;
      case 'callNow':
        return handleCallNow(crank, vat, syscall);
      case 'vatstoreGet':
      case 'vatstoreSet':
      case 'vatstoreDelete':
      case 'vatstoreNextKey':
      case 'vatstoreScan':
        return handleVatstore(crank, vat, syscall);
      default:
        return unreachable(syscall);
    }
  }
}
