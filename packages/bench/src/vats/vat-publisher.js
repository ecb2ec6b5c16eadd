// Makes vats, and tells each of them something when asked to.
import { E, Far } from '@endo/far';

export const buildRootObject = () => {
  let service;
  const subscribers = [];
  return Far('publisher', {
    bootstrap: (vats, devices) => {
      service = E(vats.vatAdmin).createVatAdminService(devices.vatAdmin);
    },
    make: async count => {
      for (let i = 0; i < count; i += 1) {
        const { root } = await E(service).createVatByName('subscriber');
        subscribers.push(root);
      }
      return subscribers.length;
    },
    publish: async number => {
      const answers = await Promise.all(subscribers.map(subscriber => E(subscriber).hear(number)));
      return answers.length;
    },
  });
};
