// A vat that makes, settles, passes on and watches promises by name. What it saw of each stands in its log.
import { E, Far } from '@endo/far';

export const buildRootObject = vatPowers => {
  const cells = new Map();
  const resolvers = new Map();
  const log = [];

  const getCell = name => {
    if (!cells.has(name)) throw Error(`no cell ${name}`);
    return cells.get(name);
  };
  const describe = value => (typeof value === 'object' && value !== null && value.message ? value.message : value);
  const watch = (name, promise) =>
    E.when(
      promise,
      value => void log.push(harden([name, 'fulfilled', value])),
      reason => void log.push(harden([name, 'rejected', describe(reason)])),
    );

  return Far('promiser', {
    // Cells and promises.
    make: name => void cells.set(name, Far(name, { hello: () => `hello from ${name}`, self: () => getCell(name) })),
    pend: name => {
      cells.set(name, new Promise((resolve, reject) => resolvers.set(name, { resolve, reject })));
    },
    keep: (name, value) => void cells.set(name, value),
    keepPromiseIn: (name, [promise]) => void cells.set(name, promise),
    forgetAll: () => {
      cells.clear();
      resolvers.clear();
      log.splice(0);
    },
    take: () => harden([...log]),

    // Settling.
    fulfil: (name, value) => resolvers.get(name).resolve(value),
    fulfilWithCell: (name, cell) => resolvers.get(name).resolve(getCell(cell)),
    fulfilWithList: (name, ...others) => resolvers.get(name).resolve(harden(others.map(getCell))),
    reject: (name, message) => resolvers.get(name).reject(Error(message)),
    rejectWithCell: (name, cell) => resolvers.get(name).reject(getCell(cell)),
    fulfilPair: (one, other) => {
      resolvers.get(one).resolve(harden([getCell(other)]));
      resolvers.get(other).resolve(harden([getCell(one)]));
    },

    // Passing on. Promises travel in lists too, because an argument that is a promise arrives as one either way.
    give: (name, peer) => E(peer).keepPromiseIn(name, harden([getCell(name)])),
    giveCell: (name, peer) => E(peer).keep(name, getCell(name)),
    answerWith: name => getCell(name),
    answerWithList: (...names) => harden(names.map(getCell)),
    relay: (peer, method, ...args) => E(peer)[method](...args),
    keepAnswer: (name, peer, method, ...args) => void cells.set(name, E(peer)[method](...args)),
    sendWithAnswer: (name, peer, method, ...args) => {
      const answer = E(peer)[method](...args);
      cells.set(name, answer);
      return E(peer).keepPromiseIn(name, harden([answer]));
    },

    // Watching and calling.
    watch: name => void watch(name, getCell(name)),
    watchIn: (name, list) => void watch(name, list[0]),
    callCell: name => E(getCell(name)).hello(),
    callChain: name => E(E(E(getCell(name)).self()).self()).hello(),
    unwrap: (name, depth) => {
      const step = (value, left) => (left === 0 ? value : E.when(value[0], inner => step(inner, left - 1)));
      return E.when(getCell(name), value => step(value, depth));
    },
    isSame: (one, other) => E.when(getCell(one), a => E.when(getCell(other), b => a === b)),
    // How many lists are in each other, up to a limit.
    depthOf: (name, limit) => {
      const count = (promise, depth) => (depth === limit ? depth : E.when(promise, value => count(value[0], depth + 1)));
      return count(getCell(name), 0);
    },
    hello: () => 'hello',

    // Leaving.
    exitAfterSend: (peer, withFailure) => {
      E(peer).keep('last words', 'bye');
      (withFailure ? vatPowers.exitVatWithFailure : vatPowers.exitVat)('gone');
      E(peer).keep('after exit', 'still here');
    },
    exit: withFailure => (withFailure ? vatPowers.exitVatWithFailure(Error('broken')) : vatPowers.exitVat('gone')),
    cell: name => getCell(name),
    hasCell: name => cells.has(name),
  });
};
