/** `@agoric/swingset-vat` as a site of workloads, with its local workers. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cpuMsSince } from './measure.ts';
import { loadFromPeer, peerBundles } from './peer.ts';
import type { Site, SiteOptions } from './site.ts';

type Policy = Readonly<Record<string, (...args: unknown[]) => unknown>>;
type Controller = {
  readonly pinVatRoot: (vat: string) => string;
  readonly vatNameToID: (vat: string) => string;
  readonly queueToVatRoot: (vat: string, method: string, args: unknown[], policy: string) => string | undefined;
  readonly kpStatus: (promise: string) => string;
  readonly kpResolution: (promise: string) => unknown;
  readonly run: (policy?: Policy) => Promise<number>;
  readonly reapAllVats: () => unknown;
  readonly terminateVat: (vat: string, reason: unknown) => void;
  readonly getStats: () => Readonly<Record<string, number>>;
  readonly shutdown: () => Promise<void>;
};
type Storage = {
  readonly kernelStorage: { readonly kvStore: { readonly set: (key: string, value: string) => void } };
  readonly hostStorage: { readonly commit: () => Promise<void>; readonly close: () => Promise<void> };
};
type SwingSet = {
  readonly initializeSwingset: (config: object, args: unknown, storage: unknown, options: object) => Promise<unknown>;
  readonly makeSwingsetController: (storage: unknown, devices: object, options: object) => Promise<Controller>;
};
type SwingStore = { readonly openSwingStore: (folder: string) => Storage };
type Marshal = {
  readonly kser: (value: unknown) => unknown;
  readonly kslot: (ref: string) => unknown;
  readonly kunser: (data: unknown) => unknown;
};

const loadModules = async (): Promise<SwingSet & SwingStore & Marshal> => {
  await loadFromPeer('swingset', '@endo/init');
  const { openSwingStore } = await loadFromPeer<SwingStore>('swingset', '@agoric/swing-store');
  const { kser, kslot, kunser } = await loadFromPeer<Marshal>('swingset', '@agoric/kmarshal');
  const { initializeSwingset, makeSwingsetController } = await loadFromPeer<SwingSet>('swingset', '@agoric/swingset-vat');
  return { openSwingStore, kser, kslot, kunser, initializeSwingset, makeSwingsetController };
};

const bundles = peerBundles('swingset');

const specsOf = (files: Readonly<Record<string, string>>): object =>
  Object.fromEntries(Object.entries(files).map(([name, file]) => [name, { bundleSpec: join(bundles, `${file}.json`) }]));

const configOf = ({ vats, bundles: made = {}, bootstrap, reapEvery }: SiteOptions): object => ({
  vats: specsOf(vats),
  bundles: specsOf(made),
  ...(bootstrap === undefined ? {} : { bootstrap }),
  defaultManagerType: 'local',
  defaultReapInterval: reapEvery ?? 'never',
  defaultReapGCKrefs: 'never',
});

/** One of its cleanups removes so many of each kind of row before the policy is asked again. */
const CLEANUP_BUDGET = 100;

class SwingSetSite implements Site {
  readonly #modules: Marshal;
  readonly #controller: Controller;
  readonly #storage: Storage;
  readonly #commitEvery: number | undefined;
  readonly #roots: ReadonlyMap<string, string>;

  constructor(modules: Marshal, controller: Controller, storage: Storage, { vats, commitEvery }: SiteOptions) {
    this.#modules = modules;
    this.#controller = controller;
    this.#storage = storage;
    this.#commitEvery = commitEvery;
    this.#roots = new Map(Object.keys(vats).map(vat => [vat, controller.pinVatRoot(vat)]));
  }

  readonly send = async (vat: string, method: string, args: readonly unknown[] = []): Promise<void> =>
    void this.#controller.queueToVatRoot(vat, method, [...args], 'ignore');

  readonly run = async (): Promise<void> => {
    const most = this.#commitEvery;
    if (most === undefined) await this.#controller.run();
    else while ((await this.#controller.run(this.#stopAfter(most))) > 0) await this.#storage.hostStorage.commit();
    await this.#storage.hostStorage.commit();
  };

  /** Of the two cranks of a message, the one that delivers it counts. */
  #stopAfter(deliveries: number): Policy {
    let left = deliveries;
    const deliver = (): boolean => {
      left -= 1;
      return left > 0;
    };
    return { vatCreated: deliver, crankComplete: deliver, crankFailed: deliver, emptyCrank: () => true };
  }

  readonly call = async (vat: string, method: string, args: readonly unknown[] = []): Promise<unknown> => {
    const promise = this.#controller.queueToVatRoot(vat, method, [...args], 'ignore') as string;
    await this.run();
    if (this.#controller.kpStatus(promise) !== 'fulfilled') throw new Error(`${vat}.${method} was not answered`);
    return this.#modules.kunser(this.#controller.kpResolution(promise));
  };

  readonly root = (vat: string): unknown => this.#modules.kslot(this.#roots.get(vat) as string);

  readonly reap = async (vat?: string): Promise<void> => {
    if (vat === undefined) this.#controller.reapAllVats();
    // There is no call for one vat; this is what the call for all of them does for each.
    else this.#storage.kernelStorage.kvStore.set('reapQueue', JSON.stringify([this.#controller.vatNameToID(vat)]));
    await this.run();
  };

  readonly collect = async (): Promise<void> => {
    for (let round = 0; round < 3; round += 1) await this.reap();
  };

  readonly terminate = async (vat: string): Promise<number> => {
    this.#controller.terminateVat(this.#controller.vatNameToID(vat), this.#modules.kser('over'));
    const go = (): boolean => true;
    const policy = {
      vatCreated: go,
      crankComplete: go,
      crankFailed: go,
      emptyCrank: go,
      didCleanup: () => false,
      allowCleanup: () => ({ default: CLEANUP_BUDGET }),
    };
    let longest = 0;
    for (;;) {
      const began = process.cpuUsage();
      const cranks = await this.#controller.run(policy);
      await this.#storage.hostStorage.commit();
      longest = Math.max(longest, cpuMsSince(began));
      if (cranks === 0) return longest;
    }
  };

  readonly countObjects = (): number => this.#controller.getStats().kernelObjects ?? NaN;

  readonly close = async (): Promise<void> => {
    await this.#controller.shutdown();
    await this.#storage.hostStorage.close();
  };
}

export const loadSwingSet = async (): Promise<(options: SiteOptions) => Promise<Site>> => {
  const modules = await loadModules();
  const kernelBundles = JSON.parse(readFileSync(join(bundles, 'kernel.json'), 'utf8')) as Record<string, object>;
  return async options => {
    const { folder, online } = options;
    const isNew = !existsSync(join(folder, 'swingstore.sqlite'));
    const storage = modules.openSwingStore(folder);
    if (isNew) {
      const lean = { kernelBundles, addComms: false, addVattp: false, addTimer: false };
      await modules.initializeSwingset(configOf(options), [], storage.kernelStorage, lean);
      await storage.hostStorage.commit();
    }
    const warehousePolicy = online === undefined ? {} : { warehousePolicy: { maxVatsOnline: online } };
    const runtimeOptions = { kernelBundle: kernelBundles.kernel, ...warehousePolicy };
    const controller = await modules.makeSwingsetController(storage.kernelStorage, {}, runtimeOptions);
    const site = new SwingSetSite(modules, controller, storage, options);
    await site.run();
    return site;
  };
};
