/**
 * The kernel as its host sees it: wires the parts, guards the door, no logic of its own. What the host does is an input crank,
 * hashed like any other. A panic is remembered: afterwards every call throws it, and nothing of the open block is ever committed.
 */
import type { CapData } from '@cooperage/protocol/capdata';
import { CooperageError } from '@cooperage/protocol/errors';
import { KernelPanic } from '@cooperage/protocol/fault';
import type { HeapLook } from '@cooperage/protocol/heap-look';
import { LIMITS } from '@cooperage/protocol/limits';
import type { KernelDeviceRef, KernelObjectRef, KernelPromiseRef, KRef, VatId } from '@cooperage/protocol/refs';
import type { HarvestMode, VatBundle, WorkerLauncher } from '@cooperage/protocol/worker-port';
import type { Store } from '@cooperage/store/store';
import type { UpgradeOutcomeRow } from '@cooperage/store/tables/upgrade-outcomes';
import { auditTables, type Finding } from './audit/audit.ts';
import { NEVER, type Maybe } from './choices.ts';
import { runCrank, type CrankReport } from './crank.ts';
import type { Crank } from './crank-state.ts';
import type { Devices } from './devices/device-port.ts';
import * as deviceInput from './devices/device-input.ts';
import { findGarbage, listDeadKrefs, releaseGarbage, type CycleReport } from './gc/collect.ts';
import * as input from './input.ts';
import type { Machine } from './machine.ts';
import type { SlogEvent } from './observe/slog.ts';
import { History, type HistoryExtent } from './observe/history.ts';
import { Statistics } from './observe/statistics.ts';
import { readPromise, type PromiseReading } from './promises/reading.ts';
import { rehearseUpgrade, type Rehearsal } from './rehearsal.ts';
import { runUntilIdle, type RunPolicy, type RunReport } from './run-loop.ts';
import { takeReapOf } from './scheduler/next-work.ts';
import { beginCrank, abandonCrank, settleCrank } from './settle.ts';
import { insistCleanupBudget, listCleanups, type CleanupProgress } from './vats/cleanup.ts';
import { getRoot } from './vats/lifecycle.ts';
import type { VatOptions } from './vats/options.ts';
import type { NewUpgrade } from './vats/upgrade-event.ts';
import { Warehouse } from './vats/warehouse.ts';

export type KernelOptions = {
  readonly store: Store;
  readonly launcher: WorkerLauncher;
  /** Every device of the database must be here. */
  readonly devices?: Devices;
  readonly slog?: (event: SlogEvent) => void;
  /** How many vats may be in memory at once; default 50. */
  readonly maxOnline?: number;
  /** Whether a reap forces a collection first; default 'forced'. */
  readonly harvest?: HarvestMode;
  /** Panic when the audit after a crank finds anything. */
  readonly auditEveryCrank?: boolean;
  /** Rows of a dead vat that one crank removes, 1 or more; default `LIMITS.cleanupRowsPerCrank`. */
  readonly cleanupBudget?: number;
  /** What cranks change is kept, for all of them or the last so many; default: none. */
  readonly history?: HistoryExtent;
  /** Cranks per block inside run(); default: one block per run. */
  readonly commitEvery?: number;
  /** Answers the kernel's choices (`choices.ts`); by default every answer is no. */
  readonly maybe?: Maybe;
  /** Called right before and right after a block becomes durable. */
  readonly beforeCommit?: () => void;
  readonly afterCommit?: () => void;
};

export type NewVatSpec = {
  readonly name: string;
  readonly bundle: string;
  readonly parameters: CapData<KRef>;
  readonly options: Partial<VatOptions>;
};

export class Kernel {
  readonly #options: KernelOptions;
  readonly #machine: Machine;
  #busy = false;
  #stopped = false;
  #panic: unknown;

  constructor(options: KernelOptions) {
    this.#options = options;
    const { store, launcher, devices = new Map(), slog = () => {}, maxOnline = 50 } = options;
    const { cleanupBudget = LIMITS.cleanupRowsPerCrank } = options;
    insistCleanupBudget(cleanupBudget);
    const { tables } = store;
    if (options.auditEveryCrank === true) store.keepAnswers();
    this.#machine = {
      store,
      warehouse: new Warehouse({ tables, launcher, maxOnline, log: slog }),
      statistics: new Statistics(tables.statistics.readAll()),
      log: slog,
      launcher,
      dead: new Set(),
      devices,
      outputs: [],
      harvest: options.harvest ?? 'forced',
      auditEveryCrank: options.auditEveryCrank ?? false,
      history: options.history === undefined ? undefined : new History(store, options.history),
      cleanupBudget,
      maybe: options.maybe ?? NEVER,
      crankNumber: Number(tables.kernelState.find('crank_number') ?? 0),
      activityHash: tables.kernelState.find('activity_hash') ?? '',
    };
  }

  /** Stores vat source, under a name if vats are to find it; a bundle that is there already is left alone. */
  installBundle(bundle: VatBundle, name?: string): void {
    this.#input(crank => {
      if (name !== undefined) deviceInput.nameBundle(crank, name, bundle.id);
      input.installBundle(crank, bundle);
    });
  }

  /** Enters a device of which the code is here. Its root node exists at once. */
  addDevice(device: string, parameters: CapData<KRef>): void {
    this.#input(crank => deviceInput.addDevice(crank, device, parameters));
  }

  /** Hands an input of the host to a device: a crank of its own, undone when the device throws. */
  tellDevice(device: string, name: string, args: CapData<KRef>): CapData<KRef> {
    return this.#input(crank => deviceInput.tellDevice(crank, device, { name, args }));
  }

  /** The root node of a device; throws when there is no such device. */
  rootOfDevice(device: string): KernelDeviceRef {
    this.#insistUsable();
    return deviceInput.getRootNode(this.#machine.store.tables, device);
  }

  /** Makes a vat and queues its start. Its root object exists at once. */
  createVat(spec: NewVatSpec): VatId {
    const { kind: worker, engine } = this.#options.launcher;
    return this.#input(crank => input.createVat(crank, { ...spec, worker, engine }));
  }

  /** Queues a message. With result 'hold' the promise for its answer is kept until `releaseResult`. */
  sendMessage(message: input.HostMessage): KernelPromiseRef | null {
    return this.#input(crank => input.sendMessage(crank, message));
  }

  /** Keeps an object or a promise for the running host. */
  holdForHost(kref: KRef): void {
    this.#input(crank => input.addPin(crank, kref, 'host'));
  }

  releaseForHost(kref: KRef): void {
    this.#input(crank => input.deletePin(crank, kref, 'host'));
  }

  /** Lets go of the answer to a message from the host. */
  releaseResult(promise: KernelPromiseRef): void {
    this.#input(crank => input.deletePin(crank, promise, 'result'));
  }

  /** Lets go of what a host held that is no more. Changes nothing when there is nothing. */
  releaseStaleHolds(): void {
    const { pins, upgradeOutcomes } = this.#machine.store.tables;
    if (pins.listByReason('host').length === 0 && upgradeOutcomes.count() === 0) return;
    this.#input(input.forgetHost);
  }

  /** Queues an upgrade and returns its number. It runs in its turn, in one crank, and leaves the vat as it was if anything fails. */
  upgradeVat(spec: NewUpgrade): number {
    return this.#input(crank => input.upgradeVat(crank, spec));
  }

  /** Runs an upgrade on the present state and undoes it: says what would come of it, and changes nothing. */
  async rehearseUpgrade(spec: NewUpgrade, bundle: VatBundle): Promise<Rehearsal> {
    this.#insistIdle();
    input.insistRehearsable(this.#machine.store, spec);
    return this.#exclusively(() => rehearseUpgrade(this.#machine, spec, bundle));
  }

  /** Whether it is known what became of an upgrade whose result is for the host. */
  hasUpgradeOutcome(upgrade: number): boolean {
    this.#insistUsable();
    return this.#machine.store.tables.upgradeOutcomes.find(upgrade) !== undefined;
  }

  /** What became of an upgrade whose result is for the host; told once. */
  takeUpgradeOutcome(upgrade: number): UpgradeOutcomeRow | undefined {
    return this.#input(crank => input.takeUpgradeOutcome(crank, upgrade));
  }

  /** Ends a vat for good; its rows go in the cranks that follow. */
  async terminateVat(vat: VatId, problem: string): Promise<void> {
    this.#input(crank => input.terminateVat(crank, vat, problem));
    await this.#machine.warehouse.evict(vat);
  }

  async suspendVat(vat: VatId, problem: string): Promise<void> {
    this.#input(crank => input.suspendVat(crank, vat, problem));
    await this.#machine.warehouse.evict(vat);
  }

  async resumeVat(vat: VatId): Promise<void> {
    this.#input(crank => input.resumeVat(crank, vat));
  }

  /** Queues a BOYD for a running vat. */
  scheduleReap(vat: VatId): void {
    this.#input(crank => input.scheduleReap(crank, vat));
  }

  /**
   * Looks for cycles that nothing reaches, and lets go of what is dead. The vats that it was found in hear of it at once; what follows
   * is ordinary drop and retire. Nothing should be queued when this is called: what waits is alive.
   */
  async collectCycles(): Promise<CycleReport> {
    const machine = this.#machine;
    const { survey, dead, asked } = await this.#exclusively(() => findGarbage(machine));
    if (dead.size === 0) return { dead: 0, condemned: 0 };
    machine.dead = listDeadKrefs(machine.store.tables, survey, { dead, before: machine.dead });
    const condemned = this.#input(crank => releaseGarbage(crank, survey, dead));
    await this.#exclusively(async () => {
      this.#beginBlock();
      for (const vat of asked) await runCrank(machine, crank => takeReapOf(crank, vat));
    });
    return { dead: dead.size, condemned };
  }

  /** What leads to what in the memories of vats; undefined: none can be looked into. A vat that is named is brought in first. */
  async lookIntoHeaps(vat?: VatId): Promise<HeapLook | undefined> {
    this.#insistIdle();
    const { launcher, warehouse } = this.#machine;
    if (vat !== undefined) await this.#exclusively(() => warehouse.provideWorker(vat));
    return launcher.lookIntoHeaps?.(warehouse.listWorkers());
  }

  /** Keeps a fact of the host's in the database. */
  setState(name: string, value: string): void {
    this.#input(crank => crank.tables.kernelState.put(name, value));
  }

  /** The root object of a vat; throws when the vat is gone. */
  rootOf(vat: VatId): KernelObjectRef {
    this.#insistUsable();
    return getRoot(this.#machine.store, vat);
  }

  readPromise(promise: KernelPromiseRef): PromiseReading | undefined {
    this.#insistUsable();
    return readPromise(this.#machine.store.tables, promise);
  }

  /** Recomputes every count and checks every rule of the tables; empty when all is well. */
  audit(): readonly Finding[] {
    this.#insistUsable();
    return auditTables(this.#machine.store.tables);
  }

  statistics(): ReadonlyMap<string, number> {
    return this.#machine.statistics.readAll();
  }

  /** How far the cleanup of dead vats has come. */
  cleanups(): readonly CleanupProgress[] {
    return listCleanups(this.#machine.store.tables);
  }

  /** Vats in memory, least recently used first. */
  onlineVats(): readonly VatId[] {
    return this.#machine.warehouse.listOnline();
  }

  get activityHash(): string {
    return this.#machine.activityHash;
  }

  /** The number of the next crank. */
  get crankNumber(): number {
    return this.#machine.crankNumber;
  }

  /** One crank, in a block that stays open; undefined when there is nothing to do. */
  async step(): Promise<CrankReport | undefined> {
    return this.#exclusively(() => this.#crank());
  }

  /** Cranks until idle or until the policy says stop; durable when it resolves. */
  async run(policy?: RunPolicy): Promise<RunReport> {
    return this.#exclusively(async () => {
      const { commitEvery = Infinity } = this.#options;
      let inBlock = 0;
      const step = async (): Promise<CrankReport | undefined> => {
        if (inBlock >= commitEvery || (inBlock > 0 && this.#machine.maybe('commit'))) {
          this.#commit();
          inBlock = 0;
        }
        inBlock += 1;
        return this.#crank();
      };
      const report = await runUntilIdle(step, policy);
      this.#commit();
      return report;
    });
  }

  /** Makes the open block durable, if there is one. */
  commit(): void {
    this.#insistIdle();
    this.#guard(() => this.#commit());
  }

  /** Stops the workers and gives up the open block. The store stays open. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    if (this.#busy)
      throw new CooperageError('ERR_BUSY', 'the kernel is running a crank', { remedy: 'Await run(), step() or call() first.' });
    this.#stopped = true;
    await this.#machine.warehouse.stop();
    if (this.#panic === undefined && this.#machine.store.inBlock) this.#machine.store.rollbackBlock();
  }

  #crank(): Promise<CrankReport | undefined> {
    this.#beginBlock();
    return runCrank(this.#machine);
  }

  #beginBlock(): void {
    if (!this.#machine.store.inBlock) this.#machine.store.beginBlock();
  }

  #commit(): void {
    const { store, statistics } = this.#machine;
    if (!store.inBlock) return;
    this.#options.beforeCommit?.();
    store.beginCrank();
    store.tables.kernelState.put('crank_number', String(this.#machine.crankNumber));
    store.tables.kernelState.put('activity_hash', this.#machine.activityHash);
    store.commitCrank();
    store.tables.statistics.saveAll(statistics.readAll());
    store.commitBlock();
    this.#machine.log({ type: 'commit', crank: this.#machine.crankNumber });
    this.#options.afterCommit?.();
    this.#releaseOutputs();
  }

  /** What devices kept back until now. One that throws is a mistake of its device, and stops the kernel. */
  #releaseOutputs(): void {
    const { outputs } = this.#machine;
    this.#machine.outputs = [];
    for (const output of outputs) output();
  }

  /** One input crank. A refusal (a CooperageError) leaves no trace; anything else is a panic. */
  #input<Result>(act: (crank: Crank) => Result): Result {
    this.#insistIdle();
    return this.#guard(() => {
      this.#beginBlock();
      const crank = beginCrank(this.#machine);
      try {
        const result = act(crank);
        crank.count('inputCranks');
        settleCrank(this.#machine, crank);
        return result;
      } catch (error) {
        if (error instanceof CooperageError && !error.code.startsWith('ERR_DATABASE')) abandonCrank(this.#machine);
        throw error;
      }
    });
  }

  async #exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#insistIdle();
    this.#busy = true;
    try {
      return await work();
    } catch (error) {
      this.#panic = error;
      // Not ours, and not the database's: what was open can be undone at once, for those who still look.
      const isCritical = error instanceof CooperageError && error.code === 'ERR_CRITICAL_VAT';
      if (isCritical && this.#machine.store.inBlock) this.#machine.store.rollbackBlock();
      throw error;
    } finally {
      this.#busy = false;
    }
  }

  #guard<Result>(act: () => Result): Result {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof CooperageError) || error.code.startsWith('ERR_DATABASE')) this.#panic = error;
      throw error;
    }
  }

  #insistIdle(): void {
    this.#insistUsable();
    if (this.#busy)
      throw new CooperageError('ERR_BUSY', 'the kernel is running a crank', { remedy: 'Await run(), step() or call() first.' });
  }

  #insistUsable(): void {
    if (this.#panic !== undefined) {
      const cause = this.#panic;
      if (cause instanceof CooperageError || cause instanceof KernelPanic) throw cause;
      throw new KernelPanic(`the kernel has stopped: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
    if (this.#stopped) throw new CooperageError('ERR_CLOSED', 'the kernel is closed', { remedy: 'Open it again.' });
  }
}
