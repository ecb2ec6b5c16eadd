/** One vat makes an object per message, the other uses and forgets it; then a reap, after which the tables are what they were. */
import { measure } from './measure.ts';
import { openLoad, withDatabase, type Row, type Workload } from './workload.ts';

const churn = (count: number): Promise<Row> =>
  withDatabase(async path => {
    const kernel = await openLoad(path);
    await kernel.call('a', 'give', [kernel.root('b'), 100, 'take']);
    await kernel.reap();
    const before = kernel.stats().tables;
    await kernel.send('a', 'give', [kernel.root('b'), count, 'take']);
    const run = await measure(() => kernel.run());
    const held = kernel.stats().tables;
    const reap = await measure(() => kernel.reap());
    const after = kernel.stats().tables;
    await kernel.close();
    const rows = (tables: typeof before): number => (tables.objects ?? 0) + (tables.clists ?? 0) + (tables.gcActions ?? 0);
    return {
      objects: count,
      'messages/CPU s': Math.round((count / run.cpuMs) * 1000),
      'reap CPU ms': Math.round(reap.cpuMs),
      'rows before': rows(before),
      'rows held': rows(held),
      'rows after': rows(after),
    };
  });

export const churnWorkload: Workload = {
  name: 'churn',
  what: 'a fresh object per message, dropped by its receiver, then one reap',
  run: async () => [await churn(1000), await churn(10_000)],
};
