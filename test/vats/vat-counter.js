// Counts calls, and takes what it is given.
import { Far } from '@endo/far';

export const buildRootObject = () => {
  let count = 0;
  return Far('counter', {
    next: () => {
      count += 1;
      return count;
    },
    read: () => count,
    take: text => text.length,
  });
};
