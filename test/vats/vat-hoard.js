// Keeps as much in memory as it is told to.
import { Far } from '@endo/far';

class Hoarded {
  constructor(number) {
    this.number = number;
  }
}

const { defineDurableKind, makeKindHandle } = globalThis.VatData;

export const buildRootObject = () => {
  let hoard = [];
  // What the methods of a stored object lead to is as much the vat's as the rest.
  const makeKeeper = defineDurableKind(makeKindHandle('keeper'), () => ({}), { count: () => hoard.length });
  const keeper = makeKeeper();
  return Far('hoard', {
    hoard: count => {
      for (let i = 0; i < count; i += 1) hoard.push(new Hoarded(i));
    },
    keeper: () => keeper,
    forget: () => {
      hoard = [];
    },
  });
};
