/** Chains of calls: each at the promise of the one before, or awaited one by one. */
import { deliveryFloor, perUnit, type Workload } from '../workload.ts';

/** Enough for the engine to have compiled what it will compile. */
const CHAINS = 50;
const chain = 'vat-chain.js';

export const pipelining: Workload = {
  name: 'W3',
  what: `${CHAINS} chains of calls: hop, each to another vat; fresh, each to a new object; seq, awaited one by one`,
  unit: 'calls in a chain',
  sizes: [10, 30, 100],
  variants: ['hop', 'fresh', 'seq'],
  run: async ({ open, folder, size, variant }) => {
    const site = await open({ folder, vats: { a: chain, b: chain, c: chain } });
    await site.call('b', 'meet', [site.root('c')]);
    await site.call('c', 'meet', [site.root('b')]);
    const walk = (chains: number): Promise<void> =>
      site.send('a', 'walk', [site.root('b'), { how: variant, depth: size, chains }]);
    await walk(2);
    await site.run();
    await walk(CHAINS);
    const figures = await perUnit('call', CHAINS * size, () => site.run());
    await site.close();
    return figures;
  },
  floor: floors => ({ 'CPU us/call': 2 * deliveryFloor(floors) }),
};
