/** A local worker whose kernel is a recording. */
import '../../src/lockdown.ts';
import { makeLocalLauncher, type LocalLauncherOptions } from '../../src/kinds/local.ts';
import type { CapData } from '@cooperage/protocol/capdata';
import { insistVatId, insistVRef, type VRef } from '@cooperage/protocol/refs';
import type { BundleFormat, DeliveryOutcome, VatDelivery, VatSyscall, VatWorker } from '@cooperage/protocol/worker-port';

export const data = (body: unknown, ...slots: string[]): CapData<VRef> => ({
  body: `#${JSON.stringify(body)}`,
  slots: slots.map(insistVRef),
});

export type TestWorker = {
  readonly worker: VatWorker;
  readonly deliver: (delivery: VatDelivery) => Promise<DeliveryOutcome>;
  readonly start: (parameters?: CapData<VRef>) => Promise<DeliveryOutcome>;
  /** The syscalls that calling a method of the root leads to. */
  readonly call: (method: string, args?: unknown[], slots?: string[], result?: string | null) => Promise<VatSyscall[]>;
  /** The value that a method of the root answers. */
  readonly ask: (method: string, args?: unknown[], slots?: string[]) => Promise<unknown>;
};

export type TestWorkerOptions = LocalLauncherOptions & { readonly format?: BundleFormat; readonly content?: string };

export const makeTestWorker = async (options: TestWorkerOptions = {}): Promise<TestWorker> => {
  const { format = 'function', content = '', ...launcherOptions } = options;
  const launcher = makeLocalLauncher(launcherOptions);
  const worker = await launcher.launch({
    vat: insistVatId('v1'),
    name: 'probe',
    incarnation: 0,
    bundle: { id: 'b1', format, content },
  });
  let log: VatSyscall[] = [];
  const deliver = async (delivery: VatDelivery): Promise<DeliveryOutcome> => {
    log = [];
    const { result } = await worker.deliver(delivery, syscall => {
      log.push(syscall);
      return { outcome: 'ok', value: null };
    });
    return result;
  };
  const call: TestWorker['call'] = async (method, args = [], slots = [], result = 'p-60') => {
    const outcome = await deliver({
      type: 'message',
      target: insistVRef('o+0'),
      message: { methargs: data([method, args], ...slots), result: result === null ? null : insistVRef(result) },
    });
    if (outcome.outcome === 'fault') throw new Error(outcome.problem);
    return log;
  };
  return {
    worker,
    deliver,
    start: (parameters = data('#undefined')) => deliver({ type: 'startVat', parameters }),
    call,
    ask: async (method, args, slots) => {
      const syscalls = await call(method, args, slots);
      const resolve = syscalls.at(-1);
      if (resolve?.type !== 'resolve') throw new Error(`no answer, but ${JSON.stringify(syscalls)}`);
      return JSON.parse((resolve.resolutions[0]?.data.body ?? '#null').slice(1));
    },
  };
};

/** A worker for a vat given as a function. */
export const makeFunctionWorker = (buildRootObject: unknown, options: LocalLauncherOptions = {}): Promise<TestWorker> =>
  makeTestWorker({ ...options, functions: new Map([['b1', { buildRootObject }]]) });
