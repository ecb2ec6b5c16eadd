/**
 * A kernel with the real local worker, two vats on liveslots and one raw vat that makes whatever syscalls a test gives it. What the
 * raw vat writes by hand is what a compromised worker could write.
 */
import 'cooperage/testing';
import { E, Far } from '@endo/far';
import { Kernel } from '@cooperage/kernel/kernel';
import { EMPTY_CAPDATA, type CapData } from '@cooperage/protocol/capdata';
import type { KernelObjectRef, KRef, VatId } from '@cooperage/protocol/refs';
import type { VatDelivery, VatSyscall } from '@cooperage/protocol/worker-port';
import { openStore } from '@cooperage/store/open';
import type { Store } from '@cooperage/store/store';
import { makeLocalLauncher, type VatFunctions } from '@cooperage/worker/kinds/local';
import type { ExecutionContext } from 'ava';

type Peer = { echo(...things: unknown[]): unknown; hello(...things: unknown[]): unknown };

/** An ordinary vat that keeps, repeats and passes on whatever it is given. */
const buildRootObject = (): object => {
  const kept: unknown[] = [];
  let marks = new WeakMap<object, boolean>();
  return Far('citizen', {
    hello: () => 'hello',
    echo: (...things: unknown[]) => harden(things),
    same: (thing: unknown) => thing,
    keep: (thing: unknown) => void kept.push(thing),
    kept: () => harden([...kept]),
    forget: () => {
      kept.splice(0);
      marks = new WeakMap();
    },
    mark: (thing: object) => void marks.set(thing, true),
    refuse: (thing: unknown) => Promise.reject(thing),
    relay: (peer: Peer, thing: unknown) => E(peer).echo(thing),
    ask: (peer: Peer, ...things: unknown[]) => E(peer).hello(...things),
    wait: (promise: unknown) =>
      E.when(
        promise,
        value => harden(['fulfilled', value]),
        (reason: unknown) => harden(['rejected', reason]),
      ),
    later: () => new Promise(() => {}),
    make: () => Far('thing', { hello: () => 'a thing' }),
    makeFunction: () => Far('function', () => 'called'),
  });
};

/** Makes a syscall of any shape; says whether the kernel took it. */
export type Syscall = (syscall: unknown) => 'ok' | 'error';
export type Act = (syscall: Syscall, delivery: VatDelivery) => void;

export class RawWorld {
  readonly store: Store;
  readonly kernel: Kernel;
  /** What the raw vat does at each delivery but the first. */
  act: Act = () => {};
  /** What the raw vat was told, without its starts. */
  readonly heard: VatDelivery[] = [];
  readonly #vats = new Map<string, VatId>();
  readonly #functions = new Map<string, VatFunctions>([
    ['citizen', { buildRootObject }],
    ['raw', { rawDispatch: (syscall, delivery) => this.#dispatch(made => syscall(made as VatSyscall).outcome, delivery) }],
  ]);

  constructor() {
    this.store = openStore({ path: ':memory:' }).store;
    this.kernel = this.makeKernel();
    for (const id of this.#functions.keys()) this.kernel.installBundle({ id, format: 'function', content: '' });
    for (const name of ['alice', 'bob']) this.addVat(name, 'citizen');
    this.addVat('raw', 'raw');
  }

  /** A kernel over this store: the first, or one that begins with nothing in memory. */
  makeKernel(): Kernel {
    const quiet = { log: () => {}, info: () => {}, debug: () => {}, warn: () => {}, error: () => {} };
    const launcher = makeLocalLauncher({ functions: this.#functions, console: () => quiet as never });
    return new Kernel({ store: this.store, launcher, auditEveryCrank: true });
  }

  addVat(name: string, bundle: string, parameters: CapData<KRef> = EMPTY_CAPDATA): VatId {
    const vat = this.kernel.createVat({ name, bundle, parameters, options: {} });
    this.#vats.set(name, vat);
    return vat;
  }

  vat(name: string): VatId {
    return this.#vats.get(name) as VatId;
  }

  root(name: string): KernelObjectRef {
    return this.kernel.rootOf(this.vat(name));
  }

  stateOf(name: string): string {
    return this.store.tables.vats.get(this.vat(name)).state;
  }

  problemOf(name: string): string {
    return this.store.tables.vats.get(this.vat(name)).problem ?? '';
  }

  /** Lets the raw vat do something, with alice as o-50 and bob as o-51, and runs until idle. */
  async attack(act: Act): Promise<void> {
    this.act = (syscall, delivery) => {
      if (delivery.type === 'message') act(syscall, delivery);
    };
    this.nudge();
    await this.kernel.run();
    this.act = () => {};
  }

  /** Queues a message to the raw vat. */
  nudge(): void {
    const methargs = { body: '#["act",["$0","$1"]]', slots: [this.root('alice'), this.root('bob')] };
    this.kernel.sendMessage({ target: this.root('raw'), methargs, result: 'none' });
  }

  /** The body of the answer of a vat's root to a call without arguments, after running until idle. */
  async ask(name: string, method: string): Promise<string | undefined> {
    const methargs = { body: `#${JSON.stringify([method, []])}`, slots: [] };
    const promise = this.kernel.sendMessage({ target: this.root(name), methargs, result: 'hold' });
    await this.kernel.run();
    if (promise === null) return undefined;
    const body = this.kernel.readPromise(promise)?.data?.body;
    this.kernel.releaseResult(promise);
    return body;
  }

  async stop(): Promise<void> {
    await this.kernel.stop();
    this.store.close();
  }

  #dispatch(syscall: Syscall, delivery: VatDelivery): void {
    if (delivery.type === 'startVat') return;
    this.heard.push(delivery);
    this.act(syscall, delivery);
  }
}

export const makeRawWorld = async (t: ExecutionContext): Promise<RawWorld> => {
  const world = new RawWorld();
  t.teardown(() => world.stop());
  await world.kernel.run();
  return world;
};
