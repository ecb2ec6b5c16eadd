/**
 * One crank, from start to commit or abandon: take the next work, do it, settle. Either all of it stands or nothing does. If the
 * work faults its vat, the crank is abandoned and begun again, and all that it does then is to end or suspend the vat, or, where
 * the work was an upgrade, to say that there is none.
 */
import { describeCapData } from '@cooperage/marshal/describe';
import type { Delivery } from '@cooperage/protocol/delivery';
import type { VatFault } from '@cooperage/protocol/fault';
import type { KRef, VatId } from '@cooperage/protocol/refs';
import type { Syscall } from '@cooperage/protocol/syscall';
import { unreachable } from '@cooperage/protocol/unreachable';
import type { HarvestMode } from '@cooperage/protocol/worker-port';
import type { Crank } from './crank-state.ts';
import { runReap } from './deliveries/bring-out-your-dead.ts';
import { deliverToVat, type DeliveryResult } from './deliveries/deliver.ts';
import { runMessage } from './deliveries/message.ts';
import { runNotify } from './deliveries/notify.ts';
import { runStartVat } from './deliveries/start-vat.ts';
import { runUpgrade } from './deliveries/upgrade-vat.ts';
import type { Machine } from './machine.ts';
import { sideOf, takeNextWork, type Work, type WorkKind } from './scheduler/next-work.ts';
import { passTurn } from './scheduler/turn.ts';
import { abandonCrank, beginCrank, settleCrank } from './settle.ts';
import { cleanUpVat } from './vats/cleanup.ts';
import { endVat, suspendVat, terminateVat } from './vats/lifecycle.ts';
import { readVatOptions } from './vats/options.ts';
import { failUpgrade } from './vats/upgrade-event.ts';
import { getVerdict, makeEnd } from './vats/watch.ts';

export type CrankReport = {
  readonly crank: number;
  readonly kind: WorkKind;
  /** The vat that was delivered to, or that the work was for. */
  readonly vat: VatId | null;
  readonly delivery: Delivery<KRef> | null;
  /** What the vat asked for, in order; empty when the crank was abandoned. */
  readonly syscalls: readonly Syscall<KRef>[];
  readonly fault: VatFault | null;
  /** SHA-256 of what the crank changed. */
  readonly hash: string;
};

/** Runs one crank inside the open block. Undefined: there was nothing to do, and nothing has changed. */
export const runCrank = async (
  machine: Machine,
  takeWork: (crank: Crank) => Work | undefined = takeNextWork,
): Promise<CrankReport | undefined> => {
  let crank = beginCrank(machine);
  const work = takeWork(crank);
  if (work === undefined) {
    abandonCrank(machine);
    return undefined;
  }
  const position = 'row' in work ? work.row.position : null;
  machine.log({ type: 'crank-start', crank: crank.number, work: work.kind, vat: work.vat, position });
  const delivered = await performWork(machine, crank, work);
  let gone: VatId | undefined;
  if (delivered !== null && delivered.fault !== null) {
    abandonCrank(machine);
    machine.log({ type: 'crank-abandon', crank: crank.number, problem: delivered.fault.problem });
    // The worker has lived through something that never happened.
    await machine.warehouse.evict(delivered.vat);
    crank = beginCrank(machine);
    crank.count('cranksAbandoned');
    if (work.kind === 'upgrade-vat') failUpgrade(crank, work.row, delivered.fault.problem);
    else punish(crank, delivered, delivered.fault, work.kind);
  } else if (delivered !== null && delivered.exit !== null) {
    const { info } = delivered.exit;
    endVat(crank, delivered.vat, 'vat exited', makeEnd(crank, { outcome: 'success', info, problem: '' }));
    gone = delivered.vat;
  } else if (work.kind === 'end-vat') gone = work.vat;
  passTurn(crank, sideOf(work));
  crank.count('cranks');
  const hash = settleCrank(machine, crank, { kind: work.kind, vat: delivered?.vat ?? work.vat });
  if (gone !== undefined) await machine.warehouse.evict(gone);
  return reportCrank(crank, work, delivered, hash);
};

const performWork = async (machine: Machine, crank: Crank, work: Work): Promise<DeliveryResult | null> => {
  const { warehouse } = machine;
  switch (work.kind) {
    case 'gc':
      return deliverToVat(crank, warehouse, work);
    case 'moot':
      return null;
    case 'end-vat': {
      const data = getVerdict(crank, work.vat);
      terminateVat(crank, work.vat, `ended by its maker: ${describeCapData(data)}`, { outcome: 'rejected', data });
      return null;
    }
    case 'cleanup':
      cleanUpVat(crank, work.vat, machine.cleanupBudget);
      return null;
    case 'reap':
      return runReap(crank, warehouse, { vat: work.vat, harvest: chooseHarvest(machine, crank, work) });
    case 'start-vat':
      return runStartVat(crank, warehouse, work.vat);
    case 'upgrade-vat':
      return runUpgrade(crank, warehouse, work.upgrade);
    case 'notify':
      return runNotify(crank, warehouse, work);
    case 'message':
      return runMessage(crank, warehouse, work);
    default:
      return unreachable(work);
  }
};

const chooseHarvest = (machine: Machine, crank: Crank, work: Extract<Work, { kind: 'reap' }>): HarvestMode | 'none' => {
  if (work.isContinued) return 'none';
  return crank.maybe('harvest-organic') ? 'organic' : machine.harvest;
};

/** What a fault means for its vat. One that could not even start, or that asked to end, has nothing to resume to. */
const punish = (crank: Crank, { vat, exit }: DeliveryResult, { fault, problem }: VatFault, during: WorkKind): void => {
  crank.count('faults');
  const { onFault } = readVatOptions(crank.tables.vats.get(vat));
  const mayResume = onFault === 'suspend' && during !== 'start-vat' && fault !== 'exit-with-failure';
  if (mayResume) return suspendVat(crank, vat, problem);
  const wished = fault === 'exit-with-failure' && exit !== null;
  endVat(crank, vat, problem, wished ? makeEnd(crank, { outcome: 'failure', info: exit.info, problem }) : undefined);
};

const reportCrank = (crank: Crank, work: Work, delivered: DeliveryResult | null, hash: string): CrankReport => ({
  crank: crank.number,
  kind: work.kind,
  vat: delivered?.vat ?? work.vat,
  delivery: delivered?.delivery ?? null,
  syscalls: delivered === null || delivered.fault !== null ? [] : delivered.syscalls,
  fault: delivered?.fault ?? null,
  hash,
});
