/** One publisher and many vats that it made: their making, a round in which each hears something, memory; all in memory, or ten. */
import { deliveryFloor, inMs, memoryMb, perUnit, type Figures, type Workload } from '../workload.ts';

const ROUNDS = 3;

export const fanOut: Workload = {
  name: 'W5',
  what: `a vat makes vats and tells each something, ${ROUNDS} times`,
  unit: 'vats',
  sizes: [20, 100, 500],
  variants: ['all online', '10 online'],
  unable: {
    'ocap-kernel': [
      { why: 'all its vats are in memory', variants: ['10 online'] },
      { why: 'a vat is a thread of 20 MB or more', above: 100 },
    ],
  },
  run: async ({ open, folder, size, variant }) => {
    const site = await open({
      folder,
      vats: { publisher: 'vat-publisher.js' },
      bundles: { subscriber: 'vat-subscriber.js' },
      bootstrap: 'publisher',
      online: variant === '10 online' ? 10 : 10_000,
    });
    await site.call('publisher', 'make', [5]);
    const before = memoryMb();
    await site.send('publisher', 'make', [size]);
    const figures: Figures = await perUnit('vat made', size, () => site.run());
    figures['MB RSS/vat'] = (memoryMb() - before) / size;
    await site.call('publisher', 'publish', [0]);
    const rounds = async (): Promise<void> => {
      for (let round = 1; round <= ROUNDS; round += 1) {
        await site.send('publisher', 'publish', [round]);
        await site.run();
      }
    };
    Object.assign(figures, await perUnit('subscriber and round', ROUNDS * (size + 5), rounds));
    Object.assign(figures, await inMs('close', () => site.close()));
    return figures;
  },
  floor: floors => ({ 'CPU us/subscriber and round': 2 * deliveryFloor(floors) }),
};
