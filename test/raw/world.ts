/**
 * A kernel with the real local worker, two vats on liveslots, a device and one raw vat that makes whatever syscalls a test gives it.
 * What the raw vat writes by hand is what a compromised worker could write.
 */
import 'cooperage/testing';
import { E, Far } from '@endo/far';
import { makeObjectDevice } from '@cooperage/host/devices/device-bench';
import type { DevicePowers } from '@cooperage/host/devices/device-source';
import { Kernel } from '@cooperage/kernel/kernel';
import { EMPTY_CAPDATA, type CapData } from '@cooperage/protocol/capdata';
import type { KernelObjectRef, KRef, VatId } from '@cooperage/protocol/refs';
import type { DeliveryReport, VatDelivery, VatSyscall, VatSyscallResult } from '@cooperage/protocol/worker-port';
import { openStore } from '@cooperage/store/open';
import type { Store } from '@cooperage/store/store';
import { makeLocalLauncher, type VatFunctions } from '@cooperage/worker/kinds/local';
import type { ExecutionContext } from 'ava';
import { makeDevice } from '../devices/counter-device.ts';
import { makeRememberingLauncher } from './remembering-launcher.ts';

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

/** Makes a syscall of any shape. */
export type Syscall = (syscall: unknown) => VatSyscallResult;
export type Act = (syscall: Syscall, delivery: VatDelivery) => void;

/** The device, on the host's own bench. */
const BOX = 'box';
const makeBox = () =>
  makeObjectDevice(BOX, (powers: DevicePowers<never, never>) => makeDevice(powers), {
    parameters: { start: 0 },
    endowments: undefined,
  });

export class RawWorld {
  readonly store: Store;
  readonly kernel: Kernel;
  /** What the raw vat does at each delivery but the first. */
  act: Act = () => {};
  /** What the raw vat's worker answers to a delivery, given what it should; and what it harvests. */
  report: (report: DeliveryReport, delivery: VatDelivery) => unknown = report => report;
  harvest: () => unknown = () => [];
  /** What the raw vat was told, without its starts. */
  readonly heard: VatDelivery[] = [];
  readonly #vats = new Map<string, VatId>();
  readonly #functions = new Map<string, VatFunctions>([
    ['citizen', { buildRootObject }],
    ['raw', { rawDispatch: (syscall, delivery) => this.#dispatch(made => syscall(made as VatSyscall), delivery) }],
  ]);

  constructor() {
    this.store = openStore({ path: ':memory:' }).store;
    this.kernel = this.makeKernel();
    for (const id of this.#functions.keys()) this.kernel.installBundle({ id, format: 'function', content: '' });
    for (const name of ['alice', 'bob']) this.addVat(name, 'citizen');
    this.addVat('raw', 'raw');
    this.kernel.addDevice(BOX, EMPTY_CAPDATA);
  }

  /** A kernel over this store: the first, or one that begins with nothing in memory. */
  makeKernel(): Kernel {
    const quiet = { log: () => {}, info: () => {}, debug: () => {}, warn: () => {}, error: () => {} };
    const launcher = makeRememberingLauncher({
      launcher: makeLocalLauncher({ functions: this.#functions, console: () => quiet as never }),
      isRaw: ({ bundle }) => bundle.id === 'raw',
      countDeliveries: ({ vat, incarnation }) => this.store.tables.transcripts.list(vat, { incarnation }).length,
      answers: { report: (report, delivery) => this.report(report, delivery), harvest: () => this.harvest() },
    });
    return new Kernel({ store: this.store, launcher, devices: new Map([[BOX, makeBox()]]), auditEveryCrank: true });
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

  /** Lets the raw vat do something, with alice as o-50, bob as o-51 and the box as d-70, and runs until idle. */
  async attack(act: Act): Promise<void> {
    this.act = (syscall, delivery) => {
      if (delivery.type === 'message') act(syscall, delivery);
    };
    this.nudge();
    await this.kernel.run();
    this.act = () => {};
  }

  /** Replaces a vat by its next incarnation, in its turn. */
  upgrade(name: string): void {
    const { bundle } = this.store.tables.vats.get(this.vat(name));
    const upgrade = { vat: this.vat(name), bundle, parameters: null, options: {}, message: 'newer' } as const;
    this.kernel.upgradeVat({ ...upgrade, heap: 'stop', result: 'nobody', place: 'in turn' });
  }

  /** Queues a message to the raw vat. */
  nudge(): void {
    const slots = [this.root('alice'), this.root('bob'), this.kernel.rootOfDevice(BOX)];
    const methargs = { body: '#["act",["$0","$1","$2"]]', slots };
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
