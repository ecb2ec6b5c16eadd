/** Two vats, one message each way: deliveries per second of CPU. One commit per run. */
import { measure, summarize } from './measure.ts';
import { openLoad, withDatabase, type Row, type Workload } from './workload.ts';

const ROUNDS = 5;

const pingPong = (count: number): Promise<Row> =>
  withDatabase(async path => {
    const kernel = await openLoad(path);
    const perCpuSecond: number[] = [];
    const perSecond: number[] = [];
    await kernel.call('a', 'pingPong', [kernel.root('b'), 200]);
    for (let round = 0; round < ROUNDS; round += 1) {
      await kernel.send('a', 'pingPong', [kernel.root('b'), count]);
      const { result, cpuMs, wallMs } = await measure(() => kernel.run());
      perCpuSecond.push((result.deliveries / cpuMs) * 1000);
      perSecond.push((result.deliveries / wallMs) * 1000);
    }
    await kernel.close();
    return { 'round trips': count, 'deliveries/CPU s': summarize(perCpuSecond), 'deliveries/s': summarize(perSecond) };
  });

export const pingPongWorkload: Workload = {
  name: 'ping-pong',
  what: 'two vats, one message each way, a commit per run',
  run: async () => [await pingPong(1000), await pingPong(10_000)],
};
