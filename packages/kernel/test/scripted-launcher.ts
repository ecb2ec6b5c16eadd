/**
 * Workers whose vats are plain functions of a delivery: a real implementation of the port, without liveslots, for tests that speak
 * to the kernel in its own terms. What a vat does is a function of what was delivered, so replay works.
 */
import type {
  DeliveryOutcome,
  DeliveryReport,
  VatDelivery,
  VatSyscall,
  VatSyscallResult,
  VatWorker,
  WorkerLauncher,
} from '@cooperage/protocol/worker-port';

export type ScriptedSyscalls = (syscall: VatSyscall) => VatSyscallResult;
export type ScriptedVat = {
  /** Returns the problem that it faults with, or how the delivery ended, or nothing when all is well. */
  readonly deliver: (delivery: VatDelivery, syscalls: ScriptedSyscalls) => void | string | DeliveryOutcome;
  readonly harvest?: () => readonly string[];
};

const toOutcome = (answer: void | string | DeliveryOutcome): DeliveryOutcome =>
  typeof answer === 'string' ? { outcome: 'fault', problem: answer } : (answer ?? { outcome: 'ok' });

/**
 * Makes workers from functions by vat name, or by name and incarnation (`bob@1`) where later ones run other code; each launch makes a
 * fresh vat, as each worker starts with an empty heap.
 */
export const makeScriptedLauncher = (makers: Readonly<Record<string, () => ScriptedVat>>): WorkerLauncher => ({
  kind: 'scripted',
  engine: 'none',
  launch: async ({ name, incarnation }): Promise<VatWorker> => {
    const make = makers[`${name}@${incarnation}`] ?? makers[name];
    if (make === undefined) throw new Error(`no script for vat ${name}`);
    const vat = make();
    return {
      deliver: async (delivery, syscalls): Promise<DeliveryReport> => {
        return { result: toOutcome(vat.deliver(delivery, syscalls)), buffered: [] };
      },
      harvest: async () => vat.harvest?.() ?? [],
      stop: async () => {},
    };
  },
});
