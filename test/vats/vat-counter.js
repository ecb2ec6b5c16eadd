import { Far } from '@endo/far';

export const buildRootObject = () => {
  let count = 0;
  return Far('counter', { next: () => (count += 1), take: text => text.length });
};
