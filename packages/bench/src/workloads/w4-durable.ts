/** Durable objects in a durable map: made, read, changed, walked; a hundred a message, and one a message. */
import { deliveryFloor, memoryMb, perUnit, type Figures, type Workload } from '../workload.ts';

const BATCH = 100;
/** How many of so many objects are read and changed: enough for the engine to have compiled what it will compile. */
const countPicked = (size: number): number => Math.max(2_000, size / 5);

export const durable: Workload = {
  name: 'W4',
  what: `durable objects in a durable map: create all, read and update a fifth of them`,
  unit: 'objects',
  sizes: [1_000, 10_000, 100_000],
  variants: ['create, read, update'],
  run: async ({ open, folder, size }) => {
    const site = await open({ folder, vats: { a: 'vat-load.js', b: 'vat-archive.js' }, reapEvery: 1_000 });
    const figures: Figures = {};
    const step = async (what: string, method: string, amount: { count: number; batch: number }): Promise<void> => {
      await site.send('a', 'drive', [site.root('b'), method, { ...amount, rest: [size] }]);
      Object.assign(figures, await perUnit(what, amount.count, () => site.run()));
    };
    const picked = { count: countPicked(size), batch: BATCH };
    const single = { count: picked.count / 4, batch: 1 };
    const before = memoryMb();
    await step('create', 'create', { count: size, batch: BATCH });
    figures['MB RSS more after create'] = memoryMb() - before;
    await step('read', 'read', picked);
    await step('update', 'update', picked);
    await step('read, 1 a message', 'read', single);
    await step('update, 1 a message', 'update', single);
    figures['MB RSS more at the end'] = memoryMb() - before;
    await site.close();
    return figures;
  },
  floor: floors => {
    const message = deliveryFloor(floors);
    const share = message / BATCH;
    return {
      'CPU us/create': share + 2 * floors.row + floors.marshal / 2,
      'CPU us/read': share + 2 * floors.row + floors.marshal / 2,
      'CPU us/update': share + 2 * floors.row + floors.marshal,
      'CPU us/read, 1 a message': message + 2 * floors.row + floors.marshal / 2,
      'CPU us/update, 1 a message': message + 2 * floors.row + floors.marshal,
    };
  },
};
