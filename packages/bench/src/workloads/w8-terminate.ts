/** The end of a vat with many exports that another vat holds. */
import { measure } from '../measure.ts';
import type { Workload } from '../workload.ts';

const load = 'vat-load.js';
const ROWS = 2;

export const termination: Workload = {
  name: 'W8',
  what: 'a vat with many exports ends, its rows removed a budget at a time',
  unit: 'exports',
  sizes: [1_000, 10_000, 100_000],
  variants: ['exports held by another vat'],
  run: async ({ open, folder, size }) => {
    const site = await open({ folder, vats: { a: load, b: load } });
    for (let given = 0; given < size; given += 1_000) await site.call('a', 'give', [site.root('b'), 1_000, 'keep']);
    const { result: longest, cpuMs, wallMs } = await measure(() => site.terminate('a'));
    await site.close();
    return {
      'CPU us/export': (cpuMs * 1_000) / size,
      'wall us/export': (wallMs * 1_000) / size,
      'CPU ms longest stretch': longest,
    };
  },
  floor: ({ row }) => ({ 'CPU us/export': ROWS * row }),
};
