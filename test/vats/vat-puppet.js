// A vat that does what it is told: makes, gives, keeps, forgets and recognizes objects by name. Nothing in it holds an object but
// its cells (strong) and its marks (weak), so a test knows its heap.
import { E, Far } from '@endo/far';

export const buildRootObject = vatPowers => {
  const cells = new Map();
  const resolvers = new Map();
  let marks = new WeakMap();

  const getCell = name => {
    if (!cells.has(name)) throw Error(`no cell ${name}`);
    return cells.get(name);
  };

  return Far('puppet', {
    make: name => {
      cells.set(name, Far(name, { hello: () => `hello from ${name}` }));
    },
    keep: (name, object) => {
      cells.set(name, object);
    },
    ignore: () => {},
    forget: name => cells.delete(name),
    give: (name, peer) => E(peer).keep(name, getCell(name)),
    show: (name, peer) => E(peer).ignore(getCell(name)),
    giveSilently: (name, peer) => {
      E.sendOnly(peer).keep(name, getCell(name));
    },
    getBack: name => getCell(name),
    sendTo: (target, name) => {
      E.sendOnly(getCell(target)).ignore(getCell(name));
    },
    hello: name => E(getCell(name)).hello(),
    is: (name, object) => getCell(name) === object,

    mark: (name, value) => {
      marks.set(getCell(name), value);
    },
    markOf: object => marks.get(object),
    unmark: name => marks.delete(getCell(name)),
    forgetMarks: () => {
      marks = new WeakMap();
    },

    pend: name => {
      cells.set(name, new Promise((resolve, reject) => resolvers.set(name, { resolve, reject })));
    },
    fulfil: (name, value) => {
      resolvers.get(name).resolve(value);
      resolvers.delete(name);
    },
    fulfilWith: (name, cell) => {
      resolvers.get(name).resolve(harden({ object: getCell(cell) }));
      resolvers.delete(name);
    },
    showSelf: (name, self) => {
      E.sendOnly(self).ignore(getCell(name));
    },
    exit: info => vatPowers.exitVat(info),
  });
};
