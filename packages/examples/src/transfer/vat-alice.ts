/** Alice takes payments in and pays others. She never holds a payment for longer than one call. */
import { E, Far } from '@endo/far';
import type { Purse } from './vat-bank.ts';

export type Payee = { receive(payment: Purse): Promise<bigint> };

export const buildRootObject = () => {
  let account: Purse;
  return Far('alice', {
    openAccount: (purse: Purse) => {
      account = purse;
    },
    receive: (payment: Purse) => E(account).deposit(payment),
    pay: async (payee: Payee, amount: bigint) => {
      const payment = await E(account).withdraw(amount);
      return E(payee).receive(payment);
    },
    getBalance: () => E(account).getBalance(),
  });
};
