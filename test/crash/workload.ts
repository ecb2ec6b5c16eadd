/**
 * A life of a kernel: sessions of commits over one database, the same for the same seed. Tells its caller before each commit and after
 * it. The recorder lives it once; the fault injector lives it again and again.
 */
import { CooperageError } from '@cooperage/protocol/errors';
import { EMPTY_CAPDATA } from '@cooperage/protocol/capdata';
import type { KernelPromiseRef, KRef, VatId } from '@cooperage/protocol/refs';
import type { WorkerLauncher } from '@cooperage/protocol/worker-port';
import { Kernel } from '@cooperage/kernel/kernel';
import type { Store } from '@cooperage/store/store';
import type { VatRow } from '@cooperage/store/tables/vats';
import { crashDevice } from './crash-device.ts';
import { Random } from './random.ts';
import { call } from './scripted-call.ts';
import { BROKEN, scriptedLauncher } from './scripted-vats.ts';

const BUNDLE = 'scripted';
const DEVICE = 'box';
const NAMES = ['alice', 'bob', 'carol'];
/** With made vats there are more than have room in memory: some are replayed. */
const ROOM = 3;
const MOST_VATS = 6;
const METHODS = [
  ...['make', 'make', 'make', 'relay', 'keep', 'drop', 'drop', 'retire', 'owe', 'settle', 'store', 'store'],
  ...['remember', 'remember', 'cite', 'cite', 'ask', 'ask', 'hire', 'promote', 'fire'],
] as const;
const LONGEST_QUIET = 4;

export type Watcher = {
  readonly beforeCommit?: () => void;
  readonly afterCommit?: () => void;
};

export class Workload {
  readonly kernel: Kernel;
  readonly #store: Store;
  readonly #random: Random;
  readonly #results: KernelPromiseRef[] = [];
  readonly #upgrades: number[] = [];

  constructor(store: Store, { seed, watcher = {}, launcher = scriptedLauncher }: WorkloadOptions) {
    this.#store = store;
    this.#random = new Random(seed);
    const devices = new Map([[DEVICE, crashDevice]]);
    this.kernel = new Kernel({ store, launcher, devices, commitEvery: 2, maxOnline: ROOM, ...watcher });
  }

  /** Does one thing and runs until idle; a commit or more. */
  async step(): Promise<void> {
    if (this.#store.tables.vats.list().length === 0) this.#begin();
    else await this.#act();
    // One step in a few ends before its queue is empty, so that commits stand amid things going on.
    await this.kernel.run(this.#random.chance(0.2) ? { maxCranks: 1 + this.#random.below(LONGEST_QUIET) } : {});
  }

  #begin(): void {
    for (const id of [BUNDLE, BROKEN]) this.kernel.installBundle({ id, format: 'function', content: '' });
    this.kernel.addDevice(DEVICE, EMPTY_CAPDATA);
    for (const name of NAMES) this.#createVat(name);
  }

  #createVat(name: string): void {
    const options = { onFault: this.#random.chance(0.5) ? 'suspend' : 'terminate', reap: { deliveries: 6, krefs: 9 } } as const;
    this.#meetDevice(this.kernel.createVat({ name, bundle: BUNDLE, parameters: EMPTY_CAPDATA, options }));
  }

  #meetDevice(vat: VatId): void {
    const methargs = call('meet', 0, this.kernel.rootOfDevice(DEVICE));
    this.kernel.sendMessage({ target: this.kernel.rootOf(vat), methargs, result: 'none' });
  }

  async #act(): Promise<void> {
    const { kernel } = this;
    const random = this.#random;
    const rows = this.#store.tables.vats.list().filter(({ state }) => state !== 'terminated');
    const suspended = rows.filter(({ state }) => state === 'suspended');
    const running = rows.filter(({ state }) => state === 'running');
    const choice = random.fraction();
    const missing = NAMES.find(name => rows.every(row => row.name !== name));
    if (missing !== undefined && choice < 0.5) this.#createVat(missing);
    else if (suspended[0] !== undefined && choice < 0.15) await kernel.resumeVat(suspended[0].vat);
    else if (suspended[0] !== undefined && choice < 0.45) this.#upgrade(suspended[0]);
    else if (running.length === 0) kernel.setState('host', 'nobody is there');
    else if (choice < 0.04) this.#talkTo(random.pick(running).vat, random.pick(['exit', 'fault']));
    else if (choice < 0.14) this.#upgrade(random.pick(running));
    else if (choice < 0.22) await this.#collect(running);
    else if (choice < 0.28) kernel.scheduleReap(random.pick(running).vat);
    else if (choice < 0.34) this.#takeUp();
    else if (choice < 0.38) this.#wake();
    else if (choice < 0.42) kernel.setState('host', `${'x'.repeat(random.below(3000))}`);
    else if (choice < 0.46) this.#meetDevice(random.pick(running).vat);
    else if (choice < 0.56) await this.#tieKnot(random.pick(running).vat, random.pick(running).vat);
    else for (let i = random.below(3); i >= 0; i -= 1) this.#chat(rows, running);
  }

  #isRunning(vat: VatId): boolean {
    return this.#store.tables.vats.find(vat)?.state === 'running';
  }

  /** Mostly well, now and then with code that does not come up; now and then the old heap is not even asked. */
  #upgrade({ vat, state }: VatRow): void {
    const random = this.#random;
    const parameters = random.chance(0.5) ? call('parameters', 1, this.kernel.rootOf(vat) as KRef) : null;
    const upgrade = this.kernel.upgradeVat({
      vat,
      bundle: random.chance(0.2) ? BROKEN : BUNDLE,
      parameters,
      options: random.chance(0.5) ? { onFault: 'suspend' } : {},
      message: 'a new one',
      heap: state === 'running' && random.chance(0.8) ? 'stop' : 'discard',
      result: 'host',
      place: random.chance(0.8) ? 'in turn' : 'ahead',
    });
    this.#upgrades.push(upgrade);
  }

  /** As `collect({ cycles: true })` does it, but for going on until nothing falls. */
  async #collect(running: readonly VatRow[]): Promise<void> {
    await this.kernel.run();
    for (const { vat } of running) if (this.#isRunning(vat)) this.kernel.scheduleReap(vat);
    await this.kernel.run();
    await this.kernel.collectCycles();
  }

  /** Takes in what became of an upgrade, or lets go of an answer. */
  #takeUp(): void {
    const upgrade = this.#upgrades.shift();
    const result = this.#results.shift();
    if (upgrade !== undefined) this.kernel.takeUpgradeOutcome(upgrade);
    if (result !== undefined) this.kernel.releaseResult(result);
  }

  /** The device is told something; what it keeps may be gone. */
  #wake(): void {
    try {
      this.kernel.tellDevice(DEVICE, this.#random.pick(['wake', 'wake', 'drop', 'half']), call('poll', 1));
    } catch (error) {
      if (!(error instanceof CooperageError) || error.code !== 'ERR_DEVICE') throw error;
    }
  }

  #chat(rows: readonly VatRow[], running: readonly VatRow[]): void {
    const method = this.#random.pick(METHODS);
    const isFull = rows.length >= MOST_VATS;
    this.#talkTo(
      this.#random.pick(running).vat,
      isFull && method === 'hire' ? 'fire' : method,
      this.kernel.rootOf(this.#random.pick(running).vat),
    );
  }

  /** Two durable objects that cite each other, across vats unless they are of one, and that nobody else keeps when all is done. */
  async #tieKnot(one: VatId, other: VatId): Promise<void> {
    const tell = async (vat: VatId, method: string, peer: VatId): Promise<void> => {
      if (!this.#isRunning(vat) || !this.#isRunning(peer)) return;
      const methargs = call(method, LONGEST_QUIET, this.kernel.rootOf(peer));
      this.kernel.sendMessage({ target: this.kernel.rootOf(vat), methargs, result: 'none' });
      await this.kernel.run();
    };
    await tell(one, 'remember', other);
    await tell(other, 'remember', one);
    for (const vat of [one, other, one, other]) await tell(vat, 'drop', vat);
  }

  #talkTo(vat: VatId, method: string, ...slots: ReturnType<Kernel['rootOf']>[]): void {
    const methargs = call(method, 1 + this.#random.below(4), ...slots);
    const result = this.#random.chance(0.3) ? 'hold' : 'none';
    const promise = this.kernel.sendMessage({ target: this.kernel.rootOf(vat), methargs, result });
    if (promise !== null) this.#results.push(promise);
  }
}

export type WorkloadOptions = { readonly seed: number; readonly watcher?: Watcher; readonly launcher?: WorkerLauncher };
