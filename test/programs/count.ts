/**
 * A kernel script that is made to be killed: counts, passes fresh objects between vats and reaps, for ever or, with `--once`, for one
 * turn. Arguments: the vats as JSON (counter, alice, bob), and the database. It says what is durable, one line each: `loaded`, then `opened` with what it found, then every count.
 */
import { type KernelController, type KernelOptions, openKernel } from 'cooperage';

const [vats = '', database = '', mode] = process.argv.slice(2);

/** Resolves when the system has the line: it must not wait in a buffer while the process is killed. A full pipe makes us wait. */
const say = (line: string): Promise<void> => new Promise(resolve => process.stdout.write(`${line}\n`, () => resolve()));

/** Every call is a block of its own. The host keeps the object that comes back until it dies: the next opening lets go of it. */
const takeTurn = async (kernel: KernelController, turn: number): Promise<void> => {
  await say(`count ${await kernel.call('counter', 'next')}`);
  await kernel.call('alice', 'make', ['x']);
  await kernel.call('alice', 'give', ['x', kernel.root('bob')]);
  await kernel.call('bob', 'getBack', ['x']);
  if (turn % 4 === 3) await kernel.reap();
};

await say('loaded');
const kernel = await openKernel({ database, vats: JSON.parse(vats) as KernelOptions['vats'] & object });
const findings = kernel.audit();
await say(`opened ${JSON.stringify({ findings, count: await kernel.call('counter', 'read') })}`);

if (mode === '--once') {
  await takeTurn(kernel, 0);
  await kernel.close();
} else for (let turn = 0; ; turn += 1) await takeTurn(kernel, turn);
