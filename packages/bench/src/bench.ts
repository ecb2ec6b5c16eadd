/** `npm run bench [name...]`: runs the named workloads, or all, one after the other, and prints their figures. */
import { churnWorkload } from './churn.ts';
import { cyclesWorkload } from './cycles.ts';
import { durableWorkload } from './durable.ts';
import { harvestWorkload } from './harvest.ts';
import { pingPongWorkload } from './ping-pong.ts';
import { restartWorkload } from './restart.ts';
import { terminateWorkload } from './terminate.ts';

const WORKLOADS = [
  pingPongWorkload,
  churnWorkload,
  cyclesWorkload,
  durableWorkload,
  harvestWorkload,
  restartWorkload,
  terminateWorkload,
];

const names = process.argv.slice(2).filter(name => name !== '--');
const unknown = names.filter(name => !WORKLOADS.some(workload => workload.name === name));
if (unknown.length > 0) {
  console.error(`unknown workload ${unknown.join(', ')}; there are ${WORKLOADS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
for (const { name, what, run } of WORKLOADS) {
  if (names.length > 0 && !names.includes(name)) continue;
  console.log(`\n${name}: ${what}`);
  console.table(await run());
}
