/** Bob takes payments in, tries to spend one twice, and tries to pay with a purse of his own making. */
import { E, Far } from '@endo/far';
import type { Purse } from './vat-bank.ts';

export const buildRootObject = () => {
  let account: Purse;

  const makeForgery = (): Purse =>
    Far('purse', {
      getBalance: () => 1_000_000n,
      withdraw: () => makeForgery(),
      deposit: () => 0n,
    });

  return Far('bob', {
    openAccount: (purse: Purse) => {
      account = purse;
    },
    receive: (payment: Purse) => E(account).deposit(payment),
    receiveTwice: async (payment: Purse) => {
      await E(account).deposit(payment);
      return E(account).deposit(payment);
    },
    forge: () => E(account).deposit(makeForgery()),
    getBalance: () => E(account).getBalance(),
  });
};
