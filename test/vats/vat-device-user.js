/** A vat that has devices and calls them as it is told. */
import { Far } from '@endo/far';

export const buildRootObject = ({ D, exitVatWithFailure }) => {
  const known = new Map();
  return Far('user', {
    bootstrap: (_vats, devices) => {
      for (const [name, node] of Object.entries(devices)) known.set(name, node);
    },
    take: (name, node) => {
      known.set(name, node);
    },
    get: name => known.get(name),
    use: (name, method, ...args) => D(known.get(name))[method](...args),
    /** Calls a method of a node that a method of another one gives. */
    useNode: (name, [first, ...args], method) => D(D(known.get(name))[first](...args))[method](),
    useAndThrow: (name, method, ...args) => {
      D(known.get(name))[method](...args);
      throw new Error('afterwards');
    },
    useAndExit: (name, method, ...args) => {
      D(known.get(name))[method](...args);
      exitVatWithFailure(new Error('it did not work'));
    },
    ping: () => 'pong',
    make: () => Far('thing', { ping: () => 'pong of a thing' }),
  });
};
