// Makes objects under several interfaces and shows them to others, again and again the same ones.
import { E, Far } from '@endo/far';

export const buildRootObject = () => {
  const things = new Map();

  const provide = (name, iface) => {
    if (!things.has(name)) things.set(name, Far(iface, { hello: () => `hello from ${name}` }));
    return things.get(name);
  };

  return Far('mint', {
    show: (name, iface, peer, method, ...args) => E(peer)[method](name, provide(name, iface), ...args),
    forget: name => things.delete(name),
  });
};
