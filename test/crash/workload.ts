/**
 * A life of a kernel: sessions of commits over one database, the same for the same seed. Tells its caller before each commit and after
 * it. The recorder lives it once; the fault injector lives it again and again.
 */
import { EMPTY_CAPDATA } from '@cooperage/protocol/capdata';
import type { KernelPromiseRef, VatId } from '@cooperage/protocol/refs';
import type { WorkerLauncher } from '@cooperage/protocol/worker-port';
import { Kernel } from '@cooperage/kernel/kernel';
import type { Store } from '@cooperage/store/store';
import { Random } from './random.ts';
import { call, scriptedLauncher } from './scripted-vats.ts';

const BUNDLE = 'scripted';
const METHODS = ['make', 'make', 'make', 'relay', 'keep', 'drop', 'drop', 'retire', 'owe', 'settle', 'store', 'store'] as const;
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

  constructor(store: Store, { seed, watcher = {}, launcher = scriptedLauncher }: WorkloadOptions) {
    this.#store = store;
    this.#random = new Random(seed);
    this.kernel = new Kernel({ store, launcher, commitEvery: 2, maxOnline: 3, ...watcher });
  }

  /** Does one thing and runs until idle; a commit or more. */
  async step(): Promise<void> {
    if (this.#store.tables.vats.list().length === 0) this.#begin();
    else this.#act();
    // One step in a few ends before its queue is empty, so that commits stand amid things going on.
    await this.kernel.run(this.#random.chance(0.2) ? { maxCranks: 1 + this.#random.below(LONGEST_QUIET) } : {});
  }

  #begin(): void {
    this.kernel.installBundle({ id: BUNDLE, format: 'function', content: '' });
    for (const name of ['alice', 'bob', 'carol']) this.#createVat(name);
  }

  #createVat(name: string): void {
    const options = { onFault: this.#random.chance(0.5) ? 'suspend' : 'terminate', reap: { deliveries: 6, krefs: 9 } } as const;
    this.kernel.createVat({ name, bundle: BUNDLE, parameters: EMPTY_CAPDATA, options });
  }

  #act(): void {
    const { kernel } = this;
    const rows = this.#store.tables.vats.list().filter(({ state }) => state !== 'terminated');
    const suspended = rows.filter(({ state }) => state === 'suspended');
    const running = rows.filter(({ state }) => state === 'running');
    const choice = this.#random.fraction();
    const missing = ['alice', 'bob', 'carol'].find(name => rows.every(row => row.name !== name));
    if (missing !== undefined && choice < 0.5) this.#createVat(missing);
    else if (suspended[0] !== undefined && choice < 0.4) void kernel.resumeVat(suspended[0].vat);
    else if (choice < 0.05 && running.length > 0)
      this.#talkTo(this.#random.pick(running).vat, this.#random.pick(['exit', 'fault']));
    else if (choice < 0.15 && running.length > 0) kernel.scheduleReap(this.#random.pick(running).vat);
    else if (choice < 0.25 && this.#results.length > 0) kernel.releaseResult(this.#results.shift() as KernelPromiseRef);
    else if (choice < 0.3) kernel.setState('host', `${'x'.repeat(this.#random.below(3000))}`);
    else for (let i = this.#random.below(3); i >= 0 && running.length > 0; i -= 1) this.#chat(running.map(({ vat }) => vat));
  }

  #chat(vats: readonly VatId[]): void {
    this.#talkTo(this.#random.pick(vats), this.#random.pick(METHODS), this.kernel.rootOf(this.#random.pick(vats)));
  }

  #talkTo(vat: VatId, method: string, ...slots: ReturnType<Kernel['rootOf']>[]): void {
    const methargs = call(method, 1 + this.#random.below(4), ...slots);
    const result = this.#random.chance(0.3) ? 'hold' : 'none';
    const promise = this.kernel.sendMessage({ target: this.kernel.rootOf(vat), methargs, result });
    if (promise !== null) this.#results.push(promise);
  }
}

export type WorkloadOptions = { readonly seed: number; readonly watcher?: Watcher; readonly launcher?: WorkerLauncher };
