/**
 * The vatAdmin vat: gives vats the power to make vats. It only asks (through the device `vatAdmin`) and is told: the kernel makes,
 * upgrades and ends vats in cranks of their own, and the watcher hears what became of each. Runs in a vat.
 */
import { Far, type VatPowers } from '@cooperage/vat';

type D = VatPowers['D'];
/** A node of a device. */
type Device = object;

type Kit<Value> = {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value | PromiseLike<Value>) => void;
  readonly reject: (reason: unknown) => void;
};

type NewVat = { readonly root: object; readonly adminNode: object };
type Upgraded = { readonly incarnationNumber: number };

/** A vat of ours that lives, or was asked for. */
type Ward = {
  readonly vat: string;
  readonly device: Device;
  /** Until it has started. */
  creation: Kit<NewVat> | undefined;
  readonly done: Kit<unknown>;
  /** Upgrades that were asked for; the kernel does them in this order. */
  readonly upgrades: Kit<Upgraded>[];
};

type Options = Readonly<Record<string, unknown>>;
type Send<Value> = Promise<Value>;

const makeKit = <Value>(): Kit<Value> => {
  let settle: Pick<Kit<Value>, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<Value>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Who waits for it hears; that nobody does is no accident.
  promise.catch(() => {});
  return { promise, ...(settle as Pick<Kit<Value>, 'resolve' | 'reject'>) };
};

const isBundle = (value: unknown): boolean => typeof (value as { moduleFormat?: unknown }).moduleFormat === 'string';

const omitUndefined = (record: Options): Options =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));

const insistNoMore = (options: Options): void => {
  const names = Object.keys(options);
  if (names.length > 0) throw new TypeError(`unknown options: ${names.join(', ')}`);
};

/** `reapInterval` is another way to say how many deliveries a vat may have before it is reaped. */
const toSettings = ({ reapInterval, ...settings }: Options): Options =>
  reapInterval === undefined
    ? settings
    : { ...settings, reap: { ...(settings['reap'] as Options | undefined), deliveries: reapInterval } };

const makeAdminNode = (D: D, { vat, device, done, upgrades }: Ward): object =>
  Far('adminNode', {
    /** Fulfilled with what the vat exits with; rejected with why it was ended. */
    done: () => done.promise,
    terminateWithFailure: (reason: unknown) => void D(device)['terminateVat']?.(vat, reason),
    upgrade: async (bundle: unknown, options: Options = {}): Send<Upgraded> => {
      const { vatParameters, upgradeMessage = 'vat upgraded', ...rest } = omitUndefined(options);
      insistNoMore(rest);
      const id = provideBundleId(D, device, await bundle);
      D(device)['upgradeVat']?.(vat, id, vatParameters, upgradeMessage);
      const upgrade = makeKit<Upgraded>();
      upgrades.push(upgrade);
      return upgrade.promise;
    },
    changeOptions: (options: Options) => void D(device)['changeOptions']?.(vat, toSettings(omitUndefined(options))),
  });

/** The id of what a bundlecap stands for, or of a bundle itself, which is installed. */
const provideBundleId = (D: D, device: Device, bundle: unknown): unknown =>
  isBundle(bundle) ? D(device)['installBundle']?.(bundle) : D(bundle as Device)['getBundleID']?.();

/** What is waited for. */
type Registry = { readonly wards: Map<string, Ward>; readonly bundles: Map<string, Kit<object>> };

/** Hears from the kernel, and from the device. */
const makeWatcher = (D: D, { wards, bundles }: Registry): object =>
  Far('watcher', {
    vatStarted: (vat: string, root: object) => {
      const ward = wards.get(vat);
      if (ward === undefined) return;
      ward.creation?.resolve(Object.freeze({ root, adminNode: makeAdminNode(D, ward) }));
      ward.creation = undefined;
    },
    vatUpgraded: (vat: string, outcome: Promise<number>) => {
      const upgrade = wards.get(vat)?.upgrades.shift();
      upgrade?.resolve(outcome.then(incarnationNumber => Object.freeze({ incarnationNumber })));
    },
    vatTerminated: (vat: string, outcome: Promise<unknown>) => {
      const ward = wards.get(vat);
      if (ward === undefined) return;
      wards.delete(vat);
      ward.done.resolve(outcome);
      // A vat that ended before it had started was not made, whatever it said.
      ward.creation?.resolve(outcome.then(() => Promise.reject(new Error('the vat exited while it was made'))));
    },
    bundleInstalled: (id: string, cap: object) => {
      bundles.get(id)?.resolve(cap);
      bundles.delete(id);
    },
  });

export const buildRootObject = ({ D }: VatPowers): object => {
  const registry: Registry = { wards: new Map(), bundles: new Map() };
  const { wards, bundles } = registry;
  const watcher = makeWatcher(D, registry);
  const criticalVatKey = Far('criticalVatKey', {});

  const createVat = (device: Device, bundle: unknown, options: Options): Promise<NewVat> => {
    const { name, vatParameters = {}, critical, ...rest } = omitUndefined(options);
    if (critical !== undefined && critical !== false && critical !== criticalVatKey)
      throw new TypeError('the option critical must be the key of getCriticalVatKey()');
    const settings = { ...toSettings(rest), ...(critical === criticalVatKey ? { critical: true } : {}) };
    const vat = D(device)['createVat']?.({ bundle, name, settings, parameters: vatParameters, watcher }) as string;
    const creation = makeKit<NewVat>();
    wards.set(vat, { vat, device, creation, done: makeKit(), upgrades: [] });
    return creation.promise;
  };

  const createVatAdminService = (device: Device): object =>
    Far('vatAdminService', {
      /** `bundle`: a bundlecap, or a bundle itself. Rejects, and leaves nothing, when the vat does not start. */
      createVat: async (bundle: unknown, options: Options = {}): Send<NewVat> =>
        createVat(device, provideBundleId(D, device, await bundle), options),
      createVatByName: async (name: string, options: Options = {}): Send<NewVat> =>
        createVat(device, D(device)['getBundleIDByName']?.(name), options),
      getBundleCap: (id: string) => D(device)['getBundleCap']?.(id),
      getNamedBundleCap: (name: string) => D(device)['getNamedBundleCap']?.(name),
      getBundleIDByName: (name: string) => D(device)['getBundleIDByName']?.(name),
      /** Answers when the bundle is installed. */
      waitForBundleCap: (id: string) => {
        const cap = D(device)['waitForBundle']?.(id, watcher);
        if (cap !== undefined) return cap;
        const wait = bundles.get(id) ?? makeKit<object>();
        bundles.set(id, wait);
        return wait.promise;
      },
    });

  return Far('vatAdmin', {
    createVatAdminService,
    /** Who has it may make vats whose end stops the kernel. */
    getCriticalVatKey: () => criticalVatKey,
  });
};
