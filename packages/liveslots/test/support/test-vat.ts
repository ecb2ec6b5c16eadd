/** A vat over liveslots alone: its syscalls are recorded, its deliveries are written by hand, its rows are kept in memory. */
import './prepare-lockdown.ts';
import { makeLiveslots, type Liveslots } from '../../src/liveslots.ts';
import type { CapData } from '@cooperage/protocol/capdata';
import { insistVatId, insistVRef, type VRef } from '@cooperage/protocol/refs';
import type { DeliveryOutcome, VatDelivery, VatSyscall, VatSyscallResult } from '@cooperage/protocol/worker-port';
import type { Resolution, SettledOutcome } from '@cooperage/protocol/delivery';
import type { CollectorTools } from '../../src/gc/object-watch.ts';
import type { LiveslotsGlobals } from '../../src/vat-data/vat-data.ts';
import { Vatstore } from './vatstore.ts';

type Powers = Record<string, (arg?: unknown) => unknown>;
export type Build = (vatPowers: Powers, globals: LiveslotsGlobals, parameters: unknown, baggage: unknown) => unknown;

const macrotask = (): Promise<void> =>
  new Promise(resolve => {
    setImmediate(resolve);
  });

/** Collects all that no job holds. */
export const collectGarbage = async (): Promise<void> => {
  await macrotask();
  await macrotask();
  (globalThis as unknown as { gc: () => void }).gc();
  await macrotask();
  await macrotask();
};

export const vref = (text: string): VRef => insistVRef(text);
/** Capdata from what stands in its body. */
export const data = (body: unknown, ...slots: string[]): CapData<VRef> => ({
  body: `#${JSON.stringify(body)}`,
  slots: slots.map(vref),
});
export const resolution = (promise: string, outcome: SettledOutcome, value: CapData<VRef>): Resolution<VRef> => ({
  promise: vref(promise),
  outcome,
  data: value,
});

export type TestVat = {
  readonly liveslots: Liveslots;
  readonly vatstore: Vatstore;
  /** Every syscall since the last `take`. */
  readonly take: () => VatSyscall[];
  readonly deliver: (delivery: VatDelivery) => Promise<DeliveryOutcome>;
  /** Calls the root and gives the syscalls that follow. */
  readonly call: (method: string, args?: unknown[], slots?: string[], result?: string | null) => Promise<VatSyscall[]>;
  readonly notify: (...resolutions: Resolution<VRef>[]) => Promise<VatSyscall[]>;
  readonly gc: (type: 'dropExports' | 'retireExports' | 'retireImports', ...refs: string[]) => Promise<DeliveryOutcome>;
  readonly bringOutYourDead: (...dead: string[]) => Promise<VatSyscall[]>;
};

export type TestVatOptions = {
  /** Runs between a delivery and the next. */
  readonly betweenDeliveries?: () => Promise<void>;
  readonly parameters?: CapData<VRef>;
  readonly refuse?: (syscall: VatSyscall) => boolean;
  /** Answers of devices. */
  readonly callDevice?: (syscall: VatSyscall & { type: 'callNow' }) => VatSyscallResult;
  /** What the vat finds stored; its own and empty when absent. */
  readonly vatstore?: Vatstore;
  readonly incarnation?: number;
  readonly collector?: CollectorTools;
  readonly relaxDurability?: boolean;
};

export const makeTestVat = (build: Build, options: TestVatOptions = {}): TestVat => {
  let log: VatSyscall[] = [];
  const vatstore = options.vatstore ?? new Vatstore();
  const liveslots = makeLiveslots({
    vat: insistVatId('v1'),
    syscall: syscall => {
      log.push(syscall);
      if (syscall.type === 'callNow' && options.callDevice !== undefined) return options.callDevice(syscall);
      if (options.refuse?.(syscall) === true) return { outcome: 'error', problem: 'refused' };
      return vatstore.answer(syscall) ?? { outcome: 'ok', value: null };
    },
    incarnation: options.incarnation ?? 0,
    relaxDurability: options.relaxDurability ?? false,
    ...(options.collector === undefined ? {} : { collector: options.collector }),
    buildNamespace: async globals => ({
      buildRootObject: (vatPowers: Powers, parameters: unknown, baggage: unknown) =>
        build(vatPowers, globals, parameters, baggage),
    }),
  });
  const take = (): VatSyscall[] => {
    const taken = log;
    log = [];
    return taken;
  };
  const deliver = async (delivery: VatDelivery): Promise<DeliveryOutcome> => {
    liveslots.start(delivery);
    await macrotask();
    const outcome = liveslots.finish();
    await options.betweenDeliveries?.();
    return outcome;
  };
  const deliverWell = async (delivery: VatDelivery): Promise<VatSyscall[]> => {
    const result = await deliver(delivery);
    if (result.outcome === 'fault') throw new Error(`delivery ${delivery.type} failed: ${result.problem}`);
    return take();
  };
  let nextResult = 1000;
  return {
    liveslots,
    vatstore,
    take,
    deliver,
    call: (method, args = [], slots = [], result = `p-${(nextResult += 1)}`) =>
      deliverWell({
        type: 'message',
        target: vref('o+0'),
        message: { methargs: data([method, args], ...slots), result: result === null ? null : vref(result) },
      }),
    notify: (...resolutions) => deliverWell({ type: 'notify', resolutions }),
    gc: (type, ...refs) => deliver({ type, refs: refs.map(vref) }),
    bringOutYourDead: (...dead) => deliverWell({ type: 'bringOutYourDead', dead }),
  };
};

/** A vat that has started. */
export const startTestVat = async (build: Build, options: TestVatOptions = {}): Promise<TestVat> => {
  const vat = makeTestVat(build, options);
  const result = await vat.deliver({ type: 'startVat', parameters: options.parameters ?? data('#undefined') });
  if (result.outcome === 'fault') throw new Error(`startVat failed: ${result.problem}`);
  vat.take();
  return vat;
};

/** Ends the vat's incarnation and starts the next one over the same rows, in what is one crank of the kernel. */
export const upgradeTestVat = async (
  vat: TestVat,
  build: Build,
  options: TestVatOptions & { readonly incarnation: number },
): Promise<TestVat> => {
  const result = await vat.deliver({ type: 'stopVat' });
  if (result.outcome === 'fault') throw new Error(`stopVat failed: ${result.problem}`);
  return startTestVat(build, { ...options, vatstore: vat.vatstore });
};
