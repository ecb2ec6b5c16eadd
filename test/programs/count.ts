/**
 * A kernel script that is made to be killed: counts in a heap, in a durable object and in a device, passes fresh objects between vats,
 * makes and ends vats, upgrades, reaps and collects cycles, for ever or, with `--once`, for one turn. Arguments: what `openKernel` is to
 * open as JSON, and the database. It says what is durable, one line each: `loaded`, then `opened` with what it found, then every number.
 */
import { type KernelController, type KernelOptions, type KernelRef, openKernel } from 'cooperage';
import { makeDevice } from '../devices/counter-device.ts';

const [sources = '', database = '', mode] = process.argv.slice(2);

/** Resolves when the system has the line: it must not wait in a buffer while the process is killed. A full pipe makes us wait. */
const say = (line: string): Promise<void> => new Promise(resolve => process.stdout.write(`${line}\n`, () => resolve()));

/** What takes turns with the counting. */
const DEEDS: readonly ((kernel: KernelController, turn: number) => Promise<unknown>)[] = [
  kernel => kernel.upgradeVat('tallies', {}),
  // The host keeps the object that comes back until it dies: the next opening lets go of it.
  async kernel => {
    await kernel.call('alice', 'make', ['x']);
    await kernel.call('alice', 'give', ['x', kernel.root('bob')]);
    await kernel.call('bob', 'getBack', ['x']);
  },
  (kernel, turn) => kernel.call('factory', 'churn', [turn, 'worker']),
  kernel => kernel.reap(),
  async kernel => {
    await kernel.call('rings', 'tie', [kernel.root('rings2'), 'durable', 'durable']);
    await kernel.collect({ cycles: true });
  },
  async kernel => {
    await kernel.call('teller', 'use', ['box', 'wait', kernel.root('rings')]);
    await kernel.tellDevice('box', 'poll', [1n]);
  },
];

/** Every call is a block of its own. */
const takeTurn = async (kernel: KernelController, tally: KernelRef, turn: number): Promise<void> => {
  await say(`count ${await kernel.call('counter', 'next')}`);
  await say(`total ${await kernel.call(tally, 'add', [1])}`);
  await say(`calls ${await kernel.call('teller', 'use', ['box', 'increment'])}`);
  await DEEDS[turn % DEEDS.length]?.(kernel, turn);
};

await say('loaded');
const kernel = await openKernel({
  ...(JSON.parse(sources) as KernelOptions),
  database,
  devices: { box: { makeDevice, parameters: { start: 0 } } },
});
const findings = kernel.audit();
const tally = (await kernel.call('tallies', 'open', ['all'])) as KernelRef;
await kernel.call('teller', 'take', ['box', kernel.device('box')]);
const found = {
  count: await kernel.call('counter', 'read'),
  total: await kernel.call(tally, 'read'),
  calls: await kernel.call('teller', 'use', ['box', 'read']),
};
await say(`opened ${JSON.stringify({ findings, found })}`);

// Each life begins with another deed.
const first = Number(found.count);
if (mode === '--once') {
  for (const turn of DEEDS.keys()) await takeTurn(kernel, tally, first + turn);
  await kernel.close();
} else for (let turn = first; ; turn += 1) await takeTurn(kernel, tally, turn);
