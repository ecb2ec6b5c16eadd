/**
 * The vatAdmin vat: gives vats the power to make vats. It only asks (through the device `vatAdmin`) and is told: the kernel makes,
 * upgrades and ends vats in cranks of their own, and the watcher hears what became of each. Runs in a vat, and may be upgraded.
 */
import {
  Far,
  prepareExo,
  prepareExoClass,
  provideDurableMapStore,
  watchPromise,
  type Baggage,
  type MapStore,
  type VatPowers,
} from '@cooperage/vat';
import { makeKit, type Kit } from './promise-kit.ts';
import { omitUndefined, toSettings, type Options } from './vat-options.ts';
import { prepareWards, provideBundleId, Waiting, type D, type Device, type NewVat, type Ward } from './wards.ts';

type Wards = MapStore<string, Ward>;

/** What is told how a vat ended, once that can be kept. */
const prepareEndKeeper = (baggage: Baggage, wards: Wards): object => {
  const keep = (outcome: 'fulfilled' | 'rejected', info: unknown, vat: string): void => {
    wards.get(vat).remember(outcome, info);
    wards.delete(vat);
  };
  return prepareExo(baggage, 'endKeeper', undefined, {
    onFulfilled: (info: unknown, vat: string) => keep('fulfilled', info, vat),
    onRejected: (reason: unknown, vat: string) => keep('rejected', reason, vat),
  });
};

/** Hears from the kernel, and from the device. */
const prepareWatcher = (baggage: Baggage, wards: Wards, bundles: Map<string, Kit<object>>): object => {
  const endKeeper = prepareEndKeeper(baggage, wards);
  return prepareExo(baggage, 'watcher', undefined, {
    vatStarted: (vat: string, root: object) => {
      if (wards.has(vat)) wards.get(vat).start(root);
    },
    vatUpgraded: (vat: string, outcome: Promise<number>) => {
      if (wards.has(vat)) wards.get(vat).finishUpgrade(outcome);
    },
    vatTerminated: (vat: string, outcome: Promise<unknown>) => {
      if (!wards.has(vat)) return;
      wards.get(vat).end(outcome);
      watchPromise(outcome, endKeeper, vat);
    },
    bundleInstalled: (id: string, cap: object) => {
      bundles.get(id)?.resolve(cap);
      bundles.delete(id);
    },
  });
};

type CreateVat = (device: Device, bundle: unknown, options: Options) => Promise<NewVat>;

type ServiceParts = {
  readonly D: D;
  readonly createVat: CreateVat;
  readonly watcher: object;
  readonly bundles: Map<string, Kit<object>>;
};

const prepareService = (baggage: Baggage, { D, createVat, watcher, bundles }: ServiceParts) =>
  prepareExoClass(baggage, 'vatAdminService', undefined, (device: Device) => ({ device }), {
    /** `bundle`: a bundlecap, or a bundle itself. Rejects, and leaves nothing, when the vat does not start. */
    async createVat(bundleOrPromise: unknown, options: Options = {}): Promise<NewVat> {
      const bundle = await bundleOrPromise;
      const { device } = this.state;
      return createVat(device, provideBundleId(D, device, bundle), options);
    },
    async createVatByName(name: string, options: Options = {}): Promise<NewVat> {
      const { device } = this.state;
      return createVat(device, D(device)['getBundleIDByName']?.(name), options);
    },
    getBundleCap(id: string): unknown {
      return D(this.state.device)['getBundleCap']?.(id);
    },
    getNamedBundleCap(name: string): unknown {
      return D(this.state.device)['getNamedBundleCap']?.(name);
    },
    getBundleIDByName(name: string): unknown {
      return D(this.state.device)['getBundleIDByName']?.(name);
    },
    /** Answers when the bundle is installed. */
    waitForBundleCap(id: string): unknown {
      const cap = D(this.state.device)['waitForBundle']?.(id, watcher);
      if (cap !== undefined) return cap;
      const wait = bundles.get(id) ?? makeKit<object>();
      bundles.set(id, wait);
      return wait.promise;
    },
  });

export const buildRootObject = ({ D }: VatPowers, _parameters: unknown, baggage: Baggage): object => {
  const waiting = new Waiting();
  const bundles = new Map<string, Kit<object>>();
  const makeWard = prepareWards(baggage, D, waiting);
  const wards: Wards = provideDurableMapStore<string, Ward>(baggage, 'wards');
  const watcher = prepareWatcher(baggage, wards, bundles);
  const criticalVatKey: object = prepareExo(baggage, 'criticalVatKey', undefined, {});

  const createVat: CreateVat = (device, bundle, options) => {
    const { name, vatParameters = {}, critical, ...rest } = omitUndefined(options);
    if (critical !== undefined && critical !== false && critical !== criticalVatKey)
      throw new TypeError('the option critical must be the key of getCriticalVatKey()');
    const settings = { ...toSettings(rest), ...(critical === criticalVatKey ? { critical: true } : {}) };
    const vat = D(device)['createVat']?.({ bundle, name, settings, parameters: vatParameters, watcher }) as string;
    wards.init(vat, makeWard(device, vat).ward);
    const creation = makeKit<NewVat>();
    waiting.creations.set(vat, creation);
    return creation.promise;
  };

  const makeService = prepareService(baggage, { D, createVat, watcher, bundles });
  return Far('vatAdmin', {
    createVatAdminService: (device: Device): object => makeService(device),
    /** Who has it may make vats whose end stops the kernel. */
    getCriticalVatKey: () => criticalVatKey,
  });
};
