/** A vat to be made by another. */
import { Far } from '@endo/far';

export const buildRootObject = ({ exitVat, exitVatWithFailure }, parameters) => {
  let count = 0;
  let held;
  if (parameters && parameters.fail === 'throw') throw new Error('no parameters to work with');
  if (parameters && parameters.fail === 'hang') return new Promise(() => {});
  return Far('worker', {
    count: () => (count += 1),
    getVersion: () => 1,
    getParameters: () => parameters,
    hold: thing => {
      held = thing;
      return held !== undefined;
    },
    getHeld: () => held,
    wait: () => new Promise(() => {}),
    exit: value => {
      exitVat(value);
    },
    fail: reason => {
      exitVatWithFailure(Error(reason));
    },
  });
};
