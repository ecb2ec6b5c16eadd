/**
 * A bank whose purses are ordinary far objects. Who holds a purse can spend what is in it; who does not cannot. Only this vat can
 * look a purse up in the ledger, so only purses made here have a balance, and every unit is in exactly one purse.
 */
import { E, Far } from '@endo/far';

export type Purse = {
  getBalance(): bigint;
  /** Moves `amount` from this purse into a new one: a payment, to be handed to somebody. */
  withdraw(amount: bigint): Purse;
  /** Moves all that is in `payment` into this purse, and says how much it was. */
  deposit(payment: Purse): bigint;
};

export type Customer = { openAccount(purse: Purse): void };

export const buildRootObject = () => {
  const ledger = new WeakMap<Purse, bigint>();

  const balanceOf = (purse: Purse): bigint => {
    const balance = ledger.get(purse);
    if (balance === undefined) throw new Error('this purse was not made by this bank');
    return balance;
  };

  const makePurse = (balance: bigint): Purse => {
    const purse: Purse = Far('purse', {
      getBalance: () => balanceOf(purse),
      withdraw: (amount: bigint) => {
        if (typeof amount !== 'bigint' || amount <= 0n) throw new Error('only a positive whole amount can be withdrawn');
        if (amount > balanceOf(purse)) throw new Error(`there is less than ${amount} in this purse`);
        ledger.set(purse, balanceOf(purse) - amount);
        return makePurse(amount);
      },
      deposit: (payment: Purse) => {
        const amount = balanceOf(payment);
        if (amount === 0n) throw new Error('this payment was spent already');
        ledger.set(payment, 0n);
        ledger.set(purse, balanceOf(purse) + amount);
        return amount;
      },
    });
    ledger.set(purse, balance);
    return purse;
  };

  return Far('bank', {
    bootstrap: async (vats: { alice: Customer; bob: Customer }) => {
      await E(vats.alice).openAccount(makePurse(0n));
      await E(vats.bob).openAccount(makePurse(0n));
    },
    /** New money. Whoever holds the bank's root holds this power: here, the kernel script alone. */
    mint: (amount: bigint) => makePurse(amount),
  });
};
