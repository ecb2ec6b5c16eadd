/**
 * `bootstrap(vats, devices)`: the first message of a kernel's life, sent once. Its answer is watched: when it is a rejection, the
 * first `run()` that learns of it rejects, once, even if that is another process.
 */
import { CooperageError } from '@cooperage/protocol/errors';
import type { KernelPromiseRef, KRef } from '@cooperage/protocol/refs';
import type { Kernel } from '@cooperage/kernel/kernel';
import { capDataToValue, krefsToCapData, makeStandIn } from '@cooperage/marshal/kernel-marshal';
import type { Tables } from '@cooperage/store/tables/tables';
import { toThrowable } from './rejection.ts';

/** The `bootstrap` row of `kernel_state`. result: null once what became of it has been told. */
export type BootstrapState = { readonly vat: string; readonly result: KernelPromiseRef | null };

const NAME = 'bootstrap';

export const readBootstrap = (tables: Tables): BootstrapState | undefined => {
  const text = tables.kernelState.find(NAME);
  return text === undefined ? undefined : (JSON.parse(text) as BootstrapState);
};

export type BootstrapRoots = {
  /** The root of every vat of the config, by name. */
  readonly vats: ReadonlyMap<string, KRef>;
  readonly devices: ReadonlyMap<string, KRef>;
};

/** Queues the message. */
export const queueBootstrap = (kernel: Kernel, vat: string, roots: BootstrapRoots): void => {
  const target = roots.vats.get(vat);
  if (target === undefined)
    throw new CooperageError('ERR_CONFIG', `bootstrap names the vat "${vat}", which is not among the vats`, { subject: vat });
  const toRecord = (named: ReadonlyMap<string, KRef>, kind: string): object =>
    Object.fromEntries([...named].map(([name, root]) => [name, makeStandIn(root, `Alleged: ${kind}${name}`)]));
  const methargs = krefsToCapData(harden(['bootstrap', [toRecord(roots.vats, ''), toRecord(roots.devices, 'device ')]]));
  const result = kernel.sendMessage({
    target: target as Parameters<Kernel['sendMessage']>[0]['target'],
    methargs,
    result: 'hold',
  });
  kernel.setState(NAME, JSON.stringify({ vat, result } satisfies BootstrapState));
};

/** Looks whether the answer has come. Undefined: not yet, all well, or told before. The caller commits. */
export const takeBootstrapFailure = (kernel: Kernel, tables: Tables): CooperageError | undefined => {
  const state = readBootstrap(tables);
  if (state === undefined || state.result === null) return undefined;
  const reading = kernel.readPromise(state.result);
  if (reading === undefined || reading.state === 'unresolved') return undefined;
  const reason = reading.state === 'rejected' && reading.data !== null ? capDataToValue(reading.data) : undefined;
  kernel.setState(NAME, JSON.stringify({ ...state, result: null } satisfies BootstrapState));
  kernel.releaseResult(state.result);
  if (reading.state === 'fulfilled') return undefined;
  const error = toThrowable(reason);
  return new CooperageError('ERR_VAT_FAULT', `bootstrap of "${state.vat}" failed: ${error.message}`, {
    subject: state.vat,
    remedy: 'The kernel goes on without it; to bootstrap again, begin with a new database.',
    cause: error,
  });
};
