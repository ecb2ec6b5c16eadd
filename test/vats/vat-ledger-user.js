// Keeps what a ledger gives it, and says what comes of using it.
import { E, Far } from '@endo/far';

const inWords = async promise => {
  try {
    return await promise;
  } catch (reason) {
    return reason instanceof Error ? `rejected: ${reason.message}` : harden({ rejected: reason });
  }
};

export const buildRootObject = () => {
  const things = new Map();
  let settle;
  const outcomes = [];
  return Far('user', {
    get: async (ledger, name, ...args) => {
      things.set(name, await E(ledger)[name](...args));
      return name;
    },
    use: (name, method, ...args) => inWords(E(things.get(name))[method](...args)),
    lose: name => void things.delete(name),
    same: async (ledger, name) => (await E(ledger)[name]()) === things.get(name),
    answer: () => 'from the user',
    waitFor: ledger => void inWords(E(ledger).never()).then(outcome => outcomes.push(outcome)),
    outcomes: () => harden([...outcomes]),
    keepWaiting: ledger =>
      E(ledger).wait(
        new Promise(resolve => {
          settle = resolve;
        }),
      ),
    settle: () => settle(Far('late', {})),
    giveMany: async (ledger, count) => {
      for (let i = 0; i < count; i += 1) await E(ledger).keep(Far('gift', {}));
    },
    stay: async (ledger, self) => E(await E(ledger).account()).befriend(self),
  });
};
