/** A kernel in memory with scripted vats, for tests: each vat does what the next message's method says, as a list of syscalls. */
import type { CapData } from '@cooperage/protocol/capdata';
import type { KernelPromiseRef, KRef, VatId, VRef } from '@cooperage/protocol/refs';
import type { VatDelivery, VatSyscall } from '@cooperage/protocol/worker-port';
import { openStore } from '@cooperage/store/open';
import type { Store } from '@cooperage/store/store';
import type { UpgradeOutcomeRow } from '@cooperage/store/tables/upgrade-outcomes';
import type { ExecutionContext } from 'ava';
import { Kernel, type KernelOptions } from '../src/kernel.ts';
import type { VatOptions } from '../src/vats/options.ts';
import type { NewUpgrade } from '../src/vats/upgrade-event.ts';
import { makeScriptedLauncher, type ScriptedVat } from './scripted-launcher.ts';

export const NOTHING: CapData<never> = { body: '#"#undefined"', slots: [] };

/** Methargs of a call whose arguments are exactly these refs. */
export const call = <Ref extends string>(method: string, ...slots: Ref[]): CapData<Ref> => ({
  body: `#${JSON.stringify([method, slots.map((slot, i) => (/^k?p/.test(slot) ? `&${i}` : `$${i}`))])}`,
  slots,
});

export const vref = (text: string): VRef => text as VRef;
export const vrefs = (...texts: string[]): VRef[] => texts as VRef[];

export const methodOf = (delivery: VatDelivery): string =>
  delivery.type === 'message' ? (JSON.parse(delivery.message.methargs.body.slice(1)) as [string])[0] : '';

type MessageDelivery = Extract<VatDelivery, { type: 'message' }>;
export type Acts = Readonly<Record<string, (delivery: MessageDelivery) => readonly unknown[]>>;
/** Acts of deliveries that carry no message, by their type. */
export type OtherActs = Readonly<Partial<Record<VatDelivery['type'], () => readonly unknown[]>>>;

/** A vat that makes the syscalls that an act lists; an act may list anything, however wrong. */
export const actor =
  (acts: Acts, seen: VatDelivery[] = [], others: OtherActs = {}): (() => ScriptedVat) =>
  () => ({
    deliver: (delivery, syscalls) => {
      seen.push(delivery);
      const list = delivery.type === 'message' ? acts[methodOf(delivery)]?.(delivery) : others[delivery.type]?.();
      for (const syscall of list ?? []) syscalls(syscall as VatSyscall);
    },
  });

/** An upgrade that changes nothing but the incarnation. */
export const NULL_UPGRADE = {
  bundle: 'scripted',
  parameters: null,
  options: {},
  message: 'a new broom',
  heap: 'stop',
  result: 'host',
  place: 'in turn',
} as const;

export type Rig = {
  readonly kernel: Kernel;
  readonly store: Store;
  vat(name: string): VatId;
  root(name: string): KRef;
  /** Queues a message to a root, runs until idle, and returns the promise for its answer. */
  tell(name: string, methargs: CapData<KRef>): Promise<KernelPromiseRef>;
  /** Upgrades a vat, runs until idle, and returns what became of it. */
  upgrade(name: string, changes?: Partial<NewUpgrade>): Promise<UpgradeOutcomeRow>;
};

export type RigOptions = Partial<KernelOptions> & {
  readonly vatOptions?: Readonly<Record<string, Partial<VatOptions>>>;
  /** Scripts of vats that are not there from the start. */
  readonly later?: Readonly<Record<string, () => ScriptedVat>>;
};

/** Makes the rig and starts its vats. */
export const makeRig = async (
  t: ExecutionContext,
  makers: Record<string, () => ScriptedVat>,
  options: RigOptions = {},
): Promise<Rig> => {
  const { vatOptions = {}, later = {}, ...kernelOptions } = options;
  const { store } = openStore({ path: ':memory:' });
  const kernel = new Kernel({
    store,
    launcher: makeScriptedLauncher({ ...makers, ...later }),
    auditEveryCrank: true,
    ...kernelOptions,
  });
  t.teardown(async () => {
    await kernel.stop();
    store.close();
  });
  kernel.installBundle({ id: 'scripted', format: 'function', content: '' });
  const vats = new Map<string, VatId>();
  for (const name of Object.keys(makers)) {
    if (name.includes('@')) continue;
    vats.set(name, kernel.createVat({ name, bundle: 'scripted', parameters: NOTHING, options: vatOptions[name] ?? {} }));
  }
  await kernel.run();
  const vat = (name: string): VatId => vats.get(name) as VatId;
  const root = (name: string): KRef => kernel.rootOf(vat(name));
  return {
    kernel,
    store,
    vat,
    root,
    tell: async (name, methargs) => {
      const promise = kernel.sendMessage({ target: kernel.rootOf(vat(name)), methargs, result: 'hold' });
      await kernel.run();
      return promise as KernelPromiseRef;
    },
    upgrade: async (name, changes = {}) => {
      const upgrade = kernel.upgradeVat({ ...NULL_UPGRADE, vat: vat(name), ...changes });
      await kernel.run();
      return kernel.takeUpgradeOutcome(upgrade) as UpgradeOutcomeRow;
    },
  };
};
