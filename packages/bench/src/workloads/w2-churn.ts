/** One vat makes an object per message, the other forgets it; both bring out their dead after so many deliveries. */
import { NO_HARVEST, deliveryFloor, memoryMb, perUnit, type Workload } from '../workload.ts';

const load = 'vat-load.js';
const everyOf = (variant: string): number => Number(variant.split(' ').at(-1));
/** Rows that come and go with an object: its own and one in two c-lists. */
const ROWS = 6;

export const churn: Workload = {
  name: 'W2',
  what: 'a fresh object per message, dropped by its receiver',
  unit: 'messages',
  sizes: [200, 1_000, 5_000],
  variants: ['BOYD every 1', 'BOYD every 10', 'BOYD every 100', 'BOYD every 1000'],
  unable: { 'ocap-kernel': [{ why: NO_HARVEST }] },
  run: async ({ open, folder, size, variant }) => {
    const reapEvery = everyOf(variant);
    const count = reapEvery === 1 ? size / 5 : size;
    const site = await open({ folder, vats: { a: load, b: load }, reapEvery });
    await site.call('a', 'give', [site.root('b'), 100, 'take']);
    await site.reap();
    const before = site.countObjects();
    await site.send('a', 'give', [site.root('b'), count, 'take']);
    const figures = await perUnit('message', count, () => site.run());
    await site.reap();
    figures['objects left'] = site.countObjects() - before;
    figures['MB RSS'] = memoryMb();
    await site.close();
    return figures;
  },
  floor: (floors, _size, variant) => ({
    'CPU us/message': deliveryFloor(floors) + ROWS * floors.row + floors.gc / everyOf(variant),
  }),
};
