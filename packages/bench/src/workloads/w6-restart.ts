/** Opening a database, in a process that has not seen it, up to the first answer of a vat that has a history. */
import { NO_REPLAY, deliveryFloor, inMs, type Workload } from '../workload.ts';

const load = 'vat-load.js';
const BATCH = 1_000;

export const restart: Workload = {
  name: 'W6',
  what: 'from opening to the first answer of a vat with a history',
  unit: 'deliveries in the history',
  sizes: [100, 1_000, 10_000],
  variants: ['open'],
  unable: { 'ocap-kernel': [{ why: NO_REPLAY }] },
  prepare: async ({ open, folder, size }) => {
    const site = await open({ folder, vats: { a: load, b: load } });
    for (let i = 0; i < size; i += BATCH) {
      await site.call('a', 'drive', [site.root('b'), 'idle', { count: Math.min(BATCH, size - i), batch: 1, rest: [] }]);
    }
    await site.close();
  },
  run: async ({ open, folder }) => {
    const figures = await inMs('open and first answer', async () => {
      const site = await open({ folder, vats: { a: load, b: load } });
      await site.call('b', 'ping', [1]);
    });
    return figures;
  },
  floor: (floors, size) => ({ 'CPU ms open and first answer': (size * deliveryFloor(floors)) / 1_000 }),
};
