/** One delivery to one vat: translated, run, recorded. The only file that talks to a worker while a crank is open. */
import type { Delivery } from '@cooperage/protocol/delivery';
import type { VatFault } from '@cooperage/protocol/fault';
import { LIMITS } from '@cooperage/protocol/limits';
import type { KRef, VatId } from '@cooperage/protocol/refs';
import type { Syscall } from '@cooperage/protocol/syscall';
import type { DeliveryOutcome, DeliveryReport } from '@cooperage/protocol/worker-port';
import type { Crank } from '../crank-state.ts';
import { addDirt } from '../scheduler/dirt.ts';
import { noteUnfinished } from '../scheduler/unfinished.ts';
import { SyscallSession, type ExitRequest } from '../syscalls/handle.ts';
import { translateDelivery } from '../translate/delivery-to-vat.ts';
import { findReportProblem, toPlainResult } from '../translate/worker-answer.ts';
import { recordDelivery } from '../vats/recorder.ts';
import type { Warehouse } from '../vats/warehouse.ts';

export type DeliveryResult = {
  readonly vat: VatId;
  readonly delivery: Delivery<KRef>;
  readonly syscalls: readonly Syscall<KRef>[];
  /** The crank must be abandoned. */
  readonly fault: VatFault | null;
  /** The crank stands, and the vat wants to end with it. */
  readonly exit: ExitRequest | null;
};

export type DeliveryRequest = {
  readonly vat: VatId;
  readonly delivery: Delivery<KRef>;
  /** A BOYD without a harvest: what may have become garbage since the last one may still have. */
  readonly keepsDirt?: boolean;
};

/** Delivers to a running vat and waits until it has no agency left. */
export const deliverToVat = async (
  crank: Crank,
  warehouse: Warehouse,
  { vat, delivery, keepsDirt = false }: DeliveryRequest,
): Promise<DeliveryResult> => {
  if (crank.maybe('evict')) await warehouse.evict(vat);
  const worker = await warehouse.provideWorker(vat);
  const vatDelivery = translateDelivery(crank, vat, delivery);
  crank.log({ type: 'deliver', crank: crank.number, vat, delivery, vatDelivery });
  const session = new SyscallSession(crank, vat);
  const report = await worker.deliver(vatDelivery, syscall => session.handle(syscall));
  const result = finishSession(session, report);
  const fault = findFault(session, result);
  crank.log({ type: 'deliver-result', crank: crank.number, vat, fault });
  if (fault === null) {
    crank.count('deliveries');
    crank.count(`deliveries.${delivery.type}`);
    recordDelivery(crank, vat, { delivery: vatDelivery, syscalls: session.recorded, outcome: result });
    if (!keepsDirt) addDirt(crank, vat, delivery);
    noteUnfinished(crank, vat, { delivery, result });
  }
  return { vat, delivery, syscalls: session.executed, fault, exit: session.exit };
};

/** Takes in what the worker kept back, and how the delivery ended. */
const finishSession = (session: SyscallSession, report: DeliveryReport): DeliveryOutcome => {
  const problem = findReportProblem(report);
  if (problem === undefined) for (const syscall of report.buffered) session.handle(syscall);
  session.close();
  return problem === undefined ? toPlainResult(report.result) : { outcome: 'fault', problem };
};

/** An illegal syscall explains more than the error that followed from it, and both weigh more than a wish to leave. */
const findFault = (session: SyscallSession, result: DeliveryOutcome): VatFault | null => {
  if (session.fault !== null) return session.fault;
  if (result.outcome !== 'ok') {
    return { fault: 'delivery-failed', problem: result.problem.slice(0, LIMITS.problemLength) };
  }
  if (session.exit?.outcome === 'failure') {
    return {
      fault: 'exit-with-failure',
      problem: `vat exited with failure: ${session.exit.info.body.slice(0, LIMITS.problemLength)}`,
    };
  }
  return null;
};
