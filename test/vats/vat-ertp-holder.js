import { AmountMath } from '@agoric/ertp';
import { E, Far, provideDurableMapStore } from '@cooperage/vat';

/** Has a purse at somebody else's issuer, and pays from it. */
export const buildRootObject = (_vatPowers, _vatParameters, baggage) => {
  const things = provideDurableMapStore(baggage, 'things');
  const amount = value => AmountMath.make(things.get('brand'), value);
  return Far('holder', {
    open: async mint => {
      const issuer = await E(mint).getIssuer();
      const [brand, purse] = await Promise.all([E(issuer).getBrand(), E(issuer).makeEmptyPurse()]);
      things.addAll([
        ['issuer', issuer],
        ['brand', brand],
        ['purse', purse],
      ]);
    },
    balance: async () => (await E(things.get('purse')).getCurrentAmount()).value,
    receive: async payment => (await E(things.get('purse')).deposit(payment)).value,
    pay: async (peer, value) => E(peer).receive(await E(things.get('purse')).withdraw(amount(value))),
    /** Pays somebody who pays attention to what comes of it. */
    withdraw: value => E(things.get('purse')).withdraw(amount(value)),
    burn: async value => (await E(things.get('issuer')).burn(await E(things.get('purse')).withdraw(amount(value)))).value,
    isLive: payment => E(things.get('issuer')).isLive(payment),
  });
};
