// Keeps as much in memory as it is told to.
import { Far } from '@endo/far';

class Hoarded {
  constructor(number) {
    this.number = number;
  }
}

export const buildRootObject = () => {
  let hoard = [];
  return Far('hoard', {
    hoard: count => {
      for (let i = 0; i < count; i += 1) hoard.push(new Hoarded(i));
    },
    forget: () => {
      hoard = [];
    },
  });
};
