/** Rings of two objects in two vats that hold each other, and that nothing else holds. */
import { inMs, memoryMb, type Figures, type Workload } from '../workload.ts';

const rings = 'vat-rings.js';
const BATCH = 1_000;

export const cycles: Workload = {
  name: 'W10',
  what: 'rings across two vats, of heap objects or durable ones, that nothing else holds',
  unit: 'rings',
  sizes: [100, 1_000, 100_000],
  variants: ['heap', 'durable'],
  peerMost: 1_000,
  run: async ({ open, folder, size, variant }) => {
    const site = await open({ folder, vats: { a: rings, b: rings, c: rings } });
    const before = site.countObjects();
    for (let tied = 0; tied < size; tied += BATCH) {
      const some = { kind: variant, count: Math.min(BATCH, size), keep: 0, send: 0, sink: site.root('c') };
      await site.call('a', 'tie', [site.root('b'), some]);
    }
    const figures: Figures = { 'MB RSS before': memoryMb() };
    Object.assign(figures, await inMs('collect', () => site.collect()));
    figures['objects left'] = site.countObjects() - before;
    await site.close();
    return figures;
  },
  floor: ({ gc, gcPerObject }, size) => ({ 'CPU ms collect': (gc + 4 * size * gcPerObject) / 1_000 }),
};
