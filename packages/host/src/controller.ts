/**
 * The open kernel as a kernel script holds it. Takes every call through one queue, turns values into capdata and back, and lets
 * nothing out before the block that caused it is durable (I21). `open.ts` makes it.
 */
import type { Finding } from '@cooperage/kernel/audit/audit';
import type { CrankReport } from '@cooperage/kernel/crank';
import type { Kernel } from '@cooperage/kernel/kernel';
import type { RunPolicy, RunReport } from '@cooperage/kernel/run-loop';
import { CooperageError } from '@cooperage/protocol/errors';
import type { KernelPromiseRef, VatId } from '@cooperage/protocol/refs';
import { readOnlyViewOf, type ReadOnlyStore } from '@cooperage/store/read-only';
import type { Store } from '@cooperage/store/store';
import { describePromise, getReading, insistAnswer, takeAnswer, type PromiseRecord } from './answers.ts';
import { takeBootstrapFailure } from './bootstrap.ts';
import { parseUpgradeSpec } from './config.ts';
import type { CycleSchedule } from './cycle-schedule.ts';
import { collectToQuiescence, type CollectOptions, type CollectReport } from './collect.ts';
import { measureHeap, measureHeaps, type HeapOptions, type VatHeap } from './heaps.ts';
import { capDataToHostValue, hostValueToCapData } from './host-values.ts';
import { KernelRef, KernelRefs } from './kernel-ref.ts';
import { listObjects, type ObjectFilter, type ObjectRecord } from './object-records.ts';
import { getStartedRoot, installVat } from './install-vat.ts';
import { MemoryLooks } from './memory-looks.ts';
import { installNamedBundle } from './named-bundles.ts';
import type { BundleSpec, UpgradeSpec, VatSettings, VatSpec } from './options.ts';
import type { OutputGate } from './output-gate.ts';
import { reapToQuiescence, type ReapReport } from './reap.ts';
import { insistRunPolicy, runUnder } from './run-policy.ts';
import { SerialQueue } from './serial-queue.ts';
import type { SlogSink } from './slog-option.ts';
import { readKernelStats, type KernelStats } from './stats.ts';
import { exportKernel, type ExportOptions, type Manifest, type PruneOptions, type PruneReport } from './state-files.ts';
import { findTarget, insistRunning, type Target } from './target.ts';
import { prepareUpgrade, takeUpgradeReport, toUpgradeRehearsal, type UpgradeRehearsal, type UpgradeReport } from './upgrade.ts';
import { getVatByName } from './vat-lookup.ts';
import type { VatNamespace } from './vat-source.ts';
import { explainInKernel, type HeapWhyOptions, type WhyAnswer, type WhyOptions } from './why.ts';

export type ControllerParts = {
  readonly kernel: Kernel;
  readonly store: Store;
  readonly gate: OutputGate;
  readonly defaults: VatSettings | undefined;
  /** Where what the kernel did is told, until it has been closed; absent: nowhere. */
  readonly slog: SlogSink | undefined;
  /** Code of function vats by bundle id; the launcher reads it. */
  readonly functions: Map<string, VatNamespace>;
  /** When to look for cycles unasked; absent: never. */
  readonly cycles: CycleSchedule | undefined;
};

export class KernelController {
  readonly #parts: ControllerParts;
  readonly #queue = new SerialQueue();
  readonly #refs: KernelRefs;
  #closed = false;
  readonly #looks: MemoryLooks;

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    const { kernel } = parts;
    this.#looks = new MemoryLooks(kernel);
    this.#refs = new KernelRefs({
      hold: kref => kernel.holdForHost(kref),
      release: kref => this.#do(() => this.#durably(() => kernel.releaseForHost(kref))),
    });
  }

  /** Cranks until idle, or until the policy says stop. Durable when it resolves. Rejects once when `bootstrap` has failed. */
  run(policy?: RunPolicy): Promise<RunReport> {
    return this.#do(async () => {
      const report = await this.#runKernel(insistRunPolicy(policy));
      const failure = takeBootstrapFailure(this.#parts.kernel, this.#parts.store.tables);
      return this.#durably(() => {
        if (failure !== undefined) throw failure;
        return report;
      });
    });
  }

  /** One crank; undefined when there is nothing to do. Durable when it resolves. */
  step(): Promise<CrankReport | undefined> {
    return this.#do(async () => {
      const report = await this.#parts.kernel.step();
      return this.#durably(() => report);
    });
  }

  /** Sends, runs until the answer is there, and resolves to the value or rejects with the error. */
  call(target: Target, method: string, args: readonly unknown[] = []): Promise<unknown> {
    return this.#do(async () => {
      insistRunning(this.#parts.store.tables, target);
      const result = this.#sendMessage(target, method, args);
      try {
        await this.#runUntil(() => this.#parts.kernel.readPromise(result)?.state !== 'unresolved');
      } catch (error) {
        this.#parts.gate.discard();
        throw error;
      }
      return this.#durably(() =>
        takeAnswer(result, describeTarget(target), { method, kernel: this.#parts.kernel, refs: this.#refs }),
      );
    });
  }

  /** Queues a message, durably. The answer stays readable with `promise(ref)`, in later runs too, until `release(ref)`. */
  send(target: Target, method: string, args: readonly unknown[] = []): Promise<KernelPromiseRef> {
    return this.#do(() => this.#durably(() => this.#sendMessage(target, method, args)));
  }

  /** The root object of a vat, to pass as an argument. Needs no release: roots live as long as their vats. */
  root(vat: string): KernelRef {
    this.#insistOpen();
    const { kernel, store } = this.#parts;
    return this.#refs.makeUnheld(kernel.rootOf(getVatByName(store.tables, vat).vat), `Alleged: ${vat}`);
  }

  /** Rows of the object table. */
  objects(filter: ObjectFilter = {}): readonly ObjectRecord[] {
    this.#insistQuiet();
    return listObjects(this.#parts.store, filter);
  }

  /** What has become of a promise: of `send`, or in an earlier value. */
  promise(ref: KernelPromiseRef | KernelRef | string): Promise<PromiseRecord> {
    return this.#do(() => {
      const reading = getReading(ref, this.#parts.kernel, this.#refs);
      return this.#durably(() => describePromise(reading, this.#parts.store.tables, this.#refs));
    });
  }

  /** Lets go of the answer to a `send`, or of a KernelRef. Idempotent. */
  release(ref: KernelPromiseRef | KernelRef | string): Promise<void> {
    if (ref instanceof KernelRef) return ref.release();
    return this.#do(() => {
      const promise = insistAnswer(ref);
      return this.#durably(() => this.#parts.kernel.releaseResult(promise));
    });
  }

  /** Makes a vat and runs until it has started; resolves to its root. */
  installVat(name: string, spec: VatSpec): Promise<KernelRef> {
    return this.#do(async () => {
      const id = await installVat({ ...this.#parts, refs: this.#refs }, name, spec);
      await this.#runUntil(() => this.#parts.store.tables.vats.find(id)?.state !== 'starting');
      return this.#durably(() => this.#refs.makeUnheld(getStartedRoot(this.#parts, id), `Alleged: ${name}`));
    });
  }

  /** Stores source under a name, for good, so that vats can make vats of it; resolves to its id, which vats may wait for. */
  installBundle(name: string, spec: BundleSpec): Promise<string> {
    return this.#do(async () => {
      const id = await installNamedBundle(name, spec, this.#parts);
      return this.#durably(() => id);
    });
  }

  /** The root node of a device, to pass as an argument. Needs no release: nodes live as long as their device. */
  device(name: string): KernelRef {
    this.#insistOpen();
    return this.#refs.makeUnheld(this.#parts.kernel.rootOfDevice(name), `Alleged: device ${name}`);
  }

  /** Hands an input to a device: one that it defined with `defineInput`. Resolves to what the device answers; runs no vat. */
  tellDevice(device: string, input: string, args: readonly unknown[] = []): Promise<unknown> {
    return this.#do(() => {
      const answer = this.#parts.kernel.tellDevice(device, input, hostValueToCapData(args, this.#refs));
      return this.#durably(() => capDataToHostValue(answer, this.#refs));
    });
  }

  /**
   * Gives a vat new code, parameters or options, in its turn and in one crank, and runs until that is done. Rejects with ERR_UPGRADE
   * when it cannot be; then the old incarnation goes on. With `rehearse: true` all is undone, and the report says what would be.
   */
  upgradeVat(name: string, spec: UpgradeSpec & { readonly rehearse: true }): Promise<UpgradeRehearsal>;
  upgradeVat(name: string, spec?: UpgradeSpec & { readonly rehearse?: false }): Promise<UpgradeReport>;
  upgradeVat(name: string, spec: UpgradeSpec): Promise<UpgradeReport | UpgradeRehearsal>;
  upgradeVat(name: string, spec: UpgradeSpec = {}): Promise<UpgradeReport | UpgradeRehearsal> {
    return this.#do(async () => {
      const { kernel, store, functions } = this.#parts;
      const config = parseUpgradeSpec(name, spec);
      const row = getVatByName(store.tables, name);
      const { spec: upgrade, bundle, code } = await prepareUpgrade(config, row, { store, refs: this.#refs });
      if (code !== undefined) functions.set(bundle.id, code);
      if (config.rehearse === true) return toUpgradeRehearsal(store, await kernel.rehearseUpgrade(upgrade, bundle));
      kernel.installBundle(bundle);
      const number = kernel.upgradeVat(upgrade);
      await this.#runUntil(() => kernel.hasUpgradeOutcome(number));
      return this.#durably(() => takeUpgradeReport(kernel, name, number));
    });
  }

  /** Ends a vat for good: what it had yet to decide is rejected, what it owned is gone. */
  terminateVat(name: string, reason = 'terminated by the host'): Promise<void> {
    return this.#do(async () => {
      await this.#parts.kernel.terminateVat(this.#getVat(name), reason);
      this.#durably(() => undefined);
    });
  }

  /** Lets a vat wait: what comes for it keeps its place until `resumeVat` or `upgradeVat`. */
  suspendVat(name: string, reason = 'suspended by the host'): Promise<void> {
    return this.#do(async () => {
      await this.#parts.kernel.suspendVat(this.#getVat(name), reason);
      this.#durably(() => undefined);
    });
  }

  /** Lets a suspended vat go on; one that a fault has suspended, from before the delivery that it faulted in. */
  resumeVat(name: string): Promise<void> {
    return this.#do(async () => {
      await this.#parts.kernel.resumeVat(this.#getVat(name));
      this.#durably(() => undefined);
    });
  }

  /** Has one vat or all bring out their dead, and runs, until nothing more falls. */
  reap(vat?: string): Promise<ReapReport> {
    return this.#do(async () => {
      const { kernel, store } = this.#parts;
      const report = await reapToQuiescence(kernel, store, vat === undefined ? undefined : this.#getVat(vat));
      return this.#durably(() => report);
    });
  }

  /** Frees all that nothing can reach; cycles too, if asked for. */
  collect(options: CollectOptions = {}): Promise<CollectReport> {
    return this.#do(async () => {
      const { kernel, store } = this.#parts;
      const report = await collectToQuiescence(kernel, store, options);
      if (options.cycles === true) this.#parts.cycles?.reset();
      return this.#durably(() => report);
    });
  }

  /** Recounts everything; empty when all is well. */
  audit(): readonly Finding[] {
    this.#insistQuiet();
    return this.#parts.kernel.audit();
  }

  /** Why something is alive: all that holds it, and the shortest path from a root; with `heap: true` through memories of vats as well. */
  why(ref: KernelRef | string, options: HeapWhyOptions): Promise<WhyAnswer>;
  why(ref: KernelRef | string, options?: WhyOptions): WhyAnswer;
  why(ref: KernelRef | string, options: WhyOptions & { readonly heap?: boolean } = {}): WhyAnswer | Promise<WhyAnswer> {
    const [store, { heap, limit }] = [this.#parts.store, options];
    const look = heap === true ? this.#looks.take() : undefined;
    if (look !== undefined) return this.#do(async () => explainInKernel(store, ref, { limit, heaps: await look() }));
    this.#insistQuiet();
    return explainInKernel(store, ref, { limit });
  }

  /** What each vat that is in memory keeps there alone, by a heap snapshot. The slog gets the numbers too: memory over time. */
  heaps(): Promise<readonly VatHeap[]> {
    return this.#do(() => measureHeaps(this.#parts));
  }

  /** The same of one vat, which is brought in. With `out`, its part of the snapshot becomes a file that DevTools opens (`docs/cli.md`). */
  heapOf(vat: string, options: HeapOptions = {}): Promise<VatHeap> {
    return this.#do(() => measureHeap(this.#parts, vat, options));
  }

  /** Writes the state as files with hashes into a folder that is new or empty; `importKernel` makes a database of them. */
  export(directory: string | URL, options?: ExportOptions): Promise<Manifest> {
    return this.#do(() => this.#durably(() => undefined).then(() => exportKernel(this.#parts.store, directory, options)));
  }

  /** Takes out of the database what no kernel will read again, and gives the file's room back; the activity hash covers none of it. */
  prune(options?: PruneOptions): Promise<PruneReport> {
    return this.#do(() => this.#durably(() => undefined).then(() => this.#parts.store.prune(options)));
  }

  /** The state for questions of your own, in SQL or of the inspector: for reading, and only while nothing runs. */
  inspect(): ReadOnlyStore {
    this.#insistQuiet();
    return readOnlyViewOf(this.#parts.store);
  }

  stats(): KernelStats {
    this.#insistOpen();
    const { kernel, store } = this.#parts;
    return readKernelStats(kernel, store, this.#refs.size);
  }

  /** Releases what the host holds and frees the database. Refuses while anything runs; idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#insistQuiet();
    this.#closed = true;
    const { kernel, store, slog } = this.#parts;
    try {
      this.#releaseAll();
      await kernel.stop();
    } finally {
      store.close();
      slog?.close();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** After a panic there is nothing to release: the next opening does it. */
  #releaseAll(): void {
    const { kernel } = this.#parts;
    try {
      for (const kref of this.#refs.clear()) kernel.releaseForHost(kref);
      kernel.commit();
    } catch {
      this.#parts.gate.discard();
    }
  }

  #do<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    this.#looks.forget();
    try {
      this.#insistOpen();
    } catch (error) {
      return Promise.reject(error as Error);
    }
    return this.#queue.run(work);
  }

  /** Does a last bit of work, and lets its outcome out, value or error, when all that led to it is durable. */
  async #durably<Result>(work: () => Result): Promise<Result> {
    const { gate, kernel } = this.#parts;
    const outcome = new Promise<Result>((resolve, reject) => {
      try {
        const result = work();
        gate.hold(() => resolve(result));
      } catch (error) {
        gate.hold(() => reject(error as Error));
      }
    });
    outcome.catch(() => {});
    try {
      kernel.commit();
    } catch (error) {
      gate.discard();
      throw error;
    }
    // Without an open block there was nothing to commit, and all is durable already.
    gate.open();
    return outcome;
  }

  #sendMessage(target: Target, method: string, args: readonly unknown[]): KernelPromiseRef {
    const { kernel, store } = this.#parts;
    if (typeof method !== 'string')
      throw new CooperageError('ERR_ARGUMENT', 'the method must be a string', { subject: 'method' });
    if (!Array.isArray(args)) throw new CooperageError('ERR_ARGUMENT', 'the arguments must be an array', { subject: 'args' });
    const ref = findTarget(target, { store, kernel, refs: this.#refs });
    const promise = kernel.sendMessage({ target: ref, methargs: hostValueToCapData([method, args], this.#refs), result: 'hold' });
    if (promise === null) throw new CooperageError('ERR_REF', 'the kernel gave no promise for the answer', { subject: ref });
    return promise;
  }

  async #runUntil(isDone: () => boolean): Promise<void> {
    await this.#runKernel({ afterCrank: () => (isDone() ? 'stop' : 'continue') });
  }

  async #runKernel(policy: RunPolicy = {}): Promise<RunReport> {
    const { kernel, cycles = kernel } = this.#parts;
    return runUnder(policy, guarded => cycles.run(guarded));
  }

  #getVat(name: string): VatId {
    return getVatByName(this.#parts.store.tables, name).vat;
  }

  #insistOpen(): void {
    if (this.#closed) throw new CooperageError('ERR_CLOSED', 'the kernel is closed', { remedy: 'Open it again.' });
  }

  #insistQuiet(): void {
    this.#insistOpen();
    if (!this.#queue.busy) return;
    throw new CooperageError('ERR_BUSY', 'the kernel is busy', { remedy: 'Await what you asked of it before.' });
  }
}

const describeTarget = (target: Target): string => (typeof target === 'string' ? target : target.ref);
