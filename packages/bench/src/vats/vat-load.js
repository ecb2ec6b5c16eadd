// One vat for all workloads: calls a peer, hands it objects, keeps what it is given.
import { E, Far } from '@endo/far';

export const buildRootObject = () => {
  let kept = [];
  return Far('load', {
    ping: number => number,
    pingPong: async (peer, count) => {
      for (let i = 0; i < count; i += 1) await E(peer).ping(i);
      return count;
    },
    take: () => {},
    keep: object => {
      kept.push(object);
    },
    give: (peer, count, method) => {
      for (let i = 0; i < count; i += 1) E(peer)[method](Far('thing', {}));
    },
    forgetShare: share => {
      kept = kept.slice(Math.floor(kept.length * share));
      return kept.length;
    },
    idle: () => {},
    // So many messages, each about so many of the things that are to be gone through.
    drive: (peer, method, { count, batch, rest }) => {
      for (let i = 0; i < count; i += batch) E(peer)[method](i, batch, ...rest);
    },
  });
};
