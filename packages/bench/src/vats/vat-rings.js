// Ties rings with a peer by the thousand, of heap objects or durable ones, and keeps or sends away some of them.
import { E, Far } from '@endo/far';

const { VatData } = globalThis;

const makeHolder = () => {
  let held;
  return Far('holder', {
    hold: thing => {
      held = thing;
    },
    held: () => held,
  });
};

export const buildRootObject = (_powers, _parameters, baggage) => {
  if (!baggage.has('kind')) baggage.init('kind', VatData.makeKindHandle('holder'));
  const makeDurable = VatData.defineDurableKind(baggage.get('kind'), () => ({ held: undefined }), {
    hold: ({ state }, thing) => {
      state.held = thing;
    },
    held: ({ state }) => state.held,
  });
  const makers = { heap: makeHolder, durable: makeDurable };
  const kept = [];
  return Far('rings', {
    /** Makes one holder for each of these, which holds it. */
    pair: (kind, things) =>
      harden(
        things.map(thing => {
          const mine = makers[kind]();
          mine.hold(thing);
          return mine;
        }),
      ),
    /** Ties rings; keeps the first ones, and sends the next ones to a vat that does not listen. */
    tie: async (peer, { kind, count, keep, send, sink }) => {
      const mine = Array.from({ length: count }, () => makers[kind]());
      const theirs = await E(peer).pair(kind, mine);
      mine.forEach((holder, i) => holder.hold(theirs[i]));
      kept.push(...mine.slice(0, keep));
      for (let i = keep; i < keep + send; i += 1) E(sink).take(mine[i]);
    },
    take: () => {},
    /** Makes pairs that hold each other, of closures and nothing else. */
    spin: count => {
      for (let i = 0; i < count; i += 1) {
        const pair = {};
        pair.one = () => pair.other;
        pair.other = () => pair.one;
      }
    },
    ping: () => {},
    pingPong: async (peer, count) => {
      for (let i = 0; i < count; i += 1) await E(peer).ping();
    },
  });
};
