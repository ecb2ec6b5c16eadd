/**
 * The worker port: all that the kernel knows of the place where a vat's code runs. A worker may live in the kernel's isolate, in a
 * thread, in a process or in WebAssembly; the kernel cannot tell.
 */
import type { Delivery } from './delivery.ts';
import type { HeapLook } from './heap-look.ts';
import type { VatId, VRef } from './refs.ts';
import type { DeadNodes, SuspectWorld } from './suspect-world.ts';
import type { Syscall, SyscallResult } from './syscall.ts';

export type VatDelivery = Delivery<VRef>;
export type VatSyscall = Syscall<VRef>;
export type VatSyscallResult = SyscallResult<VRef>;

/** Carries one syscall to the kernel and brings back its result. Never throws; only valid while its delivery runs. */
export type VatSyscallHandler = (syscall: VatSyscall) => VatSyscallResult;

/**
 * How a delivery ended. `fault`: the vat could not take it; the text is for people and must not depend on the machine.
 * `unfinished`: a BOYD had more to let go of than one delivery may; another one, with an empty list, goes on with it.
 */
export type DeliveryOutcome =
  { readonly outcome: 'ok'; readonly unfinished?: true } | { readonly outcome: 'fault'; readonly problem: string };

export type DeliveryReport = {
  readonly result: DeliveryOutcome;
  /** Syscalls without an answer that the worker kept back, in the order they were made, after all that went to the handler. */
  readonly buffered: readonly VatSyscall[];
};

export interface VatWorker {
  /** Runs one delivery until the vat has no agency left. Never rejects unless the worker itself was lost. */
  deliver(delivery: VatDelivery, syscalls: VatSyscallHandler): Promise<DeliveryReport>;
  /**
   * Reports what is gone from the vat's memory and was not reported by an earlier BOYD, in code unit order. `forced` settles the
   * macrotask queue and collects first (one collection may serve several vats); `organic` only reads what the engine collected
   * by itself. Changes nothing in the vat: the list takes effect when a `bringOutYourDead` delivers it.
   */
  harvest(mode: HarvestMode): Promise<readonly string[]>;
  /** Frees the worker. Idempotent. */
  stop(): Promise<void>;
}

export type HarvestMode = 'forced' | 'organic';

/** Where a vat's code comes from, as the database keeps it. */
export type VatBundle = {
  readonly id: string;
  readonly format: BundleFormat;
  /** The bundle as JSON text; empty for `function`, whose code lives in the host's memory under the bundle's id. */
  readonly content: string;
};
export type BundleFormat = 'endoZipBase64' | 'nestedEvaluate' | 'getExport' | 'endoScript' | 'function';

export type WorkerSpec = {
  readonly vat: VatId;
  readonly name: string;
  readonly incarnation: number;
  readonly bundle: VatBundle;
  /** Durable data of the vat may cite what ends with its incarnation. */
  readonly relaxDurability?: boolean;
};

export interface WorkerLauncher {
  /** The worker kind that the incarnation records, such as `local`. */
  readonly kind: string;
  /** Engine and version that the incarnation records, such as `node-v20.20.2/v8-11.3`. */
  readonly engine: string;
  /** Makes a worker that has run no delivery yet. Rejects only for reasons that are not the vat's. */
  launch(spec: WorkerSpec): Promise<VatWorker>;
  /** Whether `findDead` can look into this worker's memory. A launcher without it keeps cycles through its vats for ever. */
  isTransparent?(worker: VatWorker): boolean;
  /**
   * Collects what nothing keeps in the memories of these vats and in the suspects' world together, cycles between them included, and
   * says which nodes nothing keeps. What is gone from a memory, its next harvest reports. Nothing may be delivered meanwhile.
   */
  findDead?(world: SuspectWorld, workers: ReadonlyMap<VatId, VatWorker>): Promise<DeadNodes>;
  /** What leads to what in these vats' memories, by one snapshot. Vats that cannot be looked into are not in the answer. */
  lookIntoHeaps?(workers: ReadonlyMap<VatId, VatWorker>): Promise<HeapLook>;
  /** While muted, a vat's console output is dropped: replay must not say everything twice. */
  setMuted?(vat: VatId, muted: boolean): void;
}
