/**
 * A program for the crash tests, run under the shim: lives a kernel's life in sessions over one database, writes what it commits into a
 * ledger, and ends by closing the database or by kill -9 amid a block. Run again it goes on with what is there.
 *
 * Arguments: a plan as JSON.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { openStore } from '@cooperage/store/open';
import { digestOf } from './digest.ts';
import type { RecordPlan } from './recording.ts';
import { mark, startLog, watchFolder } from './shim.ts';
import { Workload } from './workload.ts';

const plan = JSON.parse(process.argv[2] ?? '') as RecordPlan;
const { database, ledger, seed, sessions, steps, synchronous, ending } = plan;

watchFolder(plan.folder);
startLog(plan.log);
mark('start');

let states = existsSync(ledger) ? readFileSync(ledger, 'utf8').split('\n').length - 1 : 0;
for (let session = 0; session < sessions; session += 1) {
  const { store, created } = openStore({ path: database, synchronous });
  const acknowledge = (): void => {
    appendFileSync(ledger, `${digestOf(store)}\n`);
    mark(`acknowledged ${states}`);
    states += 1;
  };
  if (created) acknowledge();
  const watcher = { beforeCommit: () => void mark(`begun ${states}`), afterCommit: acknowledge };
  const workload = new Workload(store, { seed: seed + session, watcher });
  for (let step = 0; step < steps; step += 1) await workload.step();
  if (ending === 'kill' && session === sessions - 1) {
    // Amid a block: what it wrote so far must vanish.
    workload.kernel.setState('lost', 'never to be seen');
    await workload.kernel.step();
    process.kill(process.pid, 'SIGKILL');
  }
  await workload.kernel.stop();
  store.close();
}
