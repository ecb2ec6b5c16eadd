/** One BOYD of a vat with so many live imports: nothing dead, then 1% dead, then all. */
import { measure } from './measure.ts';
import { openLoad, withDatabase, type Row, type Workload } from './workload.ts';

const harvest = (imports: number): Promise<Row> =>
  withDatabase(async path => {
    const kernel = await openLoad(path);
    if (imports > 0) await kernel.call('a', 'give', [kernel.root('b'), imports, 'keep']);
    await kernel.run();
    await kernel.reap();
    const reapAfter = async (share: number): Promise<number> => {
      await kernel.call('b', 'forgetShare', [share]);
      return Math.round((await measure(() => kernel.reap('b'))).cpuMs);
    };
    const row = {
      imports,
      'nothing dead, CPU ms': await reapAfter(0),
      '1% dead, CPU ms': await reapAfter(0.01),
      'all dead, CPU ms': await reapAfter(1),
      'objects left': kernel.stats().tables.objects ?? NaN,
    };
    await kernel.close();
    return row;
  });

export const harvestWorkload: Workload = {
  name: 'harvest',
  what: 'reaping a vat (to quiescence: two collections when nothing is dead beyond the first) with live imports',
  run: async () => {
    const rows: Row[] = [];
    for (const imports of [0, 1000, 10_000, 100_000]) rows.push(await harvest(imports));
    return rows;
  },
};
