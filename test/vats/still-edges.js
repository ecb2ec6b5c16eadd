// Edges of JavaScript that stand still: what an object leads to by its shape. Each says what ties and how the edge is followed.

class Private {
  #thing;
  constructor(thing) {
    this.#thing = thing;
  }
  get() {
    return this.#thing;
  }
}
class Stamper extends class {
  constructor(target) {
    return target;
  }
} {
  #stamp;
  constructor(target, thing) {
    super(target);
    this.#stamp = thing;
  }
  static read(target) {
    return target.#stamp;
  }
}
class PrivateMethod {
  #accessor;
  constructor(thing) {
    this.#accessor = () => thing;
  }
  get #value() {
    return this.#accessor();
  }
  get() {
    return this.#value;
  }
}

export const STILL_EDGES = {
  'a closure': { make: thing => () => thing, read: edge => edge() },
  'a closure of a closure': { make: thing => () => () => thing, read: edge => edge()() },
  'a block in a loop': {
    make: thing => {
      const list = [];
      for (let i = 0; i < 2; i += 1) list.push(() => (i === 1 ? thing : undefined));
      return list;
    },
    read: list => list[1](),
  },
  'a property': { make: thing => ({ a: { b: thing } }), read: edge => edge.a.b },
  'an element of an array': { make: thing => [[thing]], read: edge => edge[0][0] },
  'a hole in an array of many': {
    make: thing => {
      const list = [];
      list[100_000] = thing;
      return list;
    },
    read: list => list[100_000],
  },
  'a property of an object with many': {
    make: thing => {
      const many = {};
      for (let i = 0; i < 2000; i += 1) many[`k${i}`] = i;
      delete many.k5;
      many.thing = thing;
      return many;
    },
    read: many => many.thing,
  },
  'a property named by a symbol': {
    make: thing => ({ [Symbol('x')]: thing }),
    read: edge => edge[Object.getOwnPropertySymbols(edge)[0]],
  },
  'a property that is not enumerable': {
    make: thing => Object.defineProperty({}, 'thing', { value: thing }),
    read: edge => edge.thing,
  },
  'a frozen record in a frozen array': {
    make: thing => Object.freeze([Object.freeze({ thing })]),
    read: ([{ thing }]) => thing,
  },
  'a private field': { make: thing => new Private(thing), read: edge => edge.get() },
  'a private field on an object of another class': {
    make: thing => new Stamper({}, thing),
    read: edge => Stamper.read(edge),
  },
  'a private accessor': { make: thing => new PrivateMethod(thing), read: edge => edge.get() },
  'a static field of a class': {
    make: thing =>
      class {
        static thing = thing;
      },
    read: edge => edge.thing,
  },
  'a static block of a class': {
    make: thing => {
      let get;
      return class {
        static {
          get = () => thing;
        }
        static get() {
          return get();
        }
      };
    },
    read: edge => edge.get(),
  },
  'a field of an instance': {
    make: thing =>
      new (class {
        thing = thing;
      })(),
    read: edge => edge.thing,
  },
  'the computed name of a method, kept by its class': {
    make: thing => {
      const name = { toString: () => 'm' };
      return class {
        static [name]() {
          return thing;
        }
      };
    },
    read: edge => edge.m(),
  },
  'a prototype': { make: thing => Object.create({ thing }), read: edge => edge.thing },
  'a presence as prototype': { make: thing => Object.create(thing), read: edge => Object.getPrototypeOf(edge) },
  'a method that calls super': {
    make: thing => ({
      __proto__: { get: () => thing },
      get() {
        return super.get();
      },
    }),
    read: edge => edge.get(),
  },
  'the home object of a method': {
    make: thing => {
      const home = {
        __proto__: { get: () => thing },
        get() {
          return super.get();
        },
      };
      return home.get;
    },
    read: get => get(),
  },
  'a getter': {
    make: thing => ({
      get thing() {
        return thing;
      },
    }),
    read: edge => edge.thing,
  },
  'a setter': {
    make: thing => ({
      set reader(reader) {
        reader(thing);
      },
    }),
    read: edge => {
      let found;
      edge.reader = thing => {
        found = thing;
      };
      return found;
    },
  },
  'an accessor of a class': {
    make: thing =>
      new (class {
        get thing() {
          return thing;
        }
      })(),
    read: edge => edge.thing,
  },
  'the this of a bound function': {
    make: thing =>
      function get() {
        return this;
      }.bind(thing),
    read: edge => edge(),
  },
  'an argument of a bound function': { make: thing => (x => x).bind(undefined, thing), read: edge => edge() },
  'the target of a proxy': { make: thing => new Proxy({ thing }, {}), read: edge => edge.thing },
  'the handler of a proxy': { make: thing => new Proxy({}, { get: () => thing }), read: edge => edge.thing },
  'a revocable proxy': { make: thing => Proxy.revocable({ thing }, {}), read: edge => edge.proxy.thing },
  'a value of a map': { make: thing => new Map([['k', thing]]), read: edge => edge.get('k') },
  'a key of a map': { make: thing => new Map([[thing, 1]]), read: edge => [...edge.keys()][0] },
  'a member of a set': { make: thing => new Set([thing]), read: edge => [...edge][0] },
  'an iterator of a map': {
    make: thing => {
      const iterator = new Map([
        [1, 1],
        [2, thing],
      ]).values();
      iterator.next();
      return iterator;
    },
    read: edge => edge.next().value,
  },
  'an iterator of an array': { make: thing => [thing][Symbol.iterator](), read: edge => edge.next().value },
  'the cause of an error': { make: thing => new Error('x', { cause: thing }), read: edge => edge.cause },
  'the errors of an error': { make: thing => new AggregateError([thing]), read: edge => edge.errors[0] },
  'the arguments of a call': {
    make: thing =>
      (function () {
        return arguments;
      })(thing),
    read: edge => edge[0],
  },
  'a default of a parameter': {
    make:
      thing =>
      (x = thing) =>
        x,
    read: edge => edge(),
  },
  'the rest of the parameters': {
    make:
      (...things) =>
      () =>
        things[0],
    read: edge => edge(),
  },
  'a tag of a template': { make: thing => ((_strings, ...values) => values)`a${thing}b`, read: edge => edge[0] },
  'a property of a date': { make: thing => Object.assign(new Date(0), { thing }), read: edge => edge.thing },
  'a property of a typed array': { make: thing => Object.assign(new Uint8Array(4), { thing }), read: edge => edge.thing },
  'a property of a regular expression': { make: thing => Object.assign(/x/g, { thing }), read: edge => edge.thing },
  'a property of a function': { make: thing => Object.assign(() => {}, { thing }), read: edge => edge.thing },
  'a function made of text': { make: thing => new Function('thing', 'return () => thing')(thing), read: edge => edge() },
  // eslint-disable-next-line no-eval -- the eval of a compartment, which vats have
  'text evaluated elsewhere': { make: thing => (0, eval)('(thing => () => thing)')(thing), read: edge => edge() },
  'a compartment': {
    make: thing => new Compartment({ globals: { thing }, __options__: true }),
    read: edge => edge.globalThis.thing,
  },
};
