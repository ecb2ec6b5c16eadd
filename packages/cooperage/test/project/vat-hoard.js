/** Keeps what it gets in stored data, under names that a terminal should not see as they are. */
import { Far } from '@endo/far';

const { defineDurableKind, makeKindHandle, makeScalarBigMapStore } = globalThis.VatData;
const HOSTILE = 'boo\u001b[2J\u009b31m\u202e"\r\nv9 fine';

export const buildRootObject = (_powers, _parameters, baggage) => {
  const handle = makeKindHandle(HOSTILE);
  baggage.init('handle', handle);
  const makeBox = defineDurableKind(handle, thing => ({ [HOSTILE]: thing }), { look: () => 'nothing to see' });
  const hoard = makeScalarBigMapStore(HOSTILE, { durable: true });
  baggage.init('hoard', hoard);
  return Far('hoard', {
    keep: thing => {
      hoard.init(`${HOSTILE} ${hoard.getSize()}`, makeBox(thing));
      return hoard.getSize();
    },
  });
};
