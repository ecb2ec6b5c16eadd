/** A vat that makes vats, and does with them what it is told. Speaks of what goes wrong in words. */
import { E, Far } from '@endo/far';

const inWords = promise =>
  promise.then(
    value => `fulfilled ${JSON.stringify(value)}`,
    reason => `rejected ${reason instanceof Error ? reason.message : JSON.stringify(reason)}`,
  );

export const buildRootObject = ({ D }) => {
  let service;
  let root;
  let admin;
  const made = new Map();
  const getAdmin = name => made.get(name).adminNode;
  const make = async (name, capP, options) => {
    const cap = await capP;
    const vat = await E(service).createVat(cap, { name, ...options });
    made.set(name, vat);
    return name;
  };
  return Far('factory', {
    bootstrap: async (vats, devices) => {
      admin = vats.vatAdmin;
      service = await E(vats.vatAdmin).createVatAdminService(devices.vatAdmin);
    },
    getService: () => service,
    make: (name, bundle, options = {}) => make(name, E(service).getNamedBundleCap(bundle), options),
    makeCritical: async (name, bundle) =>
      make(name, E(service).getNamedBundleCap(bundle), { critical: await E(admin).getCriticalVatKey() }),
    makeByName: async (name, bundle) => {
      made.set(name, await E(service).createVatByName(bundle, { name }));
    },
    makeInline: async (name, bundle) => {
      made.set(name, await E(service).createVat(bundle, { name }));
    },
    tryMake: (name, bundle, options = {}) => inWords(make(name, E(service).getNamedBundleCap(bundle), options)),
    tell: (name, method, ...args) => E(made.get(name).root)[method](...args),
    tryTell: (name, method, ...args) => inWords(E(made.get(name).root)[method](...args)),
    done: name => inWords(E(getAdmin(name)).done()),
    end: (name, reason) => E(getAdmin(name)).terminateWithFailure(reason),
    tryEnd: (name, reason) => inWords(E(getAdmin(name)).terminateWithFailure(reason)),
    upgrade: async (name, bundle, options) =>
      inWords(E(getAdmin(name)).upgrade(await E(service).getNamedBundleCap(bundle), options)),
    changeOptions: (name, options) => inWords(E(getAdmin(name)).changeOptions(options)),
    getRoot: name => made.get(name).root,
    forget: name => {
      made.delete(name);
    },
    read: async bundle => {
      const cap = await E(service).getNamedBundleCap(bundle);
      const again = await E(service).getNamedBundleCap(bundle);
      return [cap === again, D(cap).getBundleID(), D(cap).getBundle().moduleFormat, await E(service).getBundleIDByName(bundle)];
    },
    readById: async id => D(await E(service).getBundleCap(id)).getBundleID(),
    tryReadById: id => inWords(E(service).getBundleCap(id)),
    waitFor: async id => {
      root = await E(service).waitForBundleCap(id);
      return D(root).getBundleID();
    },
    /** Makes a vat, talks to it, ends it in one of several ways, and keeps nothing. */
    churn: async (round, bundle) => {
      const { root: child, adminNode } = await E(service).createVat(await E(service).getNamedBundleCap(bundle), {
        vatParameters: { round, gift: Far('gift', {}) },
      });
      const held = await E(child).hold(Far('another gift', {}));
      const ways = [
        () => E(child).exit(round),
        () => E(child).fail(`round ${round}`),
        () => E(adminNode).terminateWithFailure(`round ${round}`),
      ];
      await Promise.resolve(ways[round % ways.length]()).catch(() => {});
      return [held, await inWords(E(adminNode).done())];
    },
  });
};
