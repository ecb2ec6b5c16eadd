import { AmountMath, prepareIssuerKit } from '@agoric/ertp';
import { Far, provideDurableMapStore } from '@cooperage/vat';

/** A mint over unmodified ERTP, with purses of its own beside those that it makes for others. */
export const buildRootObject = (_vatPowers, _vatParameters, baggage) => {
  const { issuer, mint, brand } = prepareIssuerKit(provideDurableMapStore(baggage, 'issuer'), 'moola');
  const purses = provideDurableMapStore(baggage, 'purses');
  const moola = value => AmountMath.make(brand, value);
  return Far('mint', {
    getIssuer: () => issuer,
    getBrand: () => brand,
    mint: value => mint.mintPayment(moola(value)),
    openPurse: (name, value) => {
      const purse = issuer.makeEmptyPurse();
      purse.deposit(mint.mintPayment(moola(value)));
      purses.init(name, purse);
    },
    /** Withdraws and deposits in one delivery. */
    transfer: (from, to, value) => {
      const payment = purses.get(from).withdraw(moola(value));
      return purses.get(to).deposit(payment).value;
    },
    balances: () => [...purses.entries()].map(([name, purse]) => [name, purse.getCurrentAmount().value]),
  });
};
