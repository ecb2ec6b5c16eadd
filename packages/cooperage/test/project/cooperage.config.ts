/** A project as a user would have one, for the tests of the command line. Most vats are given as functions, which saves
 * the time to bundle them. */
import { E, Far } from '@endo/far';
import type { KernelOptions } from '../../src/index.ts';

/** What a hostile vat might say to a terminal. */
const HOSTILE = 'boo\u001b[2J\u009b31m\u202e\r\nv9 fine';

type Vats = Readonly<Record<string, unknown>>;

type Spinner = { readonly spin: (peer?: unknown) => void };

const buildAlice = () => {
  let bob: unknown;
  const alice = Far('alice', {
    bootstrap: (vats: Vats) => {
      bob = vats['bob'];
      return E(bob as { greet: (name: string) => string }).greet('alice');
    },
    wait: () => new Promise(() => {}),
    /** Messages go to bob and back, without end. */
    spin: () => {
      console.log('spinning');
      void E(bob as Spinner).spin(alice);
    },
  });
  return alice;
};

const buildBob = (_powers: unknown, { greeting }: { greeting: string }) => {
  const kept: unknown[] = [];
  return Far('bob', {
    greet: (name: string) => `${greeting}, ${name}`,
    fail: () => {
      throw RangeError(HOSTILE);
    },
    mix: () => harden({ big: 3n, none: undefined, thing: Far('thing', {}), list: [1, NaN, -0] }),
    spin: (peer: Spinner) => void E(peer).spin(),
    keep: (value: unknown) => {
      kept.push(value);
      return kept.length;
    },
  });
};

const buildEve = ({ exitVatWithFailure }: { exitVatWithFailure: (reason: Error) => void }) =>
  Far('eve', { quit: () => exitVatWithFailure(Error(HOSTILE)) });

export default {
  database: process.env['TEST_DATABASE'] ?? ':memory:',
  bootstrap: 'alice',
  vats: {
    alice: { buildRootObject: buildAlice },
    bob: { buildRootObject: buildBob, parameters: { greeting: 'hello' } },
    eve: { buildRootObject: buildEve },
    noisy: { source: new URL('./vat-noisy.js', import.meta.url) },
  },
} as unknown as KernelOptions;
