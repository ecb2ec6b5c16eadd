import { E, Far } from '@endo/far';

/** Makes things, and keeps what it is given on shelves. */
export const buildRootObject = () => {
  const shelves = new Map();
  return Far('cupboard', {
    make: label => Far('thing', { getLabel: () => label }),
    put: (shelf, thing) => void shelves.set(shelf, thing),
    get: shelf => shelves.get(shelf),
    ask: shelf => E(shelves.get(shelf)).getLabel(),
    drop: shelf => void shelves.delete(shelf),
    clear: () => shelves.clear(),
  });
};
