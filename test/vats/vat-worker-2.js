/** The next version of `vat-worker.js`. */
import { Far } from '@endo/far';

export const buildRootObject = (_vatPowers, parameters) => {
  if (parameters && parameters.fail === 'throw') throw new Error('the new one fails');
  return Far('worker', {
    getVersion: () => 2,
    getParameters: () => parameters,
  });
};
