/** Ping-pong in a kernel that holds many other objects, whose holders are idle. */
import { NO_REPLAY, deliveryFloor, inMs, memoryMb, perUnit, type Workload } from '../workload.ts';

const load = 'vat-load.js';
const ROUND_TRIPS = 1_000;
const BATCH = 1_000;

export const idleObjects: Workload = {
  name: 'W9',
  what: `W1 with ${ROUND_TRIPS} round trips beside objects that two idle vats hold`,
  unit: 'idle objects',
  sizes: [10_000, 100_000, 1_000_000],
  variants: ['talk'],
  unable: { 'ocap-kernel': [{ why: NO_REPLAY }] },
  peerMost: 100_000,
  prepare: async ({ open, folder, size }) => {
    const site = await open({ folder, vats: { a: load, b: load, c: load, d: load } });
    for (let given = 0; given < size; given += BATCH) await site.call('c', 'give', [site.root('d'), BATCH, 'keep']);
    await site.close();
  },
  run: async ({ open, folder }) => {
    let site = undefined as Awaited<ReturnType<typeof open>> | undefined;
    const opened = await inMs('open', async () => {
      site = await open({ folder, vats: { a: load, b: load, c: load, d: load }, online: 2 });
    });
    if (site === undefined) throw new Error('not open');
    await site.call('a', 'pingPong', [site.root('b'), 100]);
    await site.send('a', 'pingPong', [site.root('b'), ROUND_TRIPS]);
    const { run, close } = site;
    const figures = { ...opened, ...(await perUnit('delivery', 2 * ROUND_TRIPS, run)), 'MB RSS': memoryMb() };
    await close();
    return figures;
  },
  floor: floors => ({ 'CPU us/delivery': deliveryFloor(floors) }),
};
