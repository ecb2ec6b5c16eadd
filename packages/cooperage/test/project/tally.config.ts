import type { KernelOptions } from '../../src/index.ts';

export default {
  database: process.env['TEST_DATABASE'] ?? ':memory:',
  vats: { tally: { source: new URL('./vat-tally.ts', import.meta.url) } },
} satisfies KernelOptions;
