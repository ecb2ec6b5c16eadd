/**
 * Workers whose vats are plain functions of a delivery: a real implementation of the port, without liveslots, for tests that speak
 * to the kernel in its own terms. What a vat does is a function of what was delivered, so replay works.
 */
import type {
  DeliveryReport,
  VatDelivery,
  VatSyscall,
  VatSyscallResult,
  VatWorker,
  WorkerLauncher,
} from '@cooperage/protocol/worker-port';

export type ScriptedSyscalls = (syscall: VatSyscall) => VatSyscallResult;
export type ScriptedVat = {
  readonly deliver: (delivery: VatDelivery, syscalls: ScriptedSyscalls) => void | string;
  readonly harvest?: () => readonly string[];
};

/** Makes workers from functions by vat name; each launch makes a fresh vat, as each worker starts with an empty heap. */
export const makeScriptedLauncher = (makers: Readonly<Record<string, () => ScriptedVat>>): WorkerLauncher => ({
  kind: 'scripted',
  engine: 'none',
  launch: async ({ name }): Promise<VatWorker> => {
    const make = makers[name];
    if (make === undefined) throw new Error(`no script for vat ${name}`);
    const vat = make();
    return {
      deliver: async (delivery, syscalls): Promise<DeliveryReport> => {
        const problem = vat.deliver(delivery, syscalls);
        return { result: typeof problem === 'string' ? { outcome: 'fault', problem } : { outcome: 'ok' }, buffered: [] };
      },
      harvest: async () => vat.harvest?.() ?? [],
      stop: async () => {},
    };
  },
});
