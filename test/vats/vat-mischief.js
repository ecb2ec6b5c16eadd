// A vat that returns and sends what should not be.
import { E, Far } from '@endo/far';

const nest = depth => {
  let value = [];
  for (let i = 0; i < depth; i += 1) value = [value];
  return harden(value);
};

export const buildRootObject = () => {
  const bad = {
    unserializable: () => harden({ date: new (class Thing {})() }),
    fn: () => () => 5,
    mixed: () => harden({ far: Far('x', {}), plain: 1, method() {} }),
    huge: () => 'x'.repeat(11_000_000),
    deep: () => nest(5000),
    bottomless: () => nest(200_000),
    symbol: () => Symbol('unregistered'),
    cyclic: () => {
      const cycle = [];
      cycle.push(cycle);
      return harden(cycle);
    },
  };
  return Far('mischief', {
    give: kind => bad[kind](),
    send: (kind, peer) => E(peer).echo(bad[kind]()),
    reject: kind => Promise.reject(bad[kind]()),
    throwError: message => {
      throw TypeError(message);
    },
    throwNonError: () => {
      throw harden({ reason: 'a plain record' });
    },
    rejectLater: () => {
      Promise.reject(Error('nobody listens'));
      return 'still here';
    },
    callMethod: (peer, method, ...args) => E(peer)[method](...args),
    echo: value => value,
    hello: () => 'hello',
  });
};
