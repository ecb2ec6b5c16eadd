/**
 * The device behind the vatAdmin vat: it makes, upgrades and ends vats by asking the kernel for events, and gives out bundlecaps.
 * What becomes of the vats comes as messages to the watcher that the vat names. All it is told is checked here: other vats may hold
 * its root too.
 */
import { insistVatId } from '@cooperage/protocol/refs';
import type { VatSettings } from '../options.ts';
import { bundleToVatBundle } from '../bundles.ts';
import { insistVatSettings } from '../config.ts';
import { sha512 } from '../powers.ts';
import { isSourceBundle } from '../vat-source.ts';
import { mergeSettings } from '../prepare-vat.ts';
import type { DeviceBench } from './device-bench.ts';
import type { DeviceMethods } from './device-source.ts';

const insistText = (what: string, value: unknown): string => {
  if (typeof value === 'string') return value;
  throw new TypeError(`${what} must be a string`);
};

const waitingKey = (bundle: string): string => `waiting for ${bundle}`;

export type VatAdminOptions = { readonly defaults: VatSettings | undefined };

const makeVatMethods = (bench: DeviceBench, { defaults }: VatAdminOptions): DeviceMethods => ({
  /** The watcher hears `vatStarted` or `vatTerminated` with the id that is returned. */
  createVat: ({ bundle, name, settings, parameters, watcher }: Readonly<Record<string, unknown>>) => {
    insistVatSettings('the options', settings as VatSettings);
    return bench.port.vats.createVat({
      bundle: insistText('the bundle id', bundle),
      name: name === undefined ? undefined : insistText('the name', name),
      parameters: bench.encode(parameters),
      options: mergeSettings(defaults, settings as VatSettings),
      watcher: bench.objectOf(watcher),
    });
  },
  upgradeVat: (vat: unknown, bundle: unknown, parameters: unknown, message: unknown) => {
    bench.port.vats.upgradeVat(insistVatId(insistText('the vat', vat)), {
      bundle: insistText('the bundle id', bundle),
      parameters: parameters === undefined ? undefined : bench.encode(parameters),
      message: insistText('the upgrade message', message),
    });
  },
  terminateVat: (vat: unknown, reason: unknown) => {
    bench.port.vats.terminateVat(insistVatId(insistText('the vat', vat)), bench.encode(reason));
  },
  changeOptions: (vat: unknown, settings: VatSettings) => {
    insistVatSettings('the options', settings);
    bench.port.vats.changeOptions(insistVatId(insistText('the vat', vat)), mergeSettings(undefined, settings));
  },
});

const makeBundleMethods = (bench: DeviceBench): DeviceMethods => {
  const getContent = (id: string): string => {
    const content = bench.port.vats.findBundleContent(id);
    if (content === undefined) throw new Error(`no bundle ${JSON.stringify(id)} is installed`);
    return content;
  };
  const provideCap = bench.defineNode('bundle', id => ({
    getBundleID: () => id,
    getBundle: () => JSON.parse(getContent(id)) as unknown,
  }));
  const findCap = (id: string): object | undefined =>
    bench.port.vats.findBundleContent(id) === undefined ? undefined : provideCap(id);
  const getId = (name: unknown): string => {
    const id = bench.port.vats.findNamedBundle(insistText('the name', name));
    if (id === undefined) throw new Error(`no bundle is named ${JSON.stringify(name)}`);
    return id;
  };
  bench.defineInput('bundleInstalled', (id: string) => {
    const watchers = (bench.state.get(waitingKey(id)) ?? []) as readonly object[];
    for (const watcher of watchers) bench.send(watcher, 'bundleInstalled', [id, findCap(id)]);
    bench.state.delete(waitingKey(id));
  });
  return {
    getBundleCap: (id: unknown) => {
      getContent(insistText('the bundle id', id));
      return provideCap(id as string);
    },
    /** The cap, or undefined; then the watcher hears `bundleInstalled(id, cap)` one day. */
    waitForBundle: (id: unknown, watcher: object) => {
      const text = insistText('the bundle id', id);
      bench.objectOf(watcher);
      const cap = findCap(text);
      if (cap !== undefined) return cap;
      const waiting = (bench.state.get(waitingKey(text)) ?? []) as readonly object[];
      if (!waiting.includes(watcher)) bench.state.set(waitingKey(text), [...waiting, watcher]);
      return undefined;
    },
    getNamedBundleCap: (name: unknown) => provideCap(getId(name)),
    getBundleIDByName: getId,
    /** Installs a bundle that a vat has. Its id is a hash of all of it, whatever it says of itself. */
    installBundle: (bundle: unknown) => {
      if (!isSourceBundle(bundle)) throw new TypeError('this is not a bundle');
      const { format, content } = bundleToVatBundle(bundle, 'of a vat');
      const id = `i1-${sha512(content)}`;
      bench.port.vats.installBundle({ id, format, content });
      return id;
    },
  };
};

export const makeVatAdminMethods = (bench: DeviceBench, options: VatAdminOptions): DeviceMethods => ({
  ...makeVatMethods(bench, options),
  ...makeBundleMethods(bench),
});
