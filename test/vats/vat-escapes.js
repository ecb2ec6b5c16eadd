// Tries what a vat must not be able to do, and reports what came of it.
import { Far } from '@endo/far';

const attempt = run => {
  try {
    const value = run();
    return value === undefined ? 'undefined' : typeof value;
  } catch (error) {
    return `throws ${error.name}`;
  }
};

const probe = globals => ({
  WeakRef: typeof globals.WeakRef,
  FinalizationRegistry: typeof globals.FinalizationRegistry,
  setTimeout: typeof globals.setTimeout,
  setImmediate: typeof globals.setImmediate,
  queueMicrotask: typeof globals.queueMicrotask,
  SharedArrayBuffer: typeof globals.SharedArrayBuffer,
  Atomics: typeof globals.Atomics,
  WebAssembly: typeof globals.WebAssembly,
  process: typeof globals.process,
  require: typeof globals.require,
  performance: typeof globals.performance,
  gc: typeof globals.gc,
  lockdown: typeof globals.lockdown,
});

export const buildRootObject = () =>
  Far('escapes', {
    globals: () => harden(probe(globalThis)),
    childGlobals: () => {
      const child = new Compartment({ globals: {}, __options__: true });
      return harden(probe(child.globalThis));
    },
    childHasOurWeakMap: () => {
      const child = new Compartment({ globals: {}, __options__: true });
      return child.globalThis.WeakMap === globalThis.WeakMap && child.evaluate('WeakSet') === globalThis.WeakSet;
    },
    clock: () => harden([attempt(() => Date.now()), attempt(() => new Date()), attempt(() => Math.random())]),
    poison: () =>
      harden([
        attempt(() => {
          Object.prototype.polluted = true;
        }),
        attempt(() => {
          Array.prototype.push = () => {};
        }),
        attempt(() => {
          globalThis.constructor.constructor('return this')().polluted = true;
        }),
        'polluted' in {} ? 'polluted' : 'clean',
      ]),
    stack: () => `${Error('x').stack}`,
  });
