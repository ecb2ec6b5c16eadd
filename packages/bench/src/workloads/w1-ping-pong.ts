/** Two vats, one message each way, so many round trips. */
import { deliveryFloor, perUnit, type Workload } from '../workload.ts';

const COMMIT_EVERY: Readonly<Record<string, number>> = { 'commit per 100': 100, 'commit per delivery': 1 };
const load = 'vat-load.js';

export const pingPong: Workload = {
  name: 'W1',
  what: 'ping-pong between two vats',
  unit: 'round trips',
  sizes: [100, 1_000, 10_000],
  variants: ['commit per run', 'commit per 100', 'commit per delivery'],
  unable: {
    'ocap-kernel': [{ why: 'it commits when its queue is empty, not in between', variants: Object.keys(COMMIT_EVERY) }],
  },
  run: async ({ open, folder, size, variant }) => {
    const commitEvery = COMMIT_EVERY[variant];
    const site = await open({ folder, vats: { a: load, b: load }, ...(commitEvery === undefined ? {} : { commitEvery }) });
    await site.call('a', 'pingPong', [site.root('b'), 100]);
    await site.send('a', 'pingPong', [site.root('b'), size]);
    const figures = await perUnit('delivery', size * 2, () => site.run());
    await site.close();
    return figures;
  },
  floor: (floors, _size, variant) => ({
    'CPU us/delivery': deliveryFloor(floors) + floors.commit / (COMMIT_EVERY[variant] ?? Infinity),
  }),
};
