/** A vat brings out its dead: with many live imports and nothing dead, with 1% of them dead, with all. */
import { NO_HARVEST, inMs, memoryMb, type Figures, type Workload } from '../workload.ts';

const load = 'vat-load.js';
/** Per dead import: its own row, one in two c-lists. */
const ROWS = 3;

export const harvest: Workload = {
  name: 'W7',
  what: 'one vat brings out its dead, and what follows',
  unit: 'live imports',
  sizes: [1_000, 10_000, 100_000],
  variants: ['nothing, 1%, all dead'],
  unable: { 'ocap-kernel': [{ why: NO_HARVEST }] },
  run: async ({ open, folder, size }) => {
    const site = await open({ folder, vats: { a: load, b: load } });
    const before = site.countObjects();
    for (let given = 0; given < size; given += 1_000) await site.call('a', 'give', [site.root('b'), 1_000, 'keep']);
    await site.reap();
    const figures: Figures = { 'MB RSS': memoryMb() };
    for (const [what, share] of [
      ['nothing dead', 0],
      ['1% dead', 0.01],
      ['all dead', 1],
    ] as const) {
      await site.call('b', 'forgetShare', [share]);
      Object.assign(figures, await inMs(what, () => site.reap('b')));
    }
    await site.reap();
    figures['objects left'] = site.countObjects() - before;
    await site.close();
    return figures;
  },
  floor: ({ gc, gcPerObject, row }, size) => {
    // Each import is an object in either vat.
    const full = gc + 2 * size * gcPerObject;
    return {
      'CPU ms nothing dead': full / 1_000,
      'CPU ms 1% dead': (full + 0.01 * size * ROWS * row) / 1_000,
      'CPU ms all dead': (gc + size * ROWS * row) / 1_000,
    };
  },
};
