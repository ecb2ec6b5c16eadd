/**
 * A program for the tests: opens the database named on its command line and commits blocks until it is killed. Says `open` when
 * it holds the lock, then the number of each block once it is durable.
 */
import { openStore } from '../src/open.ts';
import { progressRow, v, vatRow, bundleRow } from './sample.ts';

const { store } = openStore({ path: process.argv[2] ?? '' });
const { tables } = store;
if (tables.vats.find(v(1)) === undefined) {
  store.beginBlock();
  store.beginCrank();
  tables.bundles.put(bundleRow);
  tables.vats.put(vatRow(1));
  tables.vatProgress.put(progressRow(1));
  store.commitCrank();
  store.commitBlock();
}
/**
 * Resolves when the system has the line: one that says "durable" must not wait in a buffer while the process is killed. Nobody need
 * be reading: a full pipe makes the writer wait.
 */
const say = (line: string): Promise<void> => new Promise(resolve => process.stdout.write(`${line}\n`, () => resolve()));
await say('open');

/** Each block writes its number to three tables, in two cranks. */
for (let block = tables.vatProgress.get(v(1)).deliveries + 1; ; block += 1) {
  store.beginBlock();
  store.beginCrank();
  tables.vatProgress.put(progressRow(1, { deliveries: block }));
  tables.vatstore.put(v(1), `k${block % 50}`, `${block} ${'x'.repeat(2000)}`);
  store.commitCrank();
  store.beginCrank();
  tables.kernelState.put('crank_number', String(block));
  store.commitCrank();
  store.commitBlock();
  await say(String(block));
}
