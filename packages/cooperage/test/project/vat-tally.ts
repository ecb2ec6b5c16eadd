/** A vat in TypeScript, for somebody who looks at it in a debugger. */
import { Far } from '@endo/far';

type Entry = { readonly what: string; readonly amount: number };

export const buildRootObject = () => {
  const entries: Entry[] = [];
  return Far('tally', {
    add: (what: string, amount: number): number => {
      entries.push({ what, amount });
      console.log('added', what);
      const sum = entries.reduce((total, entry) => total + entry.amount, 0);
      return sum;
    },
  });
};
