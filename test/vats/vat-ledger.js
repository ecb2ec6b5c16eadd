// Durable accounts, virtual notes and plain receipts; each incarnation is what its parameters say.
import { E, Far } from '@endo/far';

const { VatData } = globalThis;

const STARTS = {
  throws: () => {
    throw new Error('the ink has dried');
  },
  hangs: () => new Promise(() => {}),
  waits: ({ other }) => E(other).answer(),
};

export const buildRootObject = async (_powers, { version, other }, baggage) => {
  const start = STARTS[version];
  if (start !== undefined) return start({ other });
  const provide = (name, make) => {
    if (!baggage.has(name)) baggage.init(name, make());
    return baggage.get(name);
  };
  const handle = provide('account kind', () => VatData.makeKindHandle('account'));
  const stateShape = version === 'misshapen' ? { stateShape: harden({ total: 'nothing else', friend: undefined }) } : {};
  const makeAccount =
    version === 'forgetful'
      ? undefined
      : VatData.defineDurableKind(
          handle,
          () => ({ total: 0, friend: undefined }),
          {
            add: ({ state }, amount) => {
              state.total += amount;
              return `${state.total} v${version}`;
            },
            befriend: ({ state }, friend) => {
              state.friend = friend;
            },
            askFriend: ({ state }) => E(state.friend).answer(),
          },
          stateShape,
        );
  const makeNote = VatData.defineKind('note', text => ({ text }), { read: ({ state }) => state.text });
  const kept = [];
  let pending;
  return Far('ledger', {
    version: () => version,
    account: () => provide('account', makeAccount),
    note: text => makeNote(text),
    receipt: () => Far('receipt', { amount: () => 3 }),
    keep: thing => void kept.push(thing),
    kept: () => kept.length,
    never: () => new Promise(() => {}),
    /** Waits for an answer that comes when this incarnation is over. */
    wait: promise => {
      pending = promise;
      void E.when(pending, thing => kept.push(thing));
    },
  });
};
