// Stands in as `vatAdmin` for a kernel whose vats cannot make vats: the host makes them, when no crank runs.
import { E, Far } from '@endo/far';

export const buildRootObject = () => {
  const waiting = [];
  const makeService = host =>
    Far('service', {
      createVatByName: name =>
        new Promise(resolve => {
          waiting.push(resolve);
          E(host).wantVat(name);
        }),
    });
  return Far('maker', {
    createVatAdminService: makeService,
    /** In the order in which they were asked for. */
    made: root => {
      const resolve = waiting.shift();
      resolve(harden({ root }));
    },
  });
};
