import { Far } from '@endo/far';

/** Answers `wait` when it is told to. */
export const buildRootObject = () => {
  const waiting = [];
  return Far('waiter', {
    wait: () => new Promise(resolve => waiting.push(resolve)),
    answer: value => waiting.splice(0).forEach(resolve => resolve(value)),
  });
};
