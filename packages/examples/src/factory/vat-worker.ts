/** A worker: made by the factory, as often as there is work. */
import { Far } from '@endo/far';

export const buildRootObject = (_vatPowers: unknown, { name }: { readonly name: string }) =>
  Far('worker', {
    square: (n: number) => n * n,
    describe: () => `${name}, a worker`,
  });
