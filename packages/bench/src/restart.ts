/** Opening a database whose vat has a history, up to its first answer. */
import { measure } from './measure.ts';
import { openLoad, withDatabase, type Row, type Workload } from './workload.ts';

const restart = (deliveries: number): Promise<Row> =>
  withDatabase(async path => {
    const first = await openLoad(path);
    for (let i = 0; i < deliveries; i += 1) await first.send('b', 'idle', []);
    await first.run();
    await first.close();
    const opened = await measure(() => openLoad(path));
    const answered = await measure(() => opened.result.call('b', 'ping', [1]));
    await opened.result.close();
    return {
      deliveries,
      'open CPU ms': Math.round(opened.cpuMs),
      'replay and first answer, CPU ms': Math.round(answered.cpuMs),
    };
  });

export const restartWorkload: Workload = {
  name: 'restart',
  what: 'reopening a kernel whose vat has so many deliveries in its history',
  run: async () => {
    const rows: Row[] = [];
    for (const deliveries of [0, 1000, 10_000]) rows.push(await restart(deliveries));
    return rows;
  },
};
