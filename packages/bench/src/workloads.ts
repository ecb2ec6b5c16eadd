/** All workloads, in order. */
import type { Workload } from './workload.ts';
import { churn } from './workloads/w2-churn.ts';
import { cycles } from './workloads/w10-cycles.ts';
import { durable } from './workloads/w4-durable.ts';
import { fanOut } from './workloads/w5-fan-out.ts';
import { harvest } from './workloads/w7-harvest.ts';
import { idleObjects } from './workloads/w9-idle-objects.ts';
import { pingPong } from './workloads/w1-ping-pong.ts';
import { pipelining } from './workloads/w3-pipelining.ts';
import { restart } from './workloads/w6-restart.ts';
import { termination } from './workloads/w8-terminate.ts';

export const WORKLOADS: readonly Workload[] = [
  pingPong,
  churn,
  pipelining,
  durable,
  fanOut,
  restart,
  harvest,
  termination,
  idleObjects,
  cycles,
];

export const findWorkload = (name: string): Workload => {
  const workload = WORKLOADS.find(known => known.name === name);
  if (workload === undefined)
    throw new Error(`there is no workload ${name}; there are ${WORKLOADS.map(known => known.name).join(' ')}`);
  return workload;
};
