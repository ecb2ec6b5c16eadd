import { Far } from '@endo/far';

export const buildRootObject = () => {
  let last;
  return Far('subscriber', {
    hear: number => {
      last = number;
      return last;
    },
  });
};
