/**
 * An upgrade, in one crank: the old incarnation lets go of what only its heap held, the new one starts on what is left. If anything
 * faults the crank is abandoned, and with it all of this; the old incarnation comes back by replay. Nothing here ends the vat.
 */
import { CooperageError } from '@cooperage/protocol/errors';
import type { VatFault } from '@cooperage/protocol/fault';
import type { UpgradeRow } from '@cooperage/store/tables/upgrades';
import type { Crank } from '../crank-state.ts';
import { finishUpgrade } from '../vats/upgrade-event.ts';
import { beginIncarnation, endIncarnation, forgetEverything } from '../vats/upgrade.ts';
import type { Warehouse } from '../vats/warehouse.ts';
import { deliverToVat, type DeliveryResult } from './deliver.ts';
import { startIncarnation } from './start-vat.ts';

/** Runs the upgrade. A fault in the result: it cannot be. */
export const runUpgrade = async (crank: Crank, warehouse: Warehouse, upgrade: UpgradeRow): Promise<DeliveryResult> => {
  const { vat } = upgrade;
  const stopped = upgrade.heap === 'stop' ? await deliverToVat(crank, warehouse, { vat, delivery: { type: 'stopVat' } }) : null;
  if (stopped !== null && !isSound(stopped)) return explain(stopped, 'the old incarnation did not stop');
  // Whatever comes of this, its worker is of no more use: it has lived through its last delivery.
  await warehouse.evict(vat);
  endIncarnation(crank, upgrade);
  if (stopped === null) forgetEverything(crank, vat);
  beginIncarnation(crank, upgrade, warehouse.engine());
  const problem = await findLaunchProblem(warehouse, upgrade);
  if (problem !== undefined) return { ...NOTHING_DONE, vat, fault: { fault: 'delivery-failed', problem } };
  const started = await startIncarnation(crank, warehouse, vat);
  if (!isSound(started)) return explain(started, 'the new incarnation did not start');
  finishUpgrade(crank, upgrade);
  return { ...started, syscalls: [...(stopped?.syscalls ?? []), ...started.syscalls] };
};

const NOTHING_DONE = { delivery: { type: 'stopVat' }, syscalls: [], exit: null } as const;

const isSound = ({ fault, exit }: DeliveryResult): boolean => fault === null && exit === null;

const LEFT: VatFault = { fault: 'exit-with-failure', problem: 'it asked to exit' };

/** A vat that wants to end in the middle of an upgrade is not ended: the upgrade is not done. */
const explain = (result: DeliveryResult, what: string): DeliveryResult => {
  const { fault, problem } = result.fault ?? LEFT;
  return { ...result, exit: null, fault: { fault, problem: `${what}: ${problem}` } };
};

/** Code that is not there is the fault of who asked for the upgrade; anything else that keeps a worker from coming up is ours. */
const findLaunchProblem = async (warehouse: Warehouse, { vat }: UpgradeRow): Promise<string | undefined> => {
  try {
    await warehouse.provideWorker(vat);
    return undefined;
  } catch (error) {
    if (error instanceof CooperageError && error.code === 'ERR_VAT_SOURCE') return error.message;
    throw error;
  }
};
