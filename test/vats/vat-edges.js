// Objects that lead to what they are given by one kind of edge each: every way that JavaScript has, as far as a vat can go it. `read` follows
// the edge and nothing else.
import { Far } from '@endo/far';
import { MOVING_EDGES, NO_EDGES } from './moving-edges.js';
import { STILL_EDGES } from './still-edges.js';

const EDGES = { ...STILL_EDGES, ...MOVING_EDGES };

export const buildRootObject = () =>
  Far('edges', {
    kinds: () => harden(Object.keys(EDGES)),
    falseKinds: () => harden(Object.keys(NO_EDGES)),
    tie: (kind, thing) => {
      const { make, read } = EDGES[kind];
      const edge = make(thing);
      return Far('edge', { read: () => read(edge) });
    },
    tieFalsely: (kind, thing) => {
      const edge = NO_EDGES[kind](thing);
      return Far('no edge', { has: () => edge !== undefined });
    },
    /** Ways to an object that a vat is not given. */
    missing: names => harden(names.filter(name => globalThis[name] === undefined)),
  });
