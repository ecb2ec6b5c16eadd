/** What a worker becomes by an upgrade: other code, with the same parameters and the same root. */
import { Far } from '@endo/far';

export const buildRootObject = (_vatPowers: unknown, { name }: { readonly name: string }) =>
  Far('foreman', {
    square: (n: number) => n ** 2,
    describe: () => `${name}, a foreman now`,
  });
