import './support/prepare-lockdown.ts';
import { defendPrototype } from '@endo/exo/tools.js';
import { E } from '@endo/eventual-send';
import { Far, passStyleOf } from '@endo/pass-style';
import test from 'ava';
import { makeUnguardedPrototype, type ContextProvider } from '../src/virtual/unguarded.ts';

type Self = Record<PropertyKey, (...args: unknown[]) => unknown>;

class Counting {
  get = (): number => 1;
  double(by: number): number {
    return 2 * by;
  }
}

const symbol = Symbol.for('passable name');
const first = {
  sum: (context: { state: number }, a: number, b: number) => context.state + a + b,
  spread: (_context: object, ...rest: unknown[]) => rest.length,
  withDefault: (_context: object, a = 1) => a,
  give: (_context: object, value: unknown) => value,
  fail: () => {
    throw new RangeError('too far');
  },
  failOddly: () => {
    // eslint-disable-next-line no-throw-literal -- that is what it is about
    throw { not: 'an error', from: () => {} };
  },
  make: () => ({ fresh: [] }),
  [symbol]: () => 'by symbol',
};
const thisful = {
  sum(this: { state: number }, a: number, b: number) {
    return this.state + a + b;
  },
  give(this: object, value: unknown) {
    return value;
  },
  fail() {
    throw new RangeError('too far');
  },
  make: () => ({ fresh: [] }),
};

const outcomeOf = (call: () => unknown): unknown => {
  try {
    const result = call();
    return { result: typeof result === 'symbol' || passes(result) ? result : 'not passable' };
  } catch (thrown) {
    return {
      name: (thrown as Error).name,
      isHardened: Object.isFrozen(thrown),
      isOurs: /too far|not an error/.exec(String(thrown))?.[0],
    };
  }
};
const passes = (value: unknown): boolean => {
  try {
    passStyleOf(value);
    return true;
  } catch {
    return false;
  }
};

/** What happens to one object of either prototype, as far as anybody can see. */
const observe = (prototype: object, objects: WeakMap<object, object>): unknown[] => {
  const self = harden(Object.create(prototype) as Self);
  objects.set(self, harden({ state: 10 }));
  const stranger = harden(Object.create(prototype) as Self);
  const names = Reflect.ownKeys(prototype);
  return [
    names,
    names
      .map(name => Object.getOwnPropertyDescriptor(prototype, name))
      .map(found => {
        const { value } = found as { value: unknown };
        return typeof value === 'function' ? [value.name, value.length, Object.isFrozen(value)] : value;
      }),
    passStyleOf(self),
    outcomeOf(() => self['sum']?.(1, 2)),
    outcomeOf(() => self['give']?.()),
    outcomeOf(() => self['give']?.(harden([1, Promise.resolve(), Far('other', {})]).length)),
    outcomeOf(() => self['give']?.(Symbol.iterator)),
    outcomeOf(() => self['give']?.(() => {})),
    outcomeOf(() => self['give']?.({ a: { get: () => {} } })),
    outcomeOf(() => Object.isFrozen(self['make']?.())),
    outcomeOf(() => self['spread']?.(1, new Map(), 3)),
    outcomeOf(() => self['withDefault']?.()),
    outcomeOf(() => self['fail']?.()),
    outcomeOf(() => self['failOddly']?.()),
    outcomeOf(() => self[symbol]?.()),
    outcomeOf(() => self['__getInterfaceGuard__']?.()),
    outcomeOf(() => stranger['sum']?.(1, 2)),
    outcomeOf(() => Reflect.apply(self['sum'] as never, undefined, [])),
    outcomeOf(() => Reflect.apply(self['sum'] as never, 7, [])),
  ];
};

const compare = (methods: object, isThisful: boolean): [ours: unknown[], library: unknown[]] => {
  const objects = new WeakMap<object, object>();
  const provide: ContextProvider = self => objects.get(self);
  harden(methods);
  return [
    observe(makeUnguardedPrototype('thing', provide, methods as never, isThisful), objects),
    observe(defendPrototype('thing', provide as never, methods as never, isThisful), objects),
  ];
};

test('methods without a guard do what those of the library do', t => {
  for (const [methods, isThisful] of [
    [first, false],
    [thisful, true],
    [{}, false],
    [Counting.prototype, true],
    [{ toString: () => 'a method like any other' }, false],
  ] as const) {
    const [ours, library] = compare(methods, isThisful);
    t.deepEqual(ours, library);
  }
});

test('a method may have any name that objects have', t => {
  const methods = harden({ constructor: () => 1, valueOf: () => 2, hasOwnProperty: () => 3 });
  const prototype = makeUnguardedPrototype('thing', () => methods, methods, false);
  const self = harden(Object.create(prototype) as Readonly<Record<string, () => number>>);
  t.deepEqual(
    Object.keys(methods).map(name => self[name]?.()),
    [1, 2, 3],
  );
});

test('they can be called by message', async t => {
  const self = harden(
    Object.create(makeUnguardedPrototype('thing', () => harden({ state: 1 }), harden({ ...first }), false)) as Self,
  );
  t.is(await (E(self as never) as Self)['sum']?.(2, 3), 6);
});
