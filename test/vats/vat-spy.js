// Tries to notice that an object left memory and came back: by weak collections, prototypes, names, promises and errors.
import { E, Far } from '@endo/far';

const ifaceOf = object => Object.prototype.toString.call(object);

export const buildRootObject = () => {
  const prototypes = new Map();
  const held = new Map();
  let marks = new WeakMap();
  let members = new WeakSet();
  let promised = new WeakMap();
  let nested = new WeakMap();

  const describe = (name, object) =>
    harden({
      name,
      iface: ifaceOf(object),
      string: `${object}`,
      keys: Reflect.ownKeys(object).map(String),
      prototype: prototypes.get(name) === Object.getPrototypeOf(object),
      likeOthers: [...prototypes].filter(([, prototype]) => prototype === Object.getPrototypeOf(object)).map(([other]) => other),
      held: held.get(name) === object,
      mark: marks.get(object),
      member: members.has(object),
      promised: promised.get(E.resolve(object)),
      nested: nested.get(object)?.get(object),
    });

  const spy = Far('spy', {
    // Weakly all of it: nothing here keeps the object.
    meet: (name, object, number) => {
      const before = describe(name, object);
      prototypes.set(name, Object.getPrototypeOf(object));
      marks.set(object, number);
      members.add(object);
      promised.set(E.resolve(object), number);
      const inner = new WeakMap();
      inner.set(object, `inner ${number}`);
      nested.set(object, inner);
      console.log('met', name, number, JSON.stringify(before));
      return before;
    },
    look: (name, object) => {
      const seen = describe(name, object);
      console.log('saw', JSON.stringify(seen));
      return seen;
    },
    unmark: (name, object) => harden([marks.delete(object), members.delete(object), promised.delete(E.resolve(object))]),
    forget: () => {
      marks = new WeakMap();
      members = new WeakSet();
      promised = new WeakMap();
      nested = new WeakMap();
    },
    hold: (name, object) => {
      held.set(name, object);
    },
    drop: name => held.delete(name),
    echo: (_name, object) => object,
    echoPromise: (_name, object) => E.resolve(object),
    ask: (_name, object) => E(object).hello(),
    // Two messages to one object, the second through a promise for it: their order is part of the trace.
    askTwice: (_name, object) => {
      const promise = E.resolve(object);
      return Promise.all([E(promise).hello(), E(object).hello()]);
    },
    complain: (_name, object) => {
      throw assert.error(assert.details`what is ${object}`);
    },
    pass: (name, peer) => E(peer).look(name, held.get(name)),
    lament: name => {
      Promise.reject(Error(`nobody listens to ${name}`));
    },
  });
  return spy;
};
